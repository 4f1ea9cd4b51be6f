"""A district whose tables lie in a schema of their own, beside another one's, works as any other."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import IntegrityError, ProgrammingError, connection, connections, transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from grievances.errors import ACCUSED_CONSTRAINT, broken_constraint
from grievances.models import AssistingUnit, Dimension, Event, Look, Opinion, Tally, TallyChange
from grievances.search.searching import search
from grievances.steps.record import Accused
from grievances.tallies.checking import check
from grievances.tallies.counting import Counting
from grievances.tallies.folding import fold_all
from grievances.tallies.rebuilding import rebuild
from tests import database
from tests.factories import (
    DISTRICT,
    GRID,
    VILLAGE,
    make_cadre,
    make_category,
    make_household,
    make_opinion,
    make_region,
    make_unit,
)
from tests.grievances.cases import answered
from tests.plugin import server
from villages.models import Cadre, Role, Unit, UnitKind

SCHEMA, NEIGHBOUR = f"district_{DISTRICT}", "district_320903"
_LEFT_OUTSIDE = """
    SELECT 'relation ' || relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT 'type ' || typname FROM pg_type WHERE typnamespace = 'public'::regnamespace
"""
_PATHS = """
    SELECT DISTINCT setting FROM pg_proc CROSS JOIN LATERAL unnest(proconfig) setting
    WHERE pronamespace = %s::regnamespace
"""
_TALLIES_KEY = f"""
    SELECT count(*) FROM pg_constraint WHERE conrelid = '{SCHEMA}.grievances_tally'::regclass AND contype = 'p'
"""


@contextmanager
def connected(*, name: str, path: str) -> Iterator[None]:
    """The product works in another database, with that search_path."""
    before, options = connection.settings_dict["NAME"], connection.settings_dict["OPTIONS"]
    try:
        database.use(name)
        connection.settings_dict["OPTIONS"] = options | {"options": f"-c jit=off -c search_path={path}"}
        ContentType.objects.clear_cache()
        yield
    finally:
        database.use(before)
        connection.settings_dict["OPTIONS"] = options
        ContentType.objects.clear_cache()


@pytest.fixture
def district(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Migrated from nothing into a schema that isn't public."""
    name = f"{database.own()}_schema"
    server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    server.execute(f"CREATE DATABASE {name}")
    server.execute(f"CREATE SCHEMA {SCHEMA}", database=name)
    with django_db_blocker.unblock():
        with connected(name=name, path=SCHEMA):
            call_command("migrate", verbosity=0)
            yield
            connections.close_all()
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def asked(query: str, values: list[object] | None = None) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def staff() -> dict[str, Cadre]:
    transport, petitions, government = (
        make_unit(code=code) for code in ("transport", "petitions", "government")
    )
    make_region(code=GRID)
    committee = make_unit(code="committee", region=VILLAGE, kind=UnitKind.COMMITTEE)
    return {
        "visitor": make_cadre(name="visitor", role=Role.VISITOR, unit=committee, region=GRID),
        "handler": make_cadre(name="handler", role=Role.HANDLER, unit=transport),
        "coordinator": make_cadre(name="coordinator", role=Role.COORDINATOR, unit=petitions),
        "caller": make_cadre(name="caller", role=Role.CALLER, unit=petitions),
        "leader": make_cadre(name="leader", role=Role.LEADER, unit=government),
    }


def test_a_district_works_in_its_own_schema(district: None) -> None:
    people, transport = staff(), make_unit(code="transport")
    opinion = make_opinion(by=people["visitor"], household=make_household())
    said_again = make_opinion(
        by=people["visitor"], category=make_category(code="water-pipes"), text="水管漏水"
    )
    the_way_round(opinion, people, transport)
    figures_fit(people["leader"])
    words_are_found(people["leader"], opinion, said_again)
    history_is_kept(opinion, people["visitor"])
    nobody_holds_own_accusation(people["visitor"], transport)
    tallies_are_made_anew_beside_a_neighbours()
    only_its_own_schema_is_granted()
    assert asked(_LEFT_OUTSIDE) == []
    assert asked(_PATHS, [SCHEMA]) == [(f"search_path={SCHEMA}",)]


