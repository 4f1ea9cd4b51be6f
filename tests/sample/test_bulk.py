"""Millions by COPY, here three thousand: whole histories, a database as before, and a kill that costs nothing."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import Count, Exists, F, OuterRef, Sum
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from grievances.flow.calendar import midnight
from grievances.measures import figures
from grievances.models import (
    SNAPSHOT_FIELDS,
    Assignment,
    Clock,
    Event,
    Informant,
    Opinion,
    OpinionSpan,
    Visit,
)
from grievances.numbers import normalise
from grievances.sample.bulk import ledger
from grievances.sample.bulk.run import run
from grievances.steps.record import Said
from grievances.workflow import ENDED, RESPONSIBLE, TRANSITIONS, State, Verb
from tests import database
from tests.plugin import server
from villages.models import Cadre, Post, Region

TEMPLATE, OPINIONS, SEED = "vv_ground", 3000, 5
order_again = partial(run, opinions=OPINIONS, seed=SEED, password="for tests only", say=lambda text: None)

SCHEMA = {
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "constraints": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated "
    "FROM pg_constraint",
    "triggers": "SELECT tgrelid::regclass::text, tgname, tgenabled::text, pg_get_triggerdef(oid) "
    "FROM pg_trigger WHERE NOT tgisinternal",
    "options": "SELECT relname, reloptions FROM pg_class WHERE relname ~ '^(grievances|sample)' "
    "AND relkind = 'r'",
}


def make_ground() -> None:
    call_command("load_regions", "villages/data/dafeng_regions.csv", verbosity=0)
    call_command("load_reference", verbosity=0)


def rows(query: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def schema() -> dict[str, list[tuple]]:
    return {name: sorted(rows(query), key=str) for name, query in SCHEMA.items()}


def told() -> list[tuple]:
    """What one would notice of a district."""
    return sorted(Opinion.objects.values_list("number", "text", "state", "region", "said_at", "due_at"))


@pytest.fixture(scope="module")
def district(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict]:
    """A bulk district, and how the database was before it."""
    name = f"{database.own()}_bulk"
    with django_db_blocker.unblock():
        database.once(TEMPLATE, make_ground)
        database.clone(TEMPLATE, name)
        database.use(name)
        before = schema()
        assert order_again()
        yield {"before": before}
        database.use(database.own())


@pytest.fixture
def empty(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Another database with regions and reference data only."""
    name, used = f"{database.own()}_bulk_again", connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        database.once(TEMPLATE, make_ground)
        database.clone(TEMPLATE, name)
        database.use(name)
        yield name
        database.use(used)


@pytest.fixture
def bulk(district: dict, django_db_blocker: DjangoDbBlocker) -> Iterator[dict]:
    with django_db_blocker.unblock():
        yield district


def test_there_are_exactly_as_many_as_were_asked_for_and_no_tables_of_the_run_left(bulk: dict) -> None:
    assert Opinion.objects.count() == OPINIONS
    withdrawn = Opinion.objects.filter(state=State.WITHDRAWN).count()
    assert figures.count(figures.rows(cadre=None))["collected"] == OPINIONS - withdrawn
    assert not ledger.exists()


def test_indexes_constraints_triggers_and_options_are_exactly_as_before(bulk: dict) -> None:
    after = schema()
    for name, found in bulk["before"].items():
        assert found and after[name] == found, name


def test_every_history_replays_through_the_flow_table(bulk: dict) -> None:
    states: dict[int, str] = {}
    events = Event.objects.order_by("opinion_id", "recorded_at", "id").values_list(
        "opinion_id", "verb", "from_state", "to_state"
    )
    for opinion, verb, source, target in events:
        assert states.get(opinion, "") == source
        if verb != Verb.RECORD:
            assert TRANSITIONS[Verb(verb)].leads_to(State(source), State(target))
        states[opinion] = target
    assert states == dict(Opinion.objects.values_list("pk", "state"))


