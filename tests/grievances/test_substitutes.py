"""Standing in: the substitute may do what the absent may, less what the rules of separation forbid."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from grievances.desk import queues, waiting
from grievances.errors import StepRefused
from grievances.flow.duties import head_of
from grievances.flow.offers import possible
from grievances.flow.relations import relations
from grievances.flow.stories import events_of, story
from grievances.models import Event, Notice, Opinion, StoodIn
from grievances.sight import looks
from grievances.steps.record import Accused
from grievances.workflow import Relation, State, Verb, verbs_from
from tests.factories import DISTRICT, TOWN, fresh, make_cadre, make_household, make_opinion, make_unit
from tests.grievances.cases import answered, assigned, in_hand
from tests.grievances.test_random_steps import ARGUMENTS
from villages.models import Absence, Cadre, Role, Unit


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """What is refused is read in English."""
    with translation.override("en"):
        yield


def stands_in(substitute: Cadre, absent: Cadre) -> Cadre:
    """The substitute from now on, as the next request sees them."""
    today = timezone.localdate()
    Absence.set(
        by=absent, cadre=fresh(absent), substitute=fresh(substitute),
        since=today, until=today + timedelta(days=3),
    )  # fmt: skip
    return fresh(substitute)


def sees(cadre: Cadre, opinion: Opinion) -> bool:
    return Opinion.objects.visible_to(fresh(cadre)).filter(pk=opinion.pk).exists()


@pytest.fixture
def case(visitor: Cadre, coordinator: Cadre, transport: Unit, handler: Cadre) -> Opinion:
    return in_hand(make_opinion(by=visitor), by=coordinator, unit=transport, person=handler)


@pytest.fixture
def other(transport: Unit) -> Cadre:
    """Belongs to the bureau that the transport department is part of, and works on nothing there."""
    bureau = make_unit(code="bureau")
    transport.move(parent=bureau)
    return make_cadre(name="other", role=Role.LEADER, unit=bureau, region="320904099")


@pytest.fixture
def clerk(petitions: Unit) -> Cadre:
    """Works in the petitions office, on nothing."""
    return make_cadre(name="clerk", role=Role.LEADER, unit=petitions, region="320904099")


@pytest.mark.parametrize("absent", ["handler", "head", "coordinator", "caller"])
@pytest.mark.parametrize("holder", ["handler", "head"])
def test_for_all_states_and_verbs_a_substitute_may_do_exactly_what_the_absent_may(
    visitor: Cadre, coordinator: Cadre, caller: Cadre, handler: Cadre, head: Cadre, transport: Unit,
    other: Cadre, clerk: Cadre, absent: str, holder: str,
) -> None:  # fmt: skip
    people = {"handler": handler, "head": head, "coordinator": coordinator, "caller": caller}
    opinion = assigned(make_opinion(by=visitor), by=coordinator, unit=transport, person=people[holder])
    opinion = Opinion.objects.get(pk=opinion.pk)
    away = fresh(people[absent])
    substitute = stands_in(other if absent in ("handler", "head") else clerk, away)
    compared = 0
    for state in State:
        alone = set(verbs_from(state, relations(opinion, substitute.alone)))
        theirs = set(verbs_from(state, relations(opinion, away)))
        assert set(verbs_from(state, relations(opinion, substitute))) == theirs | alone
        assert alone <= {Verb.SUPERVISE, Verb.INSTRUCT} or not alone & theirs
        compared += len(theirs)
    assert compared > 20


def cases_in_every_state(
    visitor: Cadre, coordinator: Cadre, unit: Unit, head: Cadre, caller: Cadre
) -> list[Opinion]:
    """One case in each state that somebody works on."""
    new = [make_opinion(by=visitor) for _state in range(6)]
    assigned(new[1], by=coordinator, unit=unit, person=head)
    assigned(new[2], by=coordinator, unit=unit, person=head).object(by=head, reason="不归我们")
    in_hand(new[3], by=coordinator, unit=unit, person=head).ask_extension(by=head, days=5, reason="雨")
    answered(new[4], by=coordinator, unit=unit, person=head)
    answered(new[5], by=coordinator, unit=unit, person=head).call_back(
        by=caller, contacted=True, solved=True, satisfied=True
    )
    return [Opinion.objects.get(pk=one.pk) for one in new]


@pytest.mark.parametrize("absent", ["head", "coordinator", "caller"])
def test_every_step_that_the_absent_could_do_now_is_done_by_the_substitute_in_both_names(
    visitor: Cadre, coordinator: Cadre, caller: Cadre, head: Cadre, transport: Unit, other: Cadre,
    clerk: Cadre, absent: str,
) -> None:  # fmt: skip
    away = {"head": head, "coordinator": coordinator, "caller": caller}[absent]
    cases = cases_in_every_state(visitor, coordinator, transport, head, caller)
    offered = {opinion.pk: possible(opinion, fresh(away)) for opinion in cases}
    substitute = stands_in(other if away == head else clerk, away)
    given = ARGUMENTS | {
        "assign": {"unit": transport, "reason": "按规则"}, "reassign": {"unit": transport, "reason": "改派"}
    }  # fmt: skip
    done = 0
    for opinion in cases:
        assert set(offered[opinion.pk]) <= set(possible(Opinion.objects.get(pk=opinion.pk), substitute))
        for verb in set(offered[opinion.pk]) & {Verb(name) for name in given}:
            with transaction.atomic():
                event = getattr(opinion, verb.value)(by=substitute, **given[verb.value])
                assert (event.actor, event.details["absent"]) == (substitute, away.pk), verb
                done += 1
                transaction.set_rollback(True)
            opinion = Opinion.objects.get(pk=opinion.pk)
    assert done >= {"head": 8, "coordinator": 15, "caller": 4}[absent]


def test_the_story_says_who_stood_in_for_whom(case: Opinion, handler: Cadre, other: Cadre) -> None:
    case.resolve(by=stands_in(other, handler), account="办了", public="办好了")
    line = story(events_of(case), veiled=False)[0].what
    assert "other" in line.lower() and "standing in for" in line
    event = case.events.last()
    assert event.actor == other and event.actor_unit == case.unit


def test_a_case_that_is_taken_for_somebody_absent_is_theirs(
    visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre, handler: Cadre, other: Cadre
) -> None:
    opinion = assigned(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
    opinion.accept(by=stands_in(other, handler), told="telephone")
    assert opinion.person == handler


def test_a_colleague_who_stands_in_works_on_the_cases_of_the_absent_for_them_and_on_others_as_before(
    case: Opinion, visitor: Cadre, coordinator: Cadre, transport: Unit, handler: Cadre, head: Cadre
) -> None:
    colleague = stands_in(make_cadre(name="colleague", role=Role.HANDLER, unit=transport), handler)
    second = assigned(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
    assert case.resolve(by=colleague, account="办了", public="好了").details["absent"] == handler.pk
    assert "absent" not in second.accept(by=colleague).details
    assert second.person == colleague


def test_what_a_head_does_as_head_is_the_heads_own(
    case: Opinion, handler: Cadre, head: Cadre, transport: Unit
) -> None:
    make_cadre(name="colleague", role=Role.HANDLER, unit=transport)
    today = timezone.localdate()
    Absence.set(by=head, cadre=fresh(handler), substitute=fresh(head), since=today, until=today)
    event = case.transfer(by=fresh(head), person=Cadre.objects.get(username="colleague"))
    assert "absent" not in event.details


# who solved doesn't confirm


def test_whoever_stands_in_for_a_caller_confirms_nothing_of_their_own_unit(
    visitor: Cadre, coordinator: Cadre, caller: Cadre, petitions: Unit
) -> None:
    worker = make_cadre(name="worker", role=Role.HANDLER, unit=petitions)
    opinion = answered(make_opinion(by=visitor), by=coordinator, unit=petitions, person=worker)
    substitute = stands_in(worker, caller)
    assert Relation.CALLER not in relations(opinion, substitute)
    with pytest.raises(StepRefused):
        opinion.call_back(by=substitute, contacted=True, solved=True, satisfied=True)


def test_whoever_stands_in_for_a_handler_confirms_nothing_of_that_unit(
    case: Opinion, handler: Cadre, transport: Unit
) -> None:
    bureau = make_unit(code="bureau")
    transport.move(parent=bureau)
    calls = make_cadre(name="calls", role=Role.CALLER, unit=bureau, region=DISTRICT)
    case.resolve(by=handler, account="办了", public="办好了")
    assert Relation.CALLER in relations(case, fresh(calls))
    substitute = stands_in(calls, handler)
    assert Relation.CALLER not in relations(case, substitute)
    assert numbers(substitute)["to-call-back"] == 0


def test_whoever_solved_it_standing_in_doesnt_confirm_it_when_the_absent_are_back(
    case: Opinion, handler: Cadre, transport: Unit, caller: Cadre, client: Client
) -> None:
    bureau = make_unit(code="bureau")
    transport.move(parent=bureau)
    calls = make_cadre(name="calls", role=Role.CALLER, unit=bureau, region=DISTRICT)
    case.resolve(by=stands_in(calls, handler), account="办了", public="办好了")
    Absence.objects.get().end()
    back = fresh(calls)
    assert StoodIn.objects.get().cadre == calls
    assert Verb.CALL_BACK not in possible(Opinion.objects.get(pk=case.pk), back)
    assert numbers(back)["to-call-back"] == 0 and listed("to-call-back", back) == []
    assert numbers(fresh(caller))["to-call-back"] == 1
    with pytest.raises(StepRefused, match="somebody else confirms"):
        case.call_back(by=back, contacted=True, solved=True, satisfied=True)


def test_nobody_approves_standing_in_what_they_asked_for_themselves(
    case: Opinion, handler: Cadre, head: Cadre
) -> None:
    case.ask_extension(by=handler, days=5, reason="雨")
    substitute = stands_in(handler, head)
    assert Verb.APPROVE_EXTENSION not in possible(Opinion.objects.get(pk=case.pk), substitute)
    with pytest.raises(StepRefused, match="asked for this yourself"):
        case.approve_extension(by=substitute)


# accusations and confidences


def test_no_accusation_opens_to_whom_it_complains_about_nor_by_whom_it_complains_about(
    visitor: Cadre, coordinator: Cadre, transport: Unit, handler: Cadre, head: Cadre, other: Cadre
) -> None:
    cases = {
        accused: assigned(
            make_opinion(by=visitor, accused=[Accused(cadre=accused)]),
            by=coordinator,
            unit=transport,
            person=head,
        )
        for accused in (other, handler, visitor)
    }
    substitute = stands_in(other, handler)
    assert {accused: sees(substitute, opinion) for accused, opinion in cases.items()} == {
        other: False, handler: False, visitor: True
    }  # fmt: skip
    assert relations(cases[other], substitute) == frozenset()
    assert Relation.LEAD not in relations(cases[handler], substitute)
    for name in ("to-take", "late", "due-soon"):
        assert numbers(substitute).get(name, 0) == len(listed(name, substitute))
    assert listed("to-take", substitute) == [cases[visitor].number]


def test_whoever_worked_for_the_accused_unit_sees_it_by_no_lent_desk(
    visitor: Cadre, coordinator: Cadre, clerk: Cadre, committee: Unit
) -> None:
    clerk.posts.create(role=Role.VISITOR, unit=committee, since="2020-01-01", until=timezone.localdate())
    opinion = make_opinion(by=visitor, accused=[Accused(unit=committee)])
    assert sees(coordinator, opinion)
    assert not sees(stands_in(clerk, coordinator), opinion)


def test_an_unreleased_accusation_opens_only_where_both_may_see_it(
    visitor: Cadre, coordinator: Cadre, petitions: Unit
) -> None:
    below = make_cadre(name="below", role=Role.VISITOR, unit=petitions, region=TOWN)
    opinion = make_opinion(by=visitor, accused=[Accused()])
    assert sees(coordinator, opinion) and not sees(stands_in(below, coordinator), opinion)


def test_a_confidence_is_not_lent(
    visitor: Cadre, coordinator: Cadre, caller: Cadre, clerk: Cadre, petitions: Unit
) -> None:
    opinion = make_opinion(by=visitor, kind="confidential")
    substitute = stands_in(clerk, coordinator)
    assert sees(substitute, opinion)
    assert looks.shown(opinion, fresh(coordinator)).may_reveal
    assert not looks.shown(opinion, substitute).may_reveal
    Absence.objects.get().end()
    peer = make_cadre(name="peer", role=Role.COORDINATOR, unit=petitions, region=DISTRICT)
    assert looks.shown(opinion, stands_in(peer, coordinator)).may_reveal


# the desk


def listed(name: str, cadre: Cadre) -> list[str]:
    queue = next(queue for queue in queues.QUEUES if queue.name == name)
    return [opinion.number for opinion in queues.rows(queue, fresh(cadre))]


def numbers(cadre: Cadre) -> dict[str, int]:
    return {queue.name: count for queue, count in waiting.counts(fresh(cadre))}


@pytest.mark.parametrize("absent", ["handler", "head", "coordinator", "caller"])
def test_the_queues_of_a_substitute_hold_what_those_of_the_absent_hold_and_their_counts_are_exact(
    visitor: Cadre, coordinator: Cadre, caller: Cadre, handler: Cadre, head: Cadre, transport: Unit,
    other: Cadre, clerk: Cadre, absent: str,
) -> None:  # fmt: skip
    cases_in_every_state(visitor, coordinator, transport, head, caller)
    people = {"handler": handler, "head": head, "coordinator": coordinator, "caller": caller}
    before = numbers(people[absent])
    assert sum(before.values())
    substitute = stands_in(other if absent in ("handler", "head") else clerk, people[absent])
    after = numbers(substitute)
    assert {name: after[name] for name in before} == before
    assert {name: len(listed(name, substitute)) for name in after} == after


def test_the_desk_says_for_whom_each_case_is_and_until_when(
    case: Opinion, visitor: Cadre, coordinator: Cadre, transport: Unit, handler: Cadre, client: Client
) -> None:
    colleague = stands_in(make_cadre(name="colleague", role=Role.HANDLER, unit=transport), handler)
    own = in_hand(make_opinion(by=visitor), by=coordinator, unit=transport, person=colleague)
    client.force_login(colleague)
    client.cookies["django_language"] = "en"
    page = client.get(reverse("desk-queue", args=["in-hand"]))
    marked = {row.number: getattr(row, "desk_of", None) for row in page.context["page"].rows}
    assert marked == {case.number: handler, own.number: None}
    assert f"for {handler.label}" in page.content.decode()
    assert f"You stand in for {handler.label} until" in page.content.decode()


def test_a_desk_costs_a_few_queries_more_for_whoever_stands_in_and_none_for_others(
    case: Opinion, handler: Cadre, transport: Unit, client: Client, django_assert_max_num_queries: object
) -> None:
    colleague = stands_in(make_cadre(name="colleague", role=Role.HANDLER, unit=transport), handler)
    for cadre, most in ((handler, 10), (colleague, 16)):
        client.force_login(cadre)
        client.get(reverse("help"))
        with django_assert_max_num_queries(most):
            client.get(reverse("desk-queue", args=["in-hand"]))


def test_the_desk_of_a_coordinator_who_is_away_does_not_count_as_unstaffed(
    visitor: Cadre, town_coordinator: Cadre, coordinator: Cadre, town: Unit
) -> None:
    opinion = make_opinion(by=visitor)
    substitute = stands_in(make_cadre(name="t", role=Role.HANDLER, unit=town), town_coordinator)
    assert listed("to-dispatch", substitute) == [opinion.number]
    assert listed("to-dispatch", coordinator) == []
    assert (
        opinion.assign(by=substitute, unit=town, person=substitute).details["absent"] == town_coordinator.pk
    )


def test_households_are_not_lent_with_a_desk(coordinator: Cadre, clerk: Cadre, client: Client) -> None:

    household = make_household()
    client.force_login(stands_in(clerk, coordinator))
    assert client.get(reverse("household", args=[household.pk])).status_code == 404


# notices, heads, hints


def test_the_substitute_is_told_what_the_absent_are_told(
    visitor: Cadre, coordinator: Cadre, transport: Unit, handler: Cadre, other: Cadre,
    django_capture_on_commit_callbacks: object,
) -> None:  # fmt: skip
    stands_in(other, handler)
    for accused in ([], [Accused(cadre=other)]):
        opinion = make_opinion(by=visitor, accused=accused)
        with django_capture_on_commit_callbacks(execute=True):
            opinion.assign(by=coordinator, unit=transport, person=handler)
        told = set(Notice.objects.filter(event__opinion=opinion).values_list("cadre", flat=True))
        assert told == ({handler.pk} if accused else {handler.pk, other.pk})


def test_a_head_who_is_away_is_followed_by_the_next_then_by_who_stands_in(
    transport: Unit, head: Cadre, handler: Cadre, other: Cadre
) -> None:
    assert head_of(transport) == head
    stands_in(handler, head)
    assert head_of(transport) == handler
    second = make_cadre(name="second", role=Role.HEAD, unit=transport)
    assert head_of(transport) == second
    assert head_of(transport, besides=second) == handler


def test_a_head_whose_desk_somebody_above_keeps_goes_on_answering(
    transport: Unit, head: Cadre, other: Cadre, visitor: Cadre, coordinator: Cadre
) -> None:
    stands_in(other, head)
    assert head_of(transport) == head
    opinion = make_opinion(by=visitor)
    opinion.assign(by=coordinator, unit=transport)
    assert opinion.person == head and sees(other, opinion)


def test_the_unit_s_head_is_one_whom_the_opinion_does_not_accuse(
    transport: Unit, head: Cadre, visitor: Cadre, coordinator: Cadre
) -> None:
    second = make_cadre(name="second", role=Role.HEAD, unit=transport)
    opinion = make_opinion(by=visitor, accused=[Accused(cadre=head)])
    opinion.assign(by=coordinator, unit=transport)
    assert opinion.person == second


def test_choices_and_the_case_say_who_is_away_and_who_stands_in(
    case: Opinion,
    visitor: Cadre,
    coordinator: Cadre,
    transport: Unit,
    handler: Cadre,
    head: Cadre,
    client: Client,
) -> None:
    stands_in(handler, head)
    client.force_login(coordinator)
    client.cookies["django_language"] = "en"
    opinion = make_opinion(by=visitor)
    form = client.get(reverse("opinion-assign", args=[opinion.number]), {"unit": transport.pk})
    client.force_login(handler)
    form = client.get(reverse("opinion-transfer", args=[case.number])).content.decode()
    assert f"{head.label} (away until" in form and f"{handler.label} stands in)" in form
    case.transfer(by=handler, person=head)
    page = client.get(reverse("opinion", args=[case.number])).content.decode()
    assert f"{head.label} (away until" in page
    assert Event.objects.filter(opinion=case).last().verb == Verb.TRANSFER
