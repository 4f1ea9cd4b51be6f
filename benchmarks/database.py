"""A database of N synthetic opinions for measuring, kept in ``var/bench-<N>`` for the next run."""

import json
import os
import secrets
import shutil
import signal
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path

import django
import psycopg2
from cryptography.fernet import Fernet

from benchmarks.around import gather
from config.embedded import EmbeddedError, EmbeddedPostgres
from config.running import DATABASE, RUNTIME, VAR, Stop, manage, step

# The demo's own district of some 7,000 opinions, whatever ``sample`` makes of it.
SAMPLE = "sample"
SEED = 2026
_GIGABYTE = 1024**3
_WIDE = {"shared_buffers": "2GB", "effective_cache_size": "12GB", "maintenance_work_mem": "1GB"}
_NARROW = {"shared_buffers": "512MB", "effective_cache_size": "2GB", "maintenance_work_mem": "256MB"}


def server_settings() -> dict[str, str]:
    """Memory for a dedicated server with fast disks, by the size of this machine. The same for every N, so that
    only N differs."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    size = _WIDE if memory >= 8 * _GIGABYTE else _NARROW
    return size | {"work_mem": "64MB", "random_page_cost": "1.1", "max_wal_size": "8GB"}


class Bench:
    """One seeded database and the secrets that belong to it."""

    def __init__(self, opinions: str) -> None:
        if opinions != SAMPLE and not (opinions.isdecimal() and int(opinions) > 0):
            raise Stop(f"OPINIONS must be a number, or “{SAMPLE}”, not {opinions!r}.")
        self.opinions = opinions
        self.folder = VAR / f"bench-{opinions}"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.server = EmbeddedPostgres(self.folder / "postgres", **server_settings())

    def environment(self, *, runtime: bool = False) -> dict[str, str]:
        """What the settings read; with ``runtime`` as the role that serves pages."""
        url = self.server.url(DATABASE, user=RUNTIME) if runtime else self.server.url(DATABASE)
        limit = {"STATEMENT_TIMEOUT": "15000"} if runtime else {}
        served = {"DATABASE_URL": url, "MEDIA_ROOT": str(self.folder / "media"), "DEMO": "1", "DEBUG": ""}
        return os.environ | self._secrets() | served | limit

    def _secrets(self) -> dict[str, str]:
        """Made once: the same keys must read what an earlier run wrote."""
        file = self.folder / "secrets.json"
        if not file.exists():
            made = {
                "SECRET_KEY": secrets.token_urlsafe(50),
                "INFORMANT_KEY": Fernet.generate_key().decode(),
                "DEMO_PASSWORD": secrets.token_urlsafe(9),
            }
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
                json.dump(made, out)
        return json.loads(file.read_text())

    def manage(self, *arguments: str) -> None:
        manage(self.environment(), *arguments)

    @property
    def _seeded(self) -> Path:
        return self.folder / "seeded"

    def start(self) -> None:
        """Start the server; the first time, make the district. Millions that broke off go on where they were."""
        self.server.start()
        if not self._seeded.exists():
            if self.opinions == SAMPLE:
                self.server.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
            self._make()
        with step("Migrations, rights, static files"):
            self.manage("migrate", "--verbosity", "0")
            self.manage("grant_runtime")
            self.manage("collectstatic", "--noinput", "--verbosity", "0")
        if self.opinions != SAMPLE:
            with step("Notices, escalations, problems … around the cases"):
                gather(self.server.url(DATABASE), self.folder)

    def _make(self) -> None:
        if not self.server.has(DATABASE):
            self.server.execute(f"CREATE DATABASE {DATABASE}")
        self._make_role()
        with step(f"Making the district ({self.opinions} opinions)"):
            self.manage("migrate", "--verbosity", "0")
            self.manage("load_regions", "villages/data/dafeng_regions.csv", "--verbosity", "0")
            self.manage("load_reference")
            number = [] if self.opinions == SAMPLE else ["--opinions", self.opinions]
            self.manage("sample", "--seed", str(SEED), *number)
        with step("Vacuum"):
            self.server.execute("VACUUM (ANALYZE)", database=DATABASE)
        self._seeded.touch()

    def _make_role(self) -> None:
        connection = psycopg2.connect(self.server.url("postgres"))
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [RUNTIME])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE ROLE {RUNTIME} LOGIN")
        connection.close()

    def remove(self) -> None:
        """Stop the server and delete everything."""
        self.server.remove()
        shutil.rmtree(self.folder, ignore_errors=True)


def parser(what: str) -> ArgumentParser:
    """The arguments that every command here has."""
    made = ArgumentParser(description=what)
    made.add_argument("--opinions", default="10000", help=f"how many, or “{SAMPLE}” for the demo's district")
    made.add_argument("--seed", type=int, default=SEED, help="of what is chosen at random")
    return made


def _interrupt(*_args: object) -> None:
    """Whatever ends the run, the servers that it started end too."""
    raise KeyboardInterrupt


def command(given: Namespace, work: Callable[[Bench, Namespace], int]) -> int:
    """Do the work with the server running and Django set up on the database as its owner; the status to exit
    with."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        bench = Bench(given.opinions)
        try:
            bench.start()
            os.environ.update(bench.environment(), DJANGO_SETTINGS_MODULE="config.settings")
            django.setup()
            return work(bench, given)
        finally:
            bench.server.stop()
    except (Stop, EmbeddedError) as error:
        print(f"benchmarks: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
    return 1


def folders() -> list[str]:
    """The N of every database that is kept."""
    return sorted(folder.name.removeprefix("bench-") for folder in VAR.glob("bench-*"))