def test_spans_follow_each_other_and_end_with_the_opinion_as_it_is(bulk: dict) -> None:
    until: dict[int, object] = {}
    last: dict[int, OpinionSpan] = {}
    for span in OpinionSpan.objects.order_by("opinion_id", "since", "id"):
        assert until.get(span.opinion_id, span.since) == span.since
        until[span.opinion_id], last[span.opinion_id] = span.until, span
    for opinion in Opinion.objects.all():
        span = last.pop(opinion.pk)
        assert span.until is None
        assert all(getattr(span, name) == getattr(opinion, name) for name in SNAPSHOT_FIELDS)
    assert not last


def test_the_case_files_fit_the_states(bulk: dict) -> None:
    held = set(Assignment.objects.filter(ended_at=None).values_list("opinion_id", flat=True))
    assert held == set(Opinion.objects.filter(state__in=RESPONSIBLE).values_list("pk", flat=True))
    assert not Clock.objects.filter(stopped_at=None, opinion__state__in=ENDED).exists()
    assert not Opinion.objects.filter(due_at=None).exclude(state__in=ENDED).exists()


def test_nothing_lies_in_the_future_and_the_old_ones_are_ended(bulk: dict) -> None:
    today = midnight(timezone.localdate())
    assert not Event.objects.filter(recorded_at__gte=today).exists()
    assert not OpinionSpan.objects.filter(since__gte=today).exists()
    assert not Visit.objects.filter(said_at__gt=F("recorded_at")).exists()
    old = Opinion.objects.filter(said_at__lt=today - timedelta(days=131))
    assert State.CLOSED in set(old.values_list("state", flat=True)) <= set(ENDED)
    assert Opinion.objects.open().filter(said_at__gte=today - timedelta(days=20)).exists()


def test_they_are_spread_evenly_over_two_years_and_over_every_village(bulk: dict) -> None:
    days = Opinion.objects.values("said_at__date").annotate(n=Count("pk"))
    assert len(days) == 730 and {day["n"] for day in days} == {4, 5}
    villages = {code[:12] for code in Opinion.objects.values_list("region_id", flat=True)}
    assert len(villages) == 269


def test_units_and_people_belong_to_the_place_and_to_each_other(bulk: dict) -> None:
    for opinion in Opinion.objects.exclude(unit=None).select_related("unit"):
        assert opinion.region_id.startswith(opinion.unit.region_id)
        assert opinion.region_id.startswith(opinion.desk_id)
    post = Post.objects.filter(cadre=OuterRef("person"), unit=OuterRef("unit"))
    assert not Opinion.objects.exclude(person=None).exclude(Exists(post)).exists()
    own = Visit.objects.filter(recorded_by__posts__region=OuterRef("region__parent"), pk=OuterRef("pk"))
    assert not Visit.objects.exclude(Exists(own)).exists()


def test_what_details_name_by_id_is_what_the_case_holds(bulk: dict) -> None:
    given = Event.objects.filter(verb=Verb.ASSIGN).select_related("opinion")
    assert given.exists()
    for event in given:
        assert event.opinion.assignments.filter(unit=event.details["unit"], assigned_at=event.recorded_at)


def test_spans_say_whom_the_opinion_accuses_and_when_it_came_in(bulk: dict) -> None:
    assert rows(
        "SELECT count(*) FROM grievances_opinionspan s JOIN grievances_opinion o ON o.id = s.opinion_id "
        "WHERE s.accused <> grievances_signature(o.id) OR s.recorded_at <> o.recorded_at"
    ) == [(0,)]
    assert OpinionSpan.objects.exclude(accused="").exists()


def test_the_tallies_are_what_a_plain_count_finds(bulk: dict) -> None:
    call_command("check_tallies")


def test_no_accused_holds_a_case(bulk: dict) -> None:
    assert Opinion.objects.filter(accusing=True).exists()
    assert rows(
        "SELECT count(*) FROM grievances_assignment a JOIN grievances_opinion o ON o.id = a.opinion_id "
        "WHERE o.accusing AND grievances_accuses(o.id, a.unit_id, a.person_id)"
    ) == [(0,)]


