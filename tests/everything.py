"""``make test``: everything that must hold, each check with its time; the last line says what ran."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

from cryptography.fernet import Fernet

from config.embedded import EmbeddedPostgres
from config.packages import install

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
_RESULTS = ROOT / "var" / "test-results.xml"
_PACKAGES = ["chromium", "fonts-noto-cjk"]


def main() -> int:
    began = time.monotonic()
    # Beside all that follows, as it mostly waits for the network; tests that need the packages wait for it.
    npm = subprocess.Popen([PYTHON, "-m", "tests.node"], cwd=ROOT)
    browser = _browser()
    failed = [name for name, command in _checks() if not _run(name, command)]
    if not _with_database():
        failed.append("checks with a database")
    marks = [] if browser else ["-m", "not browser"]
    _RESULTS.unlink(missing_ok=True)
    # What shares servers that are slow to start stays in one worker.
    arguments = ["-n", str(os.cpu_count() or 2), "--dist", "loadgroup", f"--junitxml={_RESULTS}", *marks]
    if not _run("tests", [PYTHON, "-m", "pytest", *arguments]):
        failed.append("tests")
    if npm.wait() != 0:
        failed.append("npm packages")
    passed, in_browser = _passed()
    if not in_browser and os.environ.get("CI"):
        failed.append("browser tests (none passed)")
    print(
        f"{'FAILED: ' + ', '.join(failed) if failed else 'All passed'} in {time.monotonic() - began:.0f} s;"
    )
    print(f"{passed} tests passed, {_of_them(in_browser, browser=browser)}.")
    return 1 if failed else 0


def _passed() -> tuple[int, int]:
    """How many tests passed, and how many of them in the browser, as pytest wrote it down."""
    if not _RESULTS.exists():
        return 0, 0
    told = ElementTree.parse(_RESULTS).iter("testcase")  # noqa: S314 – only what pytest has just written
    cases = [case for case in told if len(case) == 0]  # without a failure, an error, or a reason to skip
    return len(cases), sum("tests.browser." in case.get("classname", "") for case in cases)


def _of_them(in_browser: int, *, browser: bool) -> str:
    if in_browser:
        return f"{in_browser} of them in the browser"
    return "browser tests did NOT run" + ("" if browser else ": there is no Chromium")


def _browser() -> bool:
    """Chromium, and a font with Chinese signs: installed by root where they are missing."""
    if not shutil.which("chromium"):
        print("Installing Chromium …", flush=True)
        install(_PACKAGES)
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
