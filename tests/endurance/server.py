"""The server of the endurance run: killed without a word, started again, and with a small disk that fills up."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.browser import site
from tests.database import once
from tests.plugin import FOLDER
from tests.plugin import server as postgres

DATABASE = "vv_endurance"
_DISK = "6m"  # photographs need less than half of it


class Server:
    """gunicorn on the sample, in a process group of its own."""

    def __init__(self, media: Path) -> None:
        self.port = site._free_port()
        self.media = media
        self.environment = os.environ | {
            "DATABASE_URL": postgres.url(DATABASE), "DEBUG": "", "DEMO": "1", "MEDIA_ROOT": str(media),
        }  # fmt: skip
        self.process: subprocess.Popen | None = None
        self.kills = 0

    def start(self) -> None:
        command = [
            sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{self.port}",
            "--workers", "2", "--threads", "4", "--log-level", "critical",
        ]  # fmt: skip
        self.process = subprocess.Popen(command, cwd=site.ROOT, env=self.environment, start_new_session=True)
        site._wait_until_it_answers(self.process, self.port)

    def kill(self) -> None:
        """As a power cut ends it: no process of it gets to do anything more."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.kills += 1

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait()

    def fill_disk(self) -> Path:
        """Leave no byte for photographs. The file to delete afterwards."""
        filler = self.media / "filler"
        with open(filler, "wb", buffering=0) as out:
            try:
                while out.write(b"\0" * 65536):
                    pass
            except OSError:
                return filler
        raise RuntimeError("the disk can't be filled")


@contextmanager
def served() -> Iterator[Server]:
    """The server on a new copy of the sample. Its folder of photographs is a file system of its own, which only root
    can make."""
    once(site.SAMPLE, site.make_sample)
    postgres.execute(f"CREATE DATABASE {DATABASE} TEMPLATE {site.SAMPLE}")
    media = FOLDER / "small-disk"
    media.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={_DISK}", "tmpfs", media], check=True)
    server = Server(media)
    try:
        site._collect_static_files(server.environment)
        server.start()
        yield server
    finally:
        server.stop()
        time.sleep(0.5)
        subprocess.run(["umount", "--lazy", media], check=False)
