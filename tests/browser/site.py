"""The product on the sample district, served as the demo serves it: gunicorn, hashed static files, strict policy."""

import fcntl
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management import call_command
from django.db import connection

from tests.database import once
from tests.plugin import FOLDER, server

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = "vv_sample"
PASSWORD = "demo-pass-1234"
LANGUAGES = ("zh-hans", "en")
PHONE, DESKTOP = {"width": 375, "height": 740}, {"width": 1440, "height": 900}
ACCOUNTS = (
    "visitor",
    "handler",
    "head",
    "coordinator",
    "caller",
    "leader",
    "auditor",
    "administrator",
    "outsider",
)


def make_sample() -> None:
    """The whole district, as ``make demo`` makes it."""
    call_command("load_regions", "villages/data/dafeng_regions.csv", verbosity=0)
    call_command("load_reference", verbosity=0)
    call_command("sample", password=PASSWORD)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")  # as autovacuum does in the first minute
        call_command("fold_tallies", verbosity=0)  # as the demo does all the time
        cursor.execute("VACUUM (ANALYZE) grievances_tally, grievances_tallychange")


@contextmanager
def served(database: str) -> Iterator[str]:
    """Serve a new copy of the sample; gives the address, and ends the server afterwards."""
    once(SAMPLE, make_sample)
    server.execute(f"CREATE DATABASE {database} TEMPLATE {SAMPLE}")
    environment = os.environ | {
        "DATABASE_URL": server.url(database),
        "DEBUG": "",
        "DEMO": "1",
    }
    _collect_static_files(environment)
    port = _free_port()
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "config.wsgi",
        "--bind",
        f"127.0.0.1:{port}",
        "--threads",
        "4",
    ]
    process = subprocess.Popen([*command, "--log-level", "error"], cwd=ROOT, env=environment)
    try:
        _wait_until_it_answers(process, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _collect_static_files(environment: dict[str, str]) -> None:
    with open(FOLDER / "static.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (FOLDER / "static.done").exists():
            command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
            subprocess.run(command, cwd=ROOT, env=environment, check=True)
            (FOLDER / "static.done").touch()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_it_answers(process: subprocess.Popen, port: int) -> None:
    for _attempt in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            raise RuntimeError("gunicorn did not start")
        time.sleep(0.1)
    raise RuntimeError("gunicorn did not answer within 30 seconds")
