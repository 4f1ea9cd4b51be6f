"""Only counts and names of places leave a district: no person, no text, no unit, no signature."""

import psycopg2
import pytest
from django.core.management import CommandError, call_command

from tests.province.clusters import caught_up
from tests.province.conftest import NORTH, Ground
from tests.province.people import CANARIES, answered, step

PUBLISHED = {"grievances_tally", "grievances_tallymoment", "villages_region"}


@pytest.fixture
def worked(province: Ground) -> Ground:
    """A case told to its end and an accusation, so that there is something to give away."""
    with province.districts[NORTH].used():
        answered(NORTH)
        step(NORTH, "accuse", 3)
    caught_up(province.province, province.districts[NORTH], NORTH)
    return province


def test_three_tables_are_published_by_named_columns_and_no_other(province: Ground) -> None:
    rows = province.districts[NORTH].ask("SELECT tablename, attnames, rowfilter FROM pg_publication_tables")
    assert {table for table, _columns, _rows in rows} == PUBLISHED
    assert all(filtered for _table, _columns, filtered in rows)
    columns = {table: names for table, names, _rows in rows}
    assert columns["villages_region"] == ["name", "name_en", "code", "level", "closed_on", "parent_id"]
    assert columns["grievances_tallymoment"] == ["district", "folded_at"]
    [(truncates,)] = province.districts[NORTH].ask("SELECT pubtruncate FROM pg_publication")
    assert not truncates


def test_what_arrived_holds_no_canary(worked: Ground) -> None:
    home = worked.districts[NORTH]
    with home.used():
        assert b"\n" in _dump(home, "grievances_opinion") and CANARIES["text"].encode() in _dump(
            home, "grievances_opinion"
        )
    everything = b"".join(_dump(worked.province, table) for table in _tables(worked.province))
    assert len(everything) > 10_000 and "盐城市".encode() in everything
    for canary in CANARIES.values():
        assert canary.encode() not in everything, canary
    assert worked.province.ask("SELECT DISTINCT accused FROM grievances_tally ORDER BY 1") == [("",), ("*",)]
    assert not worked.province.ask("SELECT 1 FROM grievances_tally WHERE dimension = 'unit'")
    assert not worked.province.ask("SELECT 1 FROM villages_region WHERE length(code) > 12")


def test_the_stream_itself_holds_no_canary(worked: Ground) -> None:
    """The bytes that PostgreSQL sends: also what a hostile province would see."""
    home = worked.districts[NORTH]
    home.ask("SELECT pg_create_logical_replication_slot('listener', 'pgoutput')")
    try:
        with home.used():
            answered(NORTH)
            step(NORTH, "accuse", 5)
        caught_up(worked.province, home, NORTH)
        rows = home.ask(
            "SELECT data FROM pg_logical_slot_peek_binary_changes('listener', NULL, NULL,"
            " 'proto_version', '1', 'publication_names', 'figures')"
        )
    finally:
        home.ask("SELECT pg_drop_replication_slot('listener')")
    stream = b"".join(bytes(row[0]) for row in rows)
    assert b"grievances_tally" in stream and NORTH.encode() in stream and b"roads-potholes" in stream
    for canary in CANARIES.values():
        assert canary.encode() not in stream, canary
    [(unit,)] = home.ask("SELECT id FROM villages_unit WHERE code = 'town'")
    assert f",u{unit},".encode() not in stream
    assert home.ask(f"SELECT 1 FROM grievances_tally WHERE accused = ',u{unit},'")


def test_the_role_that_takes_them_in_can_read_nothing_else(
    worked: Ground, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PROVINCE = False
    home = worked.districts[NORTH]
    monkeypatch.setenv("REPLICATION_PASSWORD", "only-for-tests")
    with home.used():
        for _run in range(2):
            call_command("publish_figures", district=NORTH, role="receiver", verbosity=0)
    there = psycopg2.connect(home.url("grievances", user="receiver"))
    there.autocommit = True
    with there.cursor() as cursor:
        cursor.execute("SELECT DISTINCT accused FROM grievances_tally WHERE dimension = 'all' ORDER BY 1")
        assert cursor.fetchall() == [("",), ("*",)]
        for table in ("grievances_opinion", "grievances_tallychange", "villages_cadre", "villages_unit"):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(f"SELECT * FROM {table}")
    there.close()
    assert len(home.ask("SELECT DISTINCT accused FROM grievances_tally")) > 2


def test_publishing_twice_changes_nothing_and_says_so(
    province: Ground, settings: object, capsys: pytest.CaptureFixture
) -> None:
    settings.PROVINCE = False
    with province.districts[NORTH].used():
        call_command("publish_figures", district=NORTH)
    assert "up to date already" in capsys.readouterr().out


def test_a_server_without_logical_decoding_and_an_unknown_district_are_refused_in_words(
    province: Ground, settings: object
) -> None:
    settings.PROVINCE = False
    with province.districts[NORTH].used(), pytest.raises(CommandError, match="There is no district 320999"):
        call_command("publish_figures", district="320999")
    settings.PROVINCE = True
    with pytest.raises(CommandError, match="This is a province"):
        call_command("publish_figures", district=NORTH)


def _tables(server: object) -> list[str]:
    return [row[0] for row in server.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]


def _dump(server: object, table: str) -> bytes:
    return "\n".join(str(row[0]) for row in server.ask(f"SELECT t::text FROM {table} t")).encode()
