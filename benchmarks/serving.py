"""gunicorn, with the site or with the floor, on a free port."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.running import ROOT, Stop

SITE, FLOOR, COUNTING = "config.settings", "benchmarks.floor.settings", "benchmarks.counting_settings"
_PATIENCE = 30.0


@dataclass(frozen=True)
class Served:
    """A server that answers."""

    port: int
    pid: int

    def workers(self) -> list[int]:
        """The worker processes of gunicorn's master."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        return [int(pid) for pid in children.split()]


@contextmanager
def served(environment: dict[str, str], settings: str, *, workers: int = 2) -> Iterator[Served]:
    """Serve with these settings; ends the server afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}",
        "--workers", str(workers), "--threads", "4", "--timeout", "120", "--keep-alive", "120",
        "--no-control-socket", "--log-level", "warning",
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, env=environment | {"DJANGO_SETTINGS_MODULE": settings})
    try:
        _wait(process, port)
        yield Served(port, process.pid)
    finally:
        process.terminate()
        process.wait()


def _wait(process: subprocess.Popen, port: int) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise Stop("the web server did not start; the message above says why.")
