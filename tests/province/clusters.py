"""Real servers: a province and its districts, each with a database of its own."""

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
from django.db import connection, connections

from config.embedded import EmbeddedPostgres
from grievances.models import COUNTS, Tally, TallyMoment
from grievances.tallies.folding import fold_all
from tests.plugin import QUICK, server
from villages.models import Region
from villages.scope import within

DATABASE = "grievances"
_PATIENCE = 40  # seconds: other tests run beside
_SETTINGS = QUICK | {
    "synchronous_commit": "on",  # servers are stopped hard here, and replicas get what is written
    "shared_buffers": "32MB",
    "max_connections": "30",
    "wal_retrieve_retry_interval": "300ms",
    "max_logical_replication_workers": "12",
    "max_worker_processes": "16",
    "max_wal_size": "256MB",
}


class Cluster(EmbeddedPostgres):
    """A server, and what tests ask of it."""

    def __init__(self, folder: Path, **settings: str) -> None:
        super().__init__(folder, **_SETTINGS | settings)

    @property
    def address(self) -> str:
        return self.url(DATABASE)

    @contextmanager
    def used(self) -> Iterator[None]:
        """The product works with this server's database."""
        before = {name: connection.settings_dict[name] for name in ("HOST", "NAME", "USER")}
        self._point({"HOST": str(self.socket), "NAME": DATABASE, "USER": "owner"})
        try:
            yield
        finally:
            self._point(before)

    @staticmethod
    def _point(values: dict[str, str]) -> None:
        connections.close_all()
        connection.settings_dict.update(values)
        connections.settings["default"].update(values)

    def ask(self, question: str) -> list[tuple]:
        """Rows, through a connection of its own."""
        there = psycopg2.connect(self.address)
        there.autocommit = True
        try:
            with there.cursor() as cursor:
                cursor.execute(question)
                return cursor.fetchall() if cursor.description else []
        finally:
            there.close()

    def follow(self, primary: "Cluster") -> None:
        """Become a read replica of another server."""
        self._own_folder(self.base)
        self._own_folder(self.data)
        source = f"host={primary.socket} user=owner"
        self._run("pg_basebackup", "-d", source, "-D", str(self.data), "-R", "-X", "stream", "-c", "fast")
        self.start()

    def stop_hard(self) -> None:
        """As a power cut does."""
        self._run("pg_ctl", "-D", str(self.data), "-m", "immediate", "-w", "stop")

    def throw_away(self) -> None:
        """Stop at once, and leave nothing."""
        if self.is_running():
            self.stop_hard()
        self.remove()

    def copy_of(self, template: str) -> None:
        """A database like one of the test server's."""
        self.execute(f"CREATE DATABASE {DATABASE}")
        dump = [str(self.binaries / "pg_dump"), server.url(template)]
        load = [str(self.binaries / "psql"), "--quiet", "--output=/dev/null", self.address]
        with subprocess.Popen(dump, stdout=subprocess.PIPE) as source:
            subprocess.run(load, stdin=source.stdout, check=True)

    def grow_from(self, seed: "Cluster") -> None:
        """Begin with a copy of a stopped server's data."""
        self._own_folder(self.base)
        subprocess.run(["cp", "-a", str(seed.data), str(self.data)], check=True)


def until(holds: Callable[[], object], what: str) -> None:
    """Wait until something holds; fails after a while."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < _PATIENCE, f"not within {_PATIENCE} s: {what}"
        time.sleep(0.05)


def folded(district: Cluster, code: str) -> object:
    """Fold all that waits at a district; when that was."""
    with district.used():
        fold_all()
        return TallyMoment.objects.get(pk=code).folded_at


def caught_up(province: Cluster, district: Cluster, code: str) -> None:
    """Fold at the district, and wait until the province has it."""
    moment = folded(district, code)

    def arrived() -> bool:
        with province.used():
            return TallyMoment.objects.filter(pk=code, folded_at__gte=moment).exists()

    until(arrived, f"the province has the figures of {code}")


def leaving(code: str) -> list[tuple]:
    """The tallies that may leave a district, or have come from it, in one order."""
    found = Tally.objects.filter(within(code, field="place"), accused__in=["", "*"]).exclude(dimension="unit")
    keys = ("place", "dimension", "period", "campaign", "key", "accused")
    return list(found.order_by(*keys).values_list(*keys, *COUNTS))


def places(code: str) -> list[tuple]:
    found = Region.objects.within(code).exclude(level="grid").order_by("pk")
    return list(found.values_list("pk", "name", "name_en", "level", "parent_id", "closed_on"))