def test_nothing_leads_to_an_anonymous_informant(bulk: dict) -> None:
    anonymous = Opinion.objects.filter(informant_kind="anonymous")
    assert anonymous.exists()
    assert not Informant.objects.filter(opinion__in=anonymous).exists()
    assert not anonymous.exclude(recorded_by=None).exists()
    assert not anonymous.filter(region__level="grid").exists()
    assert {timezone.localtime(at).hour for at in anonymous.values_list("recorded_at", flat=True)} == {0}
    counted = Visit.objects.aggregate(n=Sum("anonymous_opinions"))["n"]
    assert counted == anonymous.filter(source="big_visit").count()


def test_informants_are_the_heads_of_the_visited_households(bulk: dict) -> None:
    for informant in Informant.objects.select_related("household", "visit", "opinion")[:200]:
        assert informant.name == informant.household.head
        assert informant in Informant.objects.called(informant.name)
        assert informant.visit is None or informant.visit.household == informant.household
        assert informant.household.grid_id.startswith(informant.opinion.region_id)


def test_numbers_have_their_check_digit_and_the_year(bulk: dict) -> None:
    for number, said in Opinion.objects.values_list("number", "said_at"):
        assert normalise(number) == number
        assert number.startswith(f"DF{timezone.localtime(said):%y}-")


def test_opinions_belong_to_the_campaign_of_their_year(bulk: dict) -> None:
    told_on_visits = Opinion.objects.exclude(campaign=None)
    assert told_on_visits.exists()
    assert not told_on_visits.exclude(campaign__year=F("said_at__year")).exists()


def test_the_next_opinion_gets_the_next_number(bulk: dict) -> None:
    visitor = Cadre.objects.get(username="visitor")
    category = Opinion.objects.filter(accusing=False).first().category
    place = Region.objects.filter(pk__startswith=visitor.posts_in_force[0].region_id, level="grid").first()
    with transaction.atomic():
        made = Opinion.record(
            by=visitor, text="路灯不亮", category=category, region=place, said=Said(), said_at=timezone.now()
        )
        assert made.pk == OPINIONS + 1
        transaction.set_rollback(True)


def test_a_killed_run_goes_on_and_ends_like_one_that_was_not(bulk: dict, empty: str) -> None:
    command = [sys.executable, "manage.py", "sample", "--opinions", str(OPINIONS), "--seed", str(SEED)]
    environment = os.environ | {"DATABASE_URL": server.url(empty), "DEMO_PASSWORD": "for tests only"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, start_new_session=True)
    while not (ledger.exists() and rows("SELECT FROM sample_bulk_part")):
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert ledger.exists()
    assert order_again()
    again = told()
    assert Event.objects.values("opinion").distinct().count() == OPINIONS
    used = connection.settings_dict["NAME"]
    assert schema() == bulk["before"]
    database.use(used.removesuffix("_again"))
    assert told() == again


def test_an_unfinished_run_refuses_other_arguments(empty: str) -> None:
    assert not order_again(most_parts=1)
    for other in ({"opinions": 2999}, {"seed": 6}):
        with pytest.raises(ledger.Refused, match="--opinions 3000 --seed 5 is not finished"):
            order_again(**other)
    with pytest.raises(CommandError, match="not finished"):
        call_command("sample", opinions=OPINIONS, seed=6, password="x")
    with pytest.raises(CommandError, match="people or opinions"):
        call_command("sample", password="x")


def test_it_is_made_only_in_an_empty_database_and_of_a_sensible_size(bulk: dict) -> None:
    with pytest.raises(CommandError, match="people or opinions"):
        call_command("sample", opinions=OPINIONS, password="x")
    for wrong in (0, 19_000_001):
        with pytest.raises(CommandError, match="must be between"):
            call_command("sample", opinions=wrong, password="x")


def test_every_opinion_is_found_by_its_words(bulk: dict) -> None:
    wrong = [one.number for one in Opinion.objects.all() if one.search_text != one.to_search()]
    assert not wrong and Opinion.objects.exclude(search_text="").exists()
