"""The read replica: a real one. Some pages are read from it, nothing is written to it, and no page fails by it."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connections, router
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from config import replica
from grievances.models import Opinion
from tests import database
from tests.factories import DISTRICT, make_cadre, make_opinion, make_unit
from tests.province.clusters import Cluster, until
from villages.models import Cadre, Role


class Pair:
    """A primary that the product works with, and its replica."""

    def __init__(self, primary: Cluster, copy: Cluster) -> None:
        self.primary, self.copy = primary, copy

    def caught_up(self) -> None:
        [(lsn,)] = self.primary.ask("SELECT pg_current_wal_lsn()")
        until(
            lambda: self.copy.ask(f"SELECT pg_last_wal_replay_lsn() >= '{lsn}'") == [(True,)],
            "the replica has replayed it",
        )

    def hold(self) -> None:
        """From now on the replica shows the past."""
        self.copy.ask("SELECT pg_wal_replay_pause()")

    def go_on(self) -> None:
        self.copy.ask("SELECT pg_wal_replay_resume()")


@pytest.fixture(scope="module")
def servers(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("replica")
    primary, copy = Cluster(folder / "primary"), Cluster(folder / "copy")
    with django_db_blocker.unblock():
        try:
            primary.start()
            primary.copy_of(database.TEMPLATE)
            with (
                primary.used(),
                override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]),
            ):
                _people()
            copy.follow(primary)
            yield Pair(primary, copy)
        finally:
            connections.close_all()
            for server in (copy, primary):
                server.throw_away()


def _people() -> None:
    office = make_unit(code="petitions", region=DISTRICT)
    for name, role in (("leader", Role.LEADER), ("coordinator", Role.COORDINATOR), ("visitor", Role.VISITOR)):
        make_cadre(name=name, role=role, unit=office, region=DISTRICT)


@pytest.fixture
def pair(servers: Pair, django_db_blocker: DjangoDbBlocker) -> Iterator[Pair]:
    """The product with REPLICA_URL set."""
    with django_db_blocker.unblock(), servers.primary.used():
        servers.copy.start()
        connections.settings["replica"] = connections.settings["default"] | {"HOST": str(servers.copy.socket)}
        replica.watch.good_until = replica.watch.bad_until = 0.0
        servers.caught_up()
        try:
            yield servers
        finally:
            if servers.copy.is_running():
                servers.go_on()
            connections["replica"].close()
            del connections.settings["replica"]
            del connections["replica"]


def opened(name: str) -> Client:
    client = Client()
    client.force_login(Cadre.objects.get(username=name))
    return client


def rows(client: Client, asked: dict[str, str]) -> set[str]:
    """The numbers that a list shows."""
    found = client.get(reverse("opinion-list"), asked).context["page"].rows
    return {getattr(row, "opinion", row).number for row in found}


def collected(client: Client) -> int:
    return client.get(reverse("dashboard-place", args=[DISTRICT])).context["numbers"]["collected"].value


def where(request: HttpRequest) -> HttpResponse:
    """Where a page is read: "copy" or "primary"."""
    with connections[router.db_for_read(Opinion)].cursor() as cursor:
        cursor.execute("SELECT pg_is_in_recovery()")
        return HttpResponse("copy" if cursor.fetchone()[0] else "primary")


def read_by(method: str = "get", **cookies: str) -> str:
    request = getattr(RequestFactory(), method)("/")
    request.COOKIES.update(cookies)
    return replica.may_be_a_second_old()(where)(request).content.decode()


def test_only_pages_that_say_so_are_read_from_the_replica(pair: Pair) -> None:
    assert read_by() == "copy"
    assert read_by("post") == "primary"
    assert where(RequestFactory().get("/")).content == b"primary"


def test_dashboards_and_lists_behind_figures_are_read_from_it_and_the_desk_is_not(pair: Pair) -> None:
    leader, coordinator = opened("leader"), opened("coordinator")
    before = collected(leader)
    pair.hold()
    made = make_opinion(by=Cadre.objects.get(username="visitor"))
    replica.watch.good_until = float("inf")
    assert collected(leader) == before
    listed = {"figure": "collected", "region": DISTRICT}
    assert made.number not in rows(leader, listed)
    assert made.number in rows(leader, {"region": DISTRICT})
    assert made.number in rows(coordinator, listed)
    assert leader.get(reverse("opinion", args=[made.number])).status_code == 200
    pair.go_on()
    until(lambda: collected(leader) == before + 1, "the dashboard has it")


def test_whoever_has_just_written_sees_it_at_once(pair: Pair) -> None:
    client = opened("coordinator")
    made = make_opinion(by=Cadre.objects.get(username="visitor"))
    pair.caught_up()
    before = collected(client)
    pair.hold()
    replica.watch.good_until = float("inf")
    form = {"version": made.version, "key": "5b0f1c1e-8a60-4c0a-9a4e-0d8f6f1f7b11", "reason": "重复登记"}
    answer = client.post(reverse("opinion-withdraw", args=[made.number]), form)
    assert answer.status_code == 302 and Opinion.objects.get(pk=made.pk).state == "withdrawn"
    assert client.cookies["wrote"]["max-age"] == settings.READS_THE_PRIMARY_SECONDS
    assert collected(client) == before - 1
    assert collected(opened("leader")) == before
    del client.cookies["wrote"]
    assert collected(client) == before


def test_the_replica_refuses_writes_and_the_product_sends_it_none(pair: Pair) -> None:
    token = replica._reading.set(True)
    try:
        someone = Cadre.objects.get(username="leader")
        assert someone._state.db == "replica"
        someone.telephone = "1"
        someone.save(update_fields=["telephone"])
        assert router.db_for_write(Cadre, instance=someone) == "default"
    finally:
        replica._reading.reset(token)
    assert Cadre.objects.get(username="leader").telephone == "1"
    with pytest.raises(Exception) as refused, connections["replica"].cursor() as cursor:
        cursor.execute("UPDATE villages_cadre SET telephone = '2'")
    assert refused.value.__cause__.pgcode == "25006"


def test_a_stopped_replica_is_left_alone_with_one_line_in_the_log(
    pair: Pair, caplog: pytest.LogCaptureFixture
) -> None:
    leader = opened("leader")
    right = collected(leader)
    pair.copy.stop_hard()
    replica.watch.good_until = float("inf")
    for _again in range(3):
        assert collected(leader) == right
    assert [record.name for record in caplog.records].count("config.replica") == 1
    assert read_by() == "primary"


def test_a_replica_that_lost_its_primary_is_not_read(pair: Pair, caplog: pytest.LogCaptureFixture) -> None:
    pair.copy.ask("ALTER SYSTEM SET primary_conninfo = ''")
    pair.copy.ask("SELECT pg_reload_conf()")
    try:
        until(lambda: pair.copy.ask("SELECT count(*) FROM pg_stat_wal_receiver") == [(0,)], "it is cut off")
        assert read_by() == "primary"
        assert "lost its primary" in caplog.text
    finally:
        pair.copy.ask("ALTER SYSTEM RESET primary_conninfo")
        pair.copy.ask(f"ALTER SYSTEM SET primary_conninfo = 'host={pair.primary.socket} user=owner'")
        pair.copy.ask("SELECT pg_reload_conf()")
        until(lambda: pair.copy.ask("SELECT count(*) FROM pg_stat_wal_receiver") == [(1,)], "it follows")


def test_a_question_that_took_too_long_is_not_asked_again(pair: Pair) -> None:
    asked = []

    @replica.may_be_a_second_old()
    def slow(request: HttpRequest) -> HttpResponse:
        asked.append(router.db_for_read(Opinion))
        with connections[asked[-1]].cursor() as cursor:
            cursor.execute("SET statement_timeout = 50")
            cursor.execute("SELECT pg_sleep(5)")
        return HttpResponse()

    with pytest.raises(Exception, match="statement timeout"):
        slow(RequestFactory().get("/"))
    assert asked == ["replica"]


def test_without_a_replica_nothing_changes(db: None, client: Client, leader: Cadre) -> None:
    client.force_login(leader)
    assert read_by() == "primary"
    client.post(reverse("notices-seen"))
    assert "wrote" not in client.cookies
