"""Districts that stop, are upgraded first, come and go: the province goes on, and nothing is lost."""

from collections.abc import Iterator
from random import Random

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connections

from grievances.management.commands.fold_tallies import _fold
from grievances.models import COUNTS, DistrictSite, Tally
from grievances.province.news import News, news_of
from grievances.province.publishing import parts
from grievances.tallies.rebuilding import rebuild
from tests.province.clusters import DATABASE, caught_up, folded, leaving, until
from tests.province.conftest import EAST, NORTH, SOUTH, Ground
from tests.province.people import record, step
from tests.province.test_figures import assert_equal
from villages.models import Region

NEW = "grievances_tally ADD COLUMN newer integer NOT NULL DEFAULT 0"


def news(ground: Ground, code: str) -> News:
    with ground.province.used():
        return next(one for one in news_of("32") if one.code == code)


def test_a_district_stopped_hard_in_the_middle_of_writing_comes_back_equal(
    province: Ground, settings: object, caplog: pytest.LogCaptureFixture
) -> None:
    district = province.districts[SOUTH]
    until(lambda: news(province, SOUTH).is_well, "the district is well")
    with district.used():
        for n in range(6):
            record(SOUTH, Random(n))
    folded(district, SOUTH)
    with district.used():
        record(SOUTH, Random(7))
        district.stop_hard()
        with pytest.raises(DatabaseError):
            record(SOUTH, Random(8))
        settings.PROVINCE = False
        assert _fold() and _fold(away=True)  # what folds every second says so once, and goes on
        settings.PROVINCE = True
        connections.close_all()
    assert caplog.text.count("not folded") == 1
    until(lambda: news(province, SOUTH).standing == "unreachable", "its silence is noticed")
    assert news(province, SOUTH).folded_at is not None
    with province.province.used():
        assert Tally.objects.filter(place=SOUTH).exists()
    with province.districts[NORTH].used():
        record(NORTH, Random(1))
    assert_equal(province, NORTH)
    district.start()
    assert_equal(province, SOUTH, NORTH)
    until(lambda: news(province, SOUTH).is_well, "the district is well again")


@pytest.fixture
def newer_district(province: Ground) -> Iterator[Ground]:
    """A district whose tallies have a column that the province doesn't know; afterwards as before."""
    district = province.districts[NORTH]
    district.ask(f"ALTER TABLE {NEW}")
    [(columns, rows)] = district.ask(
        "SELECT array_to_string(attnames, ', '), rowfilter FROM pg_publication_tables"
        " WHERE tablename = 'grievances_tally'"
    )
    district.ask(
        "ALTER PUBLICATION figures DROP TABLE grievances_tally;"
        f"ALTER PUBLICATION figures ADD TABLE grievances_tally ({columns}, newer) WHERE {rows}"
    )
    yield province
    province.publish(NORTH)
    for server in (district, province.province):
        server.ask("ALTER TABLE grievances_tally DROP COLUMN IF EXISTS newer")


def test_a_district_upgraded_first_waits_for_the_province_and_loses_nothing(newer_district: Ground) -> None:
    ground, district = newer_district, newer_district.districts[NORTH]
    with ground.province.used():
        before = list(Tally.objects.filter(place=NORTH, dimension="all").values_list("collected"))
    with district.used():
        record(NORTH, Random(3))
    folded(district, NORTH)
    until(lambda: news(ground, NORTH).standing == "upgrade", "the error is noticed")
    assert not news(ground, NORTH).is_well and news(ground, SOUTH).standing == "receiving"
    with ground.province.used():
        assert list(Tally.objects.filter(place=NORTH, dimension="all").values_list("collected")) == before
    ground.province.ask(f"ALTER TABLE {NEW}")
    assert_equal(ground, NORTH)
    until(lambda: news(ground, NORTH).is_well, "it is taken in again")
    with ground.province.used(), pytest.raises(CommandError, match="upgrade the province first"):
        ground.subscribe(NORTH)


def test_a_province_upgraded_first_takes_in_what_older_districts_send(province: Ground) -> None:
    """What they don't know yet is left out, and what they don't publish too: it may be empty, or has a default."""
    wanted = province.province.ask(
        "SELECT attrelid::regclass::text, attname FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped"
        " AND attnotnull AND NOT atthasdef AND attrelid IN"
        " ('grievances_tally'::regclass, 'grievances_tallymoment'::regclass, 'villages_region'::regclass)"
    )
    published = {(part.table, column) for part in parts(NORTH) for column in part.columns}
    assert set(wanted) <= published
    assert not [one for one in wanted if one[1] in COUNTS]


def counted(code: str) -> list[tuple]:
    """Rows in which something is counted; empty is zero."""
    rows = [(row[: -len(COUNTS)], [n or 0 for n in row[-len(COUNTS) :]]) for row in leaving(code)]
    return [row for row in rows if any(row[1])]


def test_tallies_made_anew_reach_the_province_and_touch_no_other_district(province: Ground) -> None:
    with province.districts[NORTH].used():
        record(NORTH, Random(2))
        folded(province.districts[NORTH], NORTH)
        before = counted(NORTH)
        rebuild()
        assert len(before) > 20 and counted(NORTH) == before
    assert_equal(province, NORTH, SOUTH)


