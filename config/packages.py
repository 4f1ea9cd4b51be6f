"""``python -m config.packages``: the Debian packages that the product uses where they are there, for PDF files.

Root gets them installed, anybody else gets told what to type; neither ever stops the set-up.
"""

import os
import shutil
import subprocess

from grievances.papers.lacking import command, lacking

_PATIENCE = 600  # seconds


def install(packages: list[str]) -> bool:
    """Install Debian packages, where this is root on Debian; whether that went well."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    quiet = {"stdout": subprocess.DEVNULL, "env": os.environ | {"DEBIAN_FRONTEND": "noninteractive"}}
    try:
        subprocess.run(["apt-get", "update", "-qq"], timeout=_PATIENCE, **quiet)
        done = subprocess.run(["apt-get", "install", "-y", "-qq", *packages], timeout=_PATIENCE, **quiet)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def main() -> None:
    packages = lacking()
    if not packages:
        return
    print("Installing what PDF files need …", flush=True)
    if not install(packages):
        print(
            f"  not installed; everything but PDF files works. To have them: {command(packages)}", flush=True
        )


if __name__ == "__main__":
    main()