def the_way_round(opinion: Opinion, people: dict[str, Cadre], unit: Unit) -> None:
    answered(opinion, by=people["coordinator"], unit=unit, person=people["handler"])
    opinion.call_back(by=people["caller"], contacted=True, solved=True, satisfied=True)
    opinion.refresh_from_db()
    assert opinion.state == "closed" and opinion.satisfied
    assert list(Event.objects.filter(opinion=opinion).order_by("pk").values_list("verb", flat=True)) == [
        "record", "assign", "accept", "resolve", "call_back",
    ]  # fmt: skip


def figures_fit(leader: Cadre) -> None:
    """The same before folding and after it, on the page, and against a plain count."""
    before = Counting(leader, DISTRICT, None, None).by(*Dimension.values)
    assert TallyChange.objects.exists() and not Tally.objects.exists()
    assert fold_all() > 0 and Tally.objects.exists() and not TallyChange.objects.exists()
    told = Counting(leader, DISTRICT, None, None)
    assert told.by(*Dimension.values) == before
    total = told.total()
    assert (total["collected"], total["at_closed"], total["satisfied"], total["at_collected"]) == (2, 1, 1, 1)
    assert check() == []
    call_command("check_tallies", verbosity=0)
    browser = Client()
    browser.force_login(leader)
    for page in ("/dashboard/", "/opinions/?q=坑洼"):
        assert browser.get(page, follow=True).status_code == 200, page


def words_are_found(leader: Cadre, opinion: Opinion, other: Opinion) -> None:
    visible = Opinion.objects.visible_to(leader)
    assert list(search(visible, "路坑洼")) == [opinion]
    assert list(search(visible, "漏水")) == [other]
    assert list(search(visible, other.number)) == [other]
    plan = "SET enable_seqscan = off; EXPLAIN SELECT id FROM grievances_opinion WHERE"
    indexed = asked(f"{plan} villages_bigrams(search_text) @> villages_bigrams('坑洼'); ")
    asked("RESET enable_seqscan; SELECT 1")
    assert any("opinion_words" in line for (line,) in indexed)


def history_is_kept(opinion: Opinion, cadre: Cadre) -> None:
    Look.objects.create(opinion=opinion, kind="case", cadre=cadre, at=opinion.recorded_at)
    for statement in (
        "UPDATE grievances_event SET text = 'x'",
        "DELETE FROM grievances_event",
        "TRUNCATE grievances_look",
        "UPDATE grievances_opinion SET text = 'other words'",
        "DELETE FROM grievances_opinion",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(statement)


def nobody_holds_own_accusation(visitor: Cadre, accused: Unit) -> None:
    opinion = make_opinion(by=visitor, accused=[Accused(unit=accused)])
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        AssistingUnit.objects.create(opinion=opinion, unit=accused, added_at=opinion.recorded_at)
    assert broken_constraint(refused.value) == ACCUSED_CONSTRAINT
    assert check() == []


def tallies_are_made_anew_beside_a_neighbours() -> None:
    """Another district's tallies in the same database have a key by the same name."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {NEIGHBOUR}")
        cursor.execute(f"CREATE TABLE {NEIGHBOUR}.grievances_tally (LIKE grievances_tally INCLUDING ALL)")
    rebuild()
    assert asked(_TALLIES_KEY) == [(1,)] and Tally.objects.exists() and check() == []


def only_its_own_schema_is_granted() -> None:
    """The role that serves pages reads this district, appends to its history, and sees no other."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE ROLE serves_one_district")
        call_command("grant_runtime", role="serves_one_district", verbosity=0)
        cursor.execute("SET LOCAL ROLE serves_one_district")
        assert Opinion.objects.count() == 3
        for refused in ("DELETE FROM grievances_event", f"SELECT FROM {NEIGHBOUR}.grievances_tally"):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                cursor.execute(refused)
        transaction.set_rollback(True)


def test_a_path_without_a_schema_is_said(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    refused = pytest.raises(ImproperlyConfigured, match="names no schema that exists")
    with django_db_blocker.unblock(), connected(name=database.own(), path="nowhere"), refused:
        call_command("grant_runtime", verbosity=0)
