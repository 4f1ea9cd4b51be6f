"""The workload of a unit: what came in and went out, what waits, what gets late, and whom cases hang on."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grievances.measures.workload import Took, Workload, units_of
from grievances.models import Opinion
from grievances.steps.record import Accused
from grievances.tallies.folding import fold_all
from tests.factories import fresh, make_cadre, make_opinion, make_unit
from tests.grievances.cases import answered, copied, in_hand
from villages.models import Cadre, Role, Unit


@pytest.fixture
def heads(client: Client, head: Cadre) -> Client:
    client.force_login(head)
    client.cookies["django_language"] = "en"
    return client


def days_ago(days: int) -> object:
    return timezone.now() - timedelta(days=days)


@pytest.fixture
def cases(visitor: Cadre, coordinator: Cadre, transport: Unit, handler: Cadre) -> dict[str, Opinion]:
    """One of each age, an answered one, one of a sub-unit, and one of another unit."""
    made = {}
    for name, days in (("new", 2), ("week", 6), ("fortnight", 10), ("month", 20), ("two", 50), ("old", 90)):
        with time_machine.travel(days_ago(days), tick=False):
            opinion = make_opinion(by=visitor)
            made[name] = in_hand(opinion, by=coordinator, unit=transport, person=handler)
    with time_machine.travel(days_ago(12), tick=False):
        made["done"] = in_hand(make_opinion(by=visitor), by=coordinator, unit=transport, person=handler)
    with time_machine.travel(days_ago(2), tick=False):
        made["done"].resolve(by=handler, account="铺了沥青", public="路已经修好。")
    team = make_unit(code="team", parent=transport)
    worker = make_cadre(name="worker", role=Role.HANDLER, unit=team)
    made["sub"] = in_hand(make_opinion(by=visitor), by=coordinator, unit=team, person=worker)
    water = make_unit(code="water")
    other = make_cadre(name="other", role=Role.HEAD, unit=water)
    made["other"] = in_hand(make_opinion(by=visitor), by=coordinator, unit=water, person=other)
    return made


def page(client: Client, unit: Unit) -> object:
    return client.get(reverse("unit-workload", args=[unit.pk]))


def length(client: Client, address: str) -> int:
    """How many rows the list behind a number has."""
    found = client.get(address)
    assert found.status_code == 200 and not found.context["filter"].form.errors
    return found.context["page"].total


def numbers(context: dict) -> list[object]:
    """Every number of the page that opens a list."""
    found = [context[name] for name in ("open", "late", "soon_late")]
    found += [number for row in context["ages"] for number in (row.number, row.late)]
    found += [row.number for row in context["forecast"]]
    found += [number for _monday, came, went in context["weeks"] for number in (came, went)]
    return found + ([context["took"].number] if context["took"] else [])


def test_what_waits_is_told_by_age_and_how_much_of_it_is_late(
    heads: Client, cases: dict[str, Opinion], transport: Unit
) -> None:
    context = page(heads, transport).context
    assert [row.number.value for row in context["ages"]] == [2, 1, 1, 1, 1, 1]
    assert [row.late.value for row in context["ages"]] == [0, 0, 0, 0, 0, 1]
    assert (context["open"].value, context["late"].value) == (7, 1)


@pytest.mark.parametrize("who", ["head", "coordinator", "leader", "town_coordinator"])
def test_every_number_is_the_length_of_its_list_for_everybody(
    client: Client, cases: dict[str, Opinion], transport: Unit, town: Unit, who: str, request: object
) -> None:
    client.force_login(request.getfixturevalue(who))
    unit = town if who == "town_coordinator" else transport
    found = numbers(page(client, unit).context)
    assert len(found) > 70
    for number in {(one.value, one.url) for one in found}:
        assert length(client, number[1]) == number[0], number


def test_weeks_are_the_last_half_year_also_those_in_which_nothing_happened(
    heads: Client, cases: dict[str, Opinion], transport: Unit
) -> None:
    weeks = page(heads, transport).context["weeks"]
    assert len(weeks) == 26 and {monday.weekday() for monday, _came, _went in weeks} == {0}
    assert weeks[-1][0] <= timezone.localdate() < weeks[-1][0] + timedelta(days=7)
    assert sum(came.value for _monday, came, _went in weeks) == 8
    assert sum(went.value for _monday, _came, went in weeks) == 1


def test_what_gets_late_is_told_by_its_last_day(
    heads: Client, cases: dict[str, Opinion], transport: Unit
) -> None:
    opinion = Opinion.objects.get(pk=cases["month"].pk)
    last_day = timezone.localdate() + timedelta(days=3)
    Opinion.objects.filter(pk=opinion.pk).update(due_at=opinion_due(last_day))
    context = page(heads, transport).context
    assert {row.label: row.number.value for row in context["forecast"]}[last_day] == 1
    assert context["soon_late"].value == sum(row.number.value for row in context["forecast"]) >= 1
    with time_machine.travel(opinion_due(last_day) - timedelta(minutes=1), tick=False):
        assert Workload(fresh(opinion.person), transport).late().value == late_before(cases)
    with time_machine.travel(opinion_due(last_day) + timedelta(minutes=1), tick=False):
        assert Workload(fresh(opinion.person), transport).late().value == late_before(cases) + 1


def opinion_due(last_day: object) -> object:
    from grievances.flow.calendar import midnight

    return midnight(last_day + timedelta(days=1))


def late_before(cases: dict[str, Opinion]) -> int:
    return 1  # the oldest


def test_half_and_nine_in_ten_of_the_answers_took_no_more(
    visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    for days in (0, 1, 1, 2, 3, 3, 4, 5, 9, 40):
        with time_machine.travel(days_ago(days), tick=False):
            opinion = in_hand(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
        opinion.resolve(by=head, account="铺了沥青", public="路已经修好。")
    took = Workload(fresh(head), transport).took()
    assert (took.median, took.most, took.number.value) == (3, 9, 10)


def test_without_answers_nothing_is_said_of_how_long_they_took(heads: Client, transport: Unit) -> None:
    found = page(heads, transport)
    assert found.context["took"] is None
    assert "nothing was answered in the last half year" in found.content.decode()


def test_a_mean_is_named_nowhere() -> None:
    assert {name for name in Took.__dataclass_fields__} == {"median", "most", "number"}


def test_an_answer_that_went_back_to_dispatch_is_no_answer_any_more(
    visitor: Cadre, coordinator: Cadre, transport: Unit, handler: Cadre, head: Cadre
) -> None:
    opinion = answered(make_opinion(by=visitor), by=coordinator, unit=transport, person=handler)
    opinion.name_accused(by=coordinator, unit=transport)
    assert Opinion.objects.get(pk=opinion.pk).answered_at is None


# who sees what


def test_heads_see_their_units_coordinators_and_leaders_those_of_their_places(
    head: Cadre, leader: Cadre, town_coordinator: Cadre, secretary: Cadre, transport: Unit, committee: Unit,
    town: Unit, petitions: Unit,
) -> None:  # fmt: skip
    team = make_unit(code="team", parent=transport)
    assert set(units_of(head)) == {transport, team}
    assert set(units_of(secretary)) == {committee}
    assert set(units_of(town_coordinator)) == {town, committee}
    assert {transport, team, committee, town, petitions} <= set(units_of(leader))


def test_another_unit_is_not_found(
    heads: Client, client: Client, cases: dict[str, Opinion], secretary: Cadre, transport: Unit
) -> None:
    assert page(heads, cases["other"].unit).status_code == 404
    client.force_login(secretary)
    assert page(client, transport).status_code == 404
    assert client.get("/units/999999/workload/").status_code == 404
    assert client.get("/units/x/workload/").status_code == 404


def test_handlers_callers_and_auditors_have_no_such_page(
    client: Client, handler: Cadre, caller: Cadre, auditor: Cadre, transport: Unit
) -> None:
    for cadre in (handler, caller, auditor):
        client.force_login(cadre)
        assert page(client, transport).status_code == 403
        assert client.get(reverse("workload")).status_code == 403
        assert reverse("workload") not in client.get(reverse("help")).content.decode()


def test_the_accused_head_counts_nothing_of_what_accuses_them(
    heads: Client, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre, handler: Cadre,
    leader: Cadre, client: Client,
) -> None:  # fmt: skip
    accusing = make_opinion(by=visitor, accused=[Accused(cadre=head)])
    in_hand(accusing, by=coordinator, unit=transport, person=handler)
    found = page(heads, transport)
    assert {number.value for number in numbers(found.context)} == {0}
    assert [cases for _cadre, cases in found.context["people"]] == [0, 0]
    assert accusing.number not in found.content.decode()
    client.force_login(leader)
    assert page(client, transport).context["open"].value == 1


def test_the_accused_leader_finds_it_neither_in_the_list_of_units(
    client: Client, visitor: Cadre, coordinator: Cadre, transport: Unit, handler: Cadre, leader: Cadre
) -> None:
    accusing = make_opinion(by=visitor, accused=[Accused(cadre=leader)])
    in_hand(accusing, by=coordinator, unit=transport, person=handler)
    for cadre, expected in ((leader, 0), (coordinator, 1)):
        client.force_login(cadre)
        rows = {row.unit: row for row in client.get(reverse("workload")).context["rows"]}
        assert rows[transport].open.value == length(client, rows[transport].open.url) == expected


# the list of units


@pytest.mark.parametrize("folded", [False, True])
def test_the_list_of_units_says_what_their_pages_and_lists_say(
    client: Client, cases: dict[str, Opinion], leader: Cadre, transport: Unit, folded: bool
) -> None:
    if folded:
        fold_all()
    client.force_login(leader)
    rows = {row.unit: row for row in client.get(reverse("workload")).context["rows"]}
    assert (rows[transport].open.value, rows[transport].late.value) == (7, 1)
    assert rows[Unit.objects.get(code="team")].depth == 1
    for row in rows.values():
        assert length(client, row.open.url) == row.open.value
        assert length(client, row.late.url) == row.late.value


def test_whoever_had_a_post_that_ended_and_heads_a_unit_elsewhere_counts_the_same(
    client: Client, cases: dict[str, Opinion], town_coordinator: Cadre, transport: Unit, visitor: Cadre
) -> None:
    posts = town_coordinator.posts
    posts.create(role=Role.HEAD, unit=transport, region=transport.region, since=timezone.localdate())
    gone = make_unit(code="gone")
    posts.create(
        role=Role.HEAD, unit=gone, region=gone.region, since=days_ago(9).date(), until=days_ago(3).date()
    )
    accusing = make_opinion(by=visitor, accused=[Accused(unit=make_unit(code="elsewhere"))])
    in_hand(accusing, by=cases["new"].assignments.get().by, unit=transport, person=cases["new"].person)
    client.force_login(fresh(town_coordinator))
    rows = {row.unit: row for row in client.get(reverse("workload")).context["rows"]}
    assert rows[transport].open.value == length(client, rows[transport].open.url) == 8


def test_a_head_of_one_unit_comes_straight_to_it(heads: Client, transport: Unit) -> None:
    assert heads.get(reverse("workload")).url == reverse("unit-workload", args=[transport.pk])
    assert f'href="{reverse("workload")}"' in heads.get(reverse("help")).content.decode()


# colleagues


def test_a_head_sees_how_many_cases_hang_on_each_and_hands_them_over(
    heads: Client, cases: dict[str, Opinion], transport: Unit, handler: Cadre, head: Cadre
) -> None:
    found = page(heads, transport)
    held = {cadre.username: n for cadre, n in found.context["people"]}
    assert held == {"handler": 7, "head": 0, "worker": 1}
    for cadre, n in found.context["people"]:
        address = reverse("handover", args=[cadre.pk])
        assert f'<a class="chip" href="{address}">' in found.content.decode()
        assert heads.get(address).context["count"] == n


def test_colleagues_stand_by_name_whatever_they_hold(
    heads: Client, cases: dict[str, Opinion], transport: Unit
) -> None:
    people = [cadre.name for cadre, _n in page(heads, transport).context["people"]]
    assert people == sorted(people)


def test_only_the_head_sees_on_whom_cases_hang(
    client: Client, cases: dict[str, Opinion], transport: Unit, leader: Cadre, coordinator: Cadre
) -> None:
    for cadre in (leader, coordinator):
        client.force_login(cadre)
        found = page(client, transport)
        assert found.context["people"] is None and 'id="people"' not in found.content.decode()


FINISHED = 137
_ELEMENTS = re.compile(r"<(tr|li|a|figure|option|td)\b[^>]*>(?:(?!<\1\b).)*?</\1>", re.S)


def test_no_page_lists_persons_with_rates_or_with_what_they_finished(
    client: Client, cases: dict[str, Opinion], visitor: Cadre, coordinator: Cadre, transport: Unit,
    handler: Cadre, head: Cadre, leader: Cadre, auditor: Cadre, administrator: Cadre,
) -> None:  # fmt: skip
    done = answered(make_opinion(by=visitor), by=coordinator, unit=transport, person=handler)
    Opinion.objects.filter(pk=done.pk).update(state="closed")
    copied(Opinion.objects.get(pk=done.pk), FINISHED - 1)
    pages = [
        reverse(name)
        for name in ("workload", "slipped", "dashboard", "desk", "opinion-list", "audit", "people")
    ]
    pages += [reverse("unit-workload", args=[transport.pk]), reverse("handover", args=[handler.pk])]
    named = 0
    for cadre in (head, coordinator, leader, auditor, administrator):
        client.force_login(cadre)
        for address in pages:
            found = client.get(address, follow=True)
            if found.status_code != 200:
                continue
            text = found.content.decode()
            beside = [m[0] for m in _ELEMENTS.finditer(text) if handler.label in m[0] or handler.name in m[0]]
            named += len(beside)
            for element in beside:
                words = re.sub(r"<[^>]*>", " ", element)
                assert "%" not in words and not re.search(rf"\b{FINISHED}\b", words), (address, words)
    assert named > 20


# how much is asked of the database


def test_a_page_asks_as_little_whatever_there_is(
    heads: Client, cases: dict[str, Opinion], transport: Unit, django_assert_max_num_queries: object
) -> None:
    copied(cases["new"], 60)
    with django_assert_max_num_queries(14):
        assert page(heads, transport).context["open"].value == 67


def test_the_list_of_units_asks_as_little_however_many_there_are(
    client: Client, leader: Cadre, cases: dict[str, Opinion], django_assert_max_num_queries: object
) -> None:
    for n in range(30):
        make_unit(code=f"unit-{n}")
    client.force_login(leader)
    with django_assert_max_num_queries(10):
        assert len(client.get(reverse("workload")).context["rows"]) > 30


def test_a_last_day_before_the_first_is_refused_in_words(heads: Client) -> None:
    found = heads.get(reverse("opinion-list"), {"due_from": "2026-03-05", "due_to": "2026-03-01"})
    assert "This is before the first day." in found.content.decode()
