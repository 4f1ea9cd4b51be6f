"""``make test``: everything that must hold, each check with its time; the last line says what ran."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from cryptography.fernet import Fernet

from config.embedded import EmbeddedPostgres

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
_PACKAGES = ["chromium", "fonts-noto-cjk"]


def main() -> int:
    began = time.monotonic()
    browser = _browser()
    failed = [name for name, command in _checks() if not _run(name, command)]
    if not _with_database():
        failed.append("checks with a database")
    marks = [] if browser else ["-m", "not browser"]
    if not _run("tests", [PYTHON, "-m", "pytest", "-n", str(os.cpu_count() or 2), *marks]):
        failed.append("tests")
    if not browser and os.environ.get("CI"):
        failed.append("browser tests (no Chromium)")
    ran = "browser tests ran" if browser else "browser tests did NOT run: there is no Chromium"
    print(
        f"{'FAILED: ' + ', '.join(failed) if failed else 'All passed'} in {time.monotonic() - began:.0f} s; {ran}."
    )
    return 1 if failed else 0


def _browser() -> bool:
    """Chromium, and a font with Chinese signs: installed by root where they are missing."""
    if not shutil.which("chromium") and os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium …", flush=True)
        quiet = {"stdout": subprocess.DEVNULL, "env": os.environ | {"DEBIAN_FRONTEND": "noninteractive"}}
        subprocess.run(["apt-get", "update", "-qq"], **quiet)
        subprocess.run(["apt-get", "install", "-y", "-qq", *_PACKAGES], **quiet)
    return shutil.which("chromium") is not None


def _checks() -> list[tuple[str, list[str]]]:
    return [
        ("lint", [PYTHON, "-m", "ruff", "check", "."]),
        ("format", [PYTHON, "-m", "ruff", "format", "--check", "--quiet", "."]),
        ("catalogue", [PYTHON, "-m", "config.messages", "--check"]),
    ]


def _with_database() -> bool:
    """Migrations and the deployment check, with the settings of a production server."""
    server = EmbeddedPostgres(ROOT / "var" / "check-postgres", fsync="off")
    server.start()
    try:
        environment = os.environ | {
            "SECRET_KEY": "checked-only-" + Fernet.generate_key().decode() + Fernet.generate_key().decode(),
            "INFORMANT_KEY": Fernet.generate_key().decode(),
            "DATABASE_URL": server.url("postgres"),
            "ALLOWED_HOSTS": "example.org",
            "DEBUG": "",
            "DEMO": "",
        }
        manage = [PYTHON, "manage.py"]
        return all(
            [
                _run("migrations", [*manage, "makemigrations", "--check", "--dry-run"], environment),
                _run("deployment", [*manage, "check", "--deploy", "--fail-level", "WARNING"], environment),
                _run(
                    "static files", [*manage, "collectstatic", "--noinput", "--verbosity", "0"], environment
                ),
            ]
        )
    finally:
        server.remove()


def _run(name: str, command: list[str], environment: dict[str, str] | None = None) -> bool:
    began = time.monotonic()
    print(f"— {name}", flush=True)
    done = subprocess.run(command, cwd=ROOT, env=environment)
    print(f"  {'ok' if done.returncode == 0 else 'FAILED'}, {time.monotonic() - began:.1f} s", flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
