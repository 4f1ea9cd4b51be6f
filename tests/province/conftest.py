"""A province with three districts, on real servers: made once a run, from one set of migrations."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connections
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from grievances.models import DistrictSite
from grievances.province.subscribing import name_of
from tests import database
from tests.factories import DISTRICT, make_region
from tests.province.clusters import Cluster, caught_up
from tests.province.people import settle
from villages.models import Region

NORTH, SOUTH, EAST = DISTRICT, "320903", "320505"
NAMES = {NORTH: "大丰区", SOUTH: "盐都区", EAST: "虎丘区"}


class Ground:
    """The servers by name; ``districts`` by their code."""

    def __init__(self, folder: Path) -> None:
        self.province = Cluster(folder / "province")
        self.districts = {code: Cluster(folder / code) for code in NAMES}

    def start(self, seed: Cluster) -> None:
        for server in self.all():
            server.grow_from(seed)
            server.start()

    def all(self) -> list[Cluster]:
        return [self.province, *self.districts.values()]

    def fill(self) -> None:
        with self.province.used():
            make_region(code="3209", name="盐城市")
            make_region(code="3205", name="苏州市")
        for code, server in self.districts.items():
            with server.used():
                settle(code, NAMES[code])
            self.publish(code)

    def publish(self, code: str) -> None:
        with self.districts[code].used(), override_settings(PROVINCE=False):
            call_command("publish_figures", district=code)

    def subscribe(self, code: str, **options: object) -> None:
        with self.province.used():
            call_command(
                "subscribe_district",
                **{
                    "district": code,
                    "url": self.districts[code].address,
                    "site": f"https://d{code}.example.org",
                }
                | options,
            )

    def subscribed(self) -> set[str]:
        return {row[0] for row in self.province.ask("SELECT subname FROM pg_subscription")}

    def begin_again(self) -> None:
        """Two districts subscribed to, all servers running: whatever the last test left."""
        for server in self.all():
            server.start()
        for code in (NORTH, SOUTH):
            if name_of(code) not in self.subscribed():
                self.subscribe(code)
            caught_up(self.province, self.districts[code], code)
        if name_of(EAST) in self.subscribed():
            with self.province.used():
                call_command("subscribe_district", district=EAST, remove=True, verbosity=0)


@pytest.fixture(scope="session")
def ground(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ground]:
    folder = tmp_path_factory.mktemp("province")
    made, seed = Ground(folder), Cluster(folder / "seed")
    with django_db_blocker.unblock():
        try:
            seed.start()
            seed.copy_of(database.TEMPLATE)
            seed.stop()
            made.start(seed)
            with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
                made.fill()
            with override_settings(PROVINCE=True):
                made.begin_again()
            yield made
        finally:
            connections.close_all()
            for server in (seed, *made.all()):
                server.throw_away()


@pytest.fixture
def province(ground: Ground, settings: object, django_db_blocker: DjangoDbBlocker) -> Iterator[Ground]:
    """The two districts of the north subscribed to, and everything at rest."""
    with django_db_blocker.unblock():
        settings.PROVINCE = True
        ground.begin_again()
        with ground.province.used():
            assert DistrictSite.objects.count() == 2 and Region.objects.filter(pk=NORTH).exists()
        yield ground