def test_a_district_is_added_and_removed_with_its_slot(
    province: Ground, capsys: pytest.CaptureFixture
) -> None:
    district = province.districts[EAST]
    for code in (EAST, NORTH):
        with province.districts[code].used():
            record(code, Random(1))
    province.subscribe(EAST)
    assert "is being copied" in capsys.readouterr().out
    assert_equal(province, EAST, NORTH)
    assert news(province, EAST).label in ("虎丘区", "区划320505")
    assert slots(district) == [("district_320505",)]
    province.subscribe(EAST, site="https://huqiu.example.org/")
    assert "goes on" in capsys.readouterr().out
    with province.province.used():
        assert DistrictSite.objects.get(pk=EAST).address == "https://huqiu.example.org"
        for said in ("its slot over there dropped", "There was no subscription"):
            call_command("subscribe_district", district=EAST, remove=True)
            assert said in capsys.readouterr().out
        assert not Region.objects.within(EAST).exists() and not DistrictSite.objects.filter(pk=EAST).exists()
        assert not Tally.objects.filter(place__startswith=EAST).exists()
        assert Tally.objects.filter(place__startswith=NORTH).exists()
    assert slots(district) == []


def test_the_role_with_the_least_rights_is_enough_to_take_everything_in(
    province: Ground, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPLICATION_PASSWORD", "only-for-tests")
    with province.districts[EAST].used():
        settings.PROVINCE = False
        call_command("publish_figures", district=EAST, role="receiver")
        settings.PROVINCE = True
        record(EAST, Random(2))
        step(EAST, "accuse", 2)
    province.subscribe(EAST, url=province.districts[EAST].url(DATABASE, user="receiver"))
    assert_equal(province, EAST)
    with province.districts[EAST].used():
        step(EAST, "accuse", 3)
    assert_equal(province, EAST)


def slots(district: object) -> list[tuple]:
    return district.ask("SELECT slot_name FROM pg_replication_slots")


def test_removing_a_district_that_is_gone_says_which_slot_is_left_there(
    province: Ground, capsys: pytest.CaptureFixture
) -> None:
    district = province.districts[EAST]
    province.subscribe(EAST)
    caught_up(province.province, district, EAST)
    until(lambda: slots(district) == [("district_320505",)], "the first copies are done")
    district.stop_hard()
    with province.province.used():
        call_command("subscribe_district", district=EAST, remove=True)
    said = capsys.readouterr().out
    assert "pg_drop_replication_slot('district_320505')" in said
    district.start()
    assert slots(district) == [("district_320505",)]
    with pytest.raises(CommandError, match=r"left there.*pg_drop_replication_slot"):
        province.subscribe(EAST)
    with province.province.used():
        assert not DistrictSite.objects.filter(pk=EAST).exists()
    district.ask("SELECT pg_drop_replication_slot('district_320505')")


def test_a_stopped_subscription_is_called_stopped(province: Ground) -> None:
    province.province.ask(f"ALTER SUBSCRIPTION district_{SOUTH} DISABLE")
    until(lambda: news(province, SOUTH).standing == "stopped", "it is stopped")
    province.subscribe(SOUTH)
    until(lambda: news(province, SOUTH).standing == "receiving", "it goes on")


def test_places_that_are_here_already_are_refused_in_words(province: Ground) -> None:
    with province.province.used():
        Region.objects.create(code=EAST, name="虎丘区", level="district", parent_id="3205")
        with pytest.raises(CommandError, match="There are places of 320505 here already"):
            province.subscribe(EAST)
        Region.objects.filter(pk=EAST).delete()


def test_too_few_workers_are_refused_in_words(province: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grievances.province.capacity._SPARE", 10)
    with pytest.raises(CommandError, match="max_logical_replication_workers is 12, and 3 districts want"):
        province.subscribe(EAST)
    monkeypatch.setattr("grievances.province.capacity._SPARE", 11)
    with province.province.used():
        found = run_checks(tags=["database"], databases=["default"])
    told = [warning.msg for warning in found if warning.id == "config.W001"]
    assert any("2 districts want at least 13" in message for message in told)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"url": "postgresql://x:secret-1@127.0.0.1:1/none"}, "can't be reached"),
        ({"url": "postgresql://x:secret-1@127.0.0.1:x/none"}, "can't be reached"),
        ({"url": ""}, "Give --url"),
        ({"site": "javascript:alert(1)"}, "no address of a site"),
        ({"district": "32090"}, "six digits"),
        ({"district": "320999"}, "doesn't know the district"),
    ],
)
def test_what_is_wrong_is_said_without_the_password(
    province: Ground, options: dict[str, str], said: str
) -> None:
    with pytest.raises(CommandError, match=said) as refused:
        province.subscribe(EAST, **options)
    assert "secret-1" not in str(refused.value)
    assert len(province.subscribed()) == 2


def test_a_district_cannot_subscribe_and_a_province_cannot_fold(province: Ground, settings: object) -> None:
    for command in ("fold_tallies", "check_tallies"):
        with pytest.raises(CommandError, match="province"):
            call_command(command)
    settings.PROVINCE = False
    with pytest.raises(CommandError, match="Only a province"):
        call_command("subscribe_district", district=EAST)
