"""``make demo``: a whole district on this machine, with one command.

Each step says what it does and how long it took. Ctrl-C stops everything; the data stays.
"""

import errno
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
from cryptography.fernet import Fernet

from config.embedded import EmbeddedError, EmbeddedPostgres

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
DATABASE = "grievances"
RUNTIME = "grievances"
ACCOUNTS = "visitor handler head coordinator caller leader auditor administrator outsider"
_LEAST_FREE = 1_500_000_000  # bytes: data, write-ahead log and files of the sample


class Stop(Exception):
    """One sentence that says why it can't go on."""


@contextmanager
def step(what: str) -> Iterator[None]:
    """Say what is done, and how long it took."""
    began = time.monotonic()
    print(f"{what} …", flush=True)
    yield
    print(f"  done in {time.monotonic() - began:.1f} s", flush=True)


def main() -> int:
    try:
        _run(reset="--reset" in sys.argv)
    except (Stop, EmbeddedError) as error:
        print(f"make demo: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        print(f"make demo: the disk is full ({error.filename or VAR}).", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.")
    return 0


def _run(*, reset: bool) -> None:
    signal.signal(signal.SIGTERM, _interrupt)
    port = _free_port(os.environ.get("PORT", "8000"))
    VAR.mkdir(exist_ok=True)
    server = None if os.environ.get("DATABASE_URL") else EmbeddedPostgres(VAR / "postgres")
    if reset and server is None:
        raise Stop("DATABASE_URL is set: only the embedded database can be begun afresh.")
    if server:
        _have_room(server.base)
    try:
        _serve(server, port, reset=reset)
    finally:
        if server:
            server.stop()


def _interrupt(*_args: object) -> None:
    """As Ctrl-C; also where the shell that started us in the background let that be ignored."""
    raise KeyboardInterrupt


def _have_room(folder: Path) -> None:
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if shutil.disk_usage(there).free < _LEAST_FREE:
        raise Stop(f"the disk is nearly full: {folder} needs 1.5 GB.")


def _serve(server: EmbeddedPostgres | None, port: int, *, reset: bool) -> None:
    if reset:
        with step("Deleting the old data"):
            server.remove()
            shutil.rmtree(VAR / "media", ignore_errors=True)
    with step("Starting PostgreSQL" if server else "Reaching the database"):
        owner_url, runtime_url = _databases(server)
    environment = _environment(owner_url)
    with step("Preparing the tables"):
        _manage(environment, "migrate", "--verbosity", "0")
    _fill(environment)
    if server:
        with step("Granting rights"):
            _manage(environment, "grant_runtime")
    with step("Collecting static files"):
        _manage(environment, "collectstatic", "--noinput", "--verbosity", "0")
    _gunicorn(environment | {"DATABASE_URL": runtime_url}, port)


def _free_port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise Stop(f"PORT must be a number from 1 to 65535, not {text!r}.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(text)))
        except PermissionError as error:
            raise Stop(f"port {text} needs more rights; choose another: PORT=8001 make demo.") from error
        except OSError as error:
            raise Stop(f"port {text} is in use; choose another: PORT=8001 make demo.") from error
    return int(text)


def _databases(server: EmbeddedPostgres | None) -> tuple[str, str]:
    """The addresses of the owner, who migrates, and of the role that serves pages."""
    if server is None:
        url = os.environ["DATABASE_URL"]
        try:
            psycopg2.connect(url, connect_timeout=5).close()
        except psycopg2.Error as error:
            raise Stop(f"DATABASE_URL can't be reached: {str(error).strip().splitlines()[0]}") from error
        return url, url
    server.start()
    if not server.has(DATABASE):
        server.execute(f"CREATE DATABASE {DATABASE}")
        server.execute(f"CREATE ROLE {RUNTIME} LOGIN")
    return server.url(DATABASE), server.url(DATABASE, user=RUNTIME)


def _environment(owner_url: str) -> dict[str, str]:
    given = os.environ
    return given | {
        "DEMO": "1",
        "DATABASE_URL": owner_url,
        "SECRET_KEY": _kept("secret-key", secrets.token_urlsafe(50)),
        "INFORMANT_KEY": given.get("INFORMANT_KEY") or _kept("informant-key", Fernet.generate_key().decode()),
        "DEMO_PASSWORD": given.get("DEMO_PASSWORD") or _kept("demo-password", secrets.token_urlsafe(9)),
    }


def _kept(name: str, new: str) -> str:
    """A secret of this demo: made once, whole or not at all, readable by its owner only."""
    file = VAR / name
    if not file.exists():
        unfinished = file.with_suffix(".new")
        unfinished.unlink(missing_ok=True)
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(new)
        unfinished.replace(file)
    return file.read_text().strip()


def _fill(environment: dict[str, str]) -> None:
    """Regions, reference data and the sample district, the first time; later only the password."""
    if _has_sample(environment["DATABASE_URL"]):
        with step("The sample district is here; setting the demo password"):
            _manage(environment, "sample", "--password-only")
        return
    with step("Loading the regions of Dafeng"):
        _manage(
            environment, "load_regions", str(ROOT / "villages/data/dafeng_regions.csv"), "--verbosity", "0"
        )
    with step("Loading categories, rules and the working calendar"):
        _manage(environment, "load_reference")
    with step("Making the sample district (synthetic)"):
        _manage(environment, "sample")


def _has_sample(url: str) -> bool:
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


def _manage(environment: dict[str, str], *arguments: str) -> None:
    done = subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment)
    if done.returncode:
        raise Stop(f"“manage.py {arguments[0]}” failed; the message above says why.")


def _gunicorn(environment: dict[str, str], port: int) -> None:
    command = [
        sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2",
        "--threads", "4", "--timeout", "60", "--log-level", "warning",
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        _wait_until_it_answers(process, port)
        print(
            f"\nOpen http://127.0.0.1:{port}\nAccounts: {ACCOUNTS}\nPassword: {environment['DEMO_PASSWORD']}"
        )
        print("All people and opinions are invented. Ctrl-C stops everything; the data stays.\n", flush=True)
        process.wait()
    finally:
        process.terminate()
        process.wait()
    if process.returncode not in (0, -signal.SIGTERM):
        raise Stop("the web server stopped; the message above says why.")


def _wait_until_it_answers(process: subprocess.Popen, port: int) -> None:
    for _attempt in range(300):
        if process.poll() is not None:
            raise Stop("the web server did not start; the message above says why.")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise Stop("the web server did not answer within 30 seconds.")


if __name__ == "__main__":
    sys.exit(main())
