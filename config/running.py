"""What the demonstrations share: steps on the screen, secrets that are kept, programs that run until Ctrl-C."""

import errno
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg2
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from config.embedded import EmbeddedError, EmbeddedPostgres

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
DATABASE = "grievances"
RUNTIME = "grievances"
ACCOUNTS = "visitor handler head coordinator caller leader auditor administrator outsider"
_TERMINATED = (0, -signal.SIGTERM)


class Stop(Exception):
    """One sentence that says why it can't go on."""


@contextmanager
def step(what: str) -> Iterator[None]:
    """Say what is done, and how long it took."""
    began = time.monotonic()
    print(f"{what} …", flush=True)
    yield
    print(f"  done in {time.monotonic() - began:.1f} s", flush=True)


def guarded(name: str, run: Callable[[], None]) -> int:
    """Run a demonstration; what stops it is one sentence. The exit status."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        run()
    except (Stop, EmbeddedError) as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        print(f"{name}: the disk is full ({error.filename or VAR}).", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.")
    return 0


def _interrupt(*_args: object) -> None:
    """As Ctrl-C; also where the shell that started us in the background let that be ignored."""
    raise KeyboardInterrupt


def have_room(folder: Path, least: int) -> None:
    """Raises Stop where fewer bytes are free."""
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if shutil.disk_usage(there).free < least:
        raise Stop(f"the disk is nearly full: {folder} needs {least / 1e9:.1f} GB.")


def free_port(text: str, *, command: str) -> int:
    """The port as a number, if nobody listens there. Raises Stop."""
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise Stop(f"PORT must be a number from 1 to 65535, not {text!r}.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(text)))
        except PermissionError as error:
            raise Stop(f"port {text} needs more rights; choose another: PORT=8001 {command}.") from error
        except OSError as error:
            raise Stop(f"port {text} is in use; choose another: PORT=8001 {command}.") from error
    return int(text)


def databases(server: EmbeddedPostgres) -> tuple[str, str]:
    """The addresses of the owner, who migrates, and of the role that serves pages."""
    server.start()
    if not server.has(DATABASE):
        server.execute(f"CREATE DATABASE {DATABASE}")
        server.execute(f"CREATE ROLE {RUNTIME} LOGIN")
    return server.url(DATABASE), server.url(DATABASE, user=RUNTIME)


def demo_environment(owner_url: str) -> dict[str, str]:
    """The settings of a demonstration; its secrets are made once, and kept."""
    given = os.environ
    return given | {
        "DEMO": "1",
        "DATABASE_URL": owner_url,
        "SECRET_KEY": kept("secret-key", lambda: secrets.token_urlsafe(50)),
        "INFORMANT_KEY": given.get("INFORMANT_KEY") or kept("informant-key", _informant_key),
        "PHONE_KEY": given.get("PHONE_KEY") or kept("phone-key", phone_key),
        # Messages become files to look at.
        "EMAIL_URL": given.get("EMAIL_URL") or f"file:{VAR / 'mail'}",
        "EMAIL_FROM": given.get("EMAIL_FROM") or "village-voices@localhost",
        "DEMO_PASSWORD": given.get("DEMO_PASSWORD")
        or kept("demo-password", lambda: secrets.token_urlsafe(9)),
    }


def _informant_key() -> str:
    return Fernet.generate_key().decode()


def phone_key() -> str:
    """A new key pair for phones that work without a network, in one line."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return b64encode(pem).decode()


def kept(name: str, new: Callable[[], str]) -> str:
    """A secret of the demonstrations: made once, whole or not at all, readable by its owner only. Whoever is quicker
    of two that start at the same moment has made it for both."""
    file = VAR / name
    if not file.exists():
        handle, written = tempfile.mkstemp(prefix=f"{name}.", dir=VAR)
        try:
            with os.fdopen(handle, "w") as out:
                out.write(new())
            with suppress(FileExistsError):
                os.link(written, file)
        finally:
            os.unlink(written)
    return file.read_text().strip()


def has_sample(url: str) -> bool:
    """Whether the sample is there. Raises Stop for a database with real people."""
    connection = psycopg2.connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*), count(*) FILTER (WHERE is_demo) FROM villages_cadre")
            people, demo = cursor.fetchone()
    finally:
        connection.close()
    if people and not demo:
        raise Stop("the database of DATABASE_URL holds real people; the demo needs one of its own.")
    return people > 0


def manage(environment: dict[str, str], *arguments: str) -> None:
    """Run a manage.py command. Raises Stop when it fails."""
    done = subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment)
    if done.returncode:
        raise Stop(f"“manage.py {arguments[0]}” failed; the message above says why.")


class Programs:
    """What runs beside each other until one ends or somebody presses Ctrl-C."""

    def __init__(self) -> None:
        self.running: dict[str, subprocess.Popen] = {}

    def serve(self, environment: dict[str, str], port: int, *options: str, workers: int = 2) -> None:
        """A web server; returns when it answers. ``options`` say where it listens, if not on this machine only."""
        command = [
            "-m", "gunicorn", "config.wsgi", *(options or ("--bind", f"127.0.0.1:{port}")),
            "--workers", str(workers), "--threads", "4", "--timeout", "60", "--log-level", "warning",
        ]  # fmt: skip
        self._wait_until_it_answers(self._start(f"the web server of port {port}", environment, command), port)

    def fold(self, environment: dict[str, str], name: str) -> None:
        """Adds up a district's figures every second."""
        self._start(f"the folding of {name}", environment, ["manage.py", "fold_tallies", "--every", "1"])

    def work(self, environment: dict[str, str], name: str) -> None:
        """Does the background jobs of an installation, one after the other."""
        command = ["manage.py", "db_worker", "--no-startup-delay", "--verbosity", "0"]
        self._start(f"the background jobs of {name}", environment, command)

    def remind(self, environment: dict[str, str], name: str) -> None:
        """Escalates, sends what is told together, and whatever else comes round by itself."""
        self._start(f"the reminding of {name}", environment, ["manage.py", "remind", "--every", "60"])

    def _start(self, name: str, environment: dict[str, str], command: list[str]) -> subprocess.Popen:
        self.running[name] = subprocess.Popen([sys.executable, *command], cwd=ROOT, env=environment)
        return self.running[name]

    @staticmethod
    def _wait_until_it_answers(process: subprocess.Popen, port: int) -> None:
        for _attempt in range(300):
            if process.poll() is not None:
                raise Stop("the web server did not start; the message above says why.")
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.1)
        raise Stop("the web server did not answer within 30 seconds.")

    def wait(self) -> None:
        """Until one of them ends. Raises Stop when that was not wanted."""
        while not (ended := [name for name, process in self.running.items() if process.poll() is not None]):
            time.sleep(0.5)
        if any(self.running[name].returncode not in _TERMINATED for name in ended):
            raise Stop(f"{' and '.join(ended)} stopped; the message above says why.")

    def stop(self) -> None:
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            process.wait()


@contextmanager
def programs() -> Iterator[Programs]:
    """What is started within runs until Ctrl-C."""
    running = Programs()
    try:
        yield running
        print("All people and opinions are invented. Ctrl-C stops everything; the data stays.\n", flush=True)
        running.wait()
    finally:
        running.stop()
