"""The desk's queues: what waits for whom, and exact counts."""

from datetime import timedelta

import pytest
from django.utils import timezone

from grievances.desk import queues, waiting
from grievances.flow.relations import relations
from grievances.models import Opinion
from grievances.workflow import State, Verb, verbs_from
from tests.factories import DISTRICT, fresh, make_cadre, make_opinion, make_unit
from tests.grievances.cases import answered, assigned, in_hand
from villages.models import Cadre, Role, Unit

QUEUE = {queue.name: queue for queue in queues.QUEUES}


def listed(name: str, cadre: Cadre) -> list[str]:
    return [case.number for case in queues.rows(QUEUE[name], fresh(cadre))]


def numbers(cadre: Cadre) -> dict[str, int]:
    return {queue.name: count for queue, count in waiting.counts(fresh(cadre))}


@pytest.fixture
def new(visitor: Cadre) -> Opinion:
    return make_opinion(by=visitor)


def test_a_new_opinion_waits_for_the_coordinator_of_its_level(
    visitor: Cadre, town_coordinator: Cadre, coordinator: Cadre
) -> None:
    case = make_opinion(by=visitor)
    assert listed("to-dispatch", town_coordinator) == [case.number]
    assert listed("to-dispatch", coordinator) == []


def test_a_referred_opinion_waits_a_level_up(
    town_coordinator: Cadre, coordinator: Cadre, visitor: Cadre
) -> None:
    case = make_opinion(by=visitor)
    case.refer(by=town_coordinator, to=coordinator.posts_in_force[0].region, reason="跨镇")
    assert listed("to-dispatch", coordinator) == [case.number]
    assert listed("to-dispatch", town_coordinator) == []


def test_what_lies_on_a_desk_without_a_coordinator_waits_for_the_level_above(
    new: Opinion, coordinator: Cadre
) -> None:
    assert listed("to-dispatch", coordinator) == [new.number]


def test_an_assigned_case_waits_for_its_unit_only(
    new: Opinion, coordinator: Cadre, transport: Unit, handler: Cadre, head: Cadre, secretary: Cadre
) -> None:
    assigned(new, by=coordinator, unit=transport, person=head)
    assert listed("to-take", handler) == listed("to-take", head) == [new.number]
    assert listed("to-take", secretary) == []


def test_a_case_of_a_sub_unit_waits_for_the_head_above_too(
    new: Opinion, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    team = make_unit(code="road-team", parent=transport)
    assigned(new, by=coordinator, unit=team, person=make_cadre(name="team", role=Role.HEAD, unit=team))
    assert listed("to-take", head) == [new.number]


def test_a_taken_case_is_in_hand(new: Opinion, coordinator: Cadre, transport: Unit, head: Cadre) -> None:
    in_hand(new, by=coordinator, unit=transport, person=head)
    assert listed("in-hand", head) == [new.number]
    assert listed("to-take", head) == []


def test_a_hand_back_waits_for_review_and_then_for_a_new_dispatch(
    new: Opinion, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    assigned(new, by=coordinator, unit=transport, person=head).object(by=head, reason="不归我们")
    assert listed("to-review", coordinator) == [new.number]
    new.uphold(by=coordinator)
    assert listed("handed-back", coordinator) == [new.number]
    assert listed("to-dispatch", coordinator) == listed("to-review", coordinator) == []


def test_a_wish_for_more_time_waits_for_the_head_until_ruled(
    new: Opinion, coordinator: Cadre, transport: Unit, head: Cadre, handler: Cadre
) -> None:
    in_hand(new, by=coordinator, unit=transport, person=handler).ask_extension(
        by=handler, days=9, reason="雨"
    )
    assert listed("to-approve", head) == [new.number]
    new.approve_extension(by=head)
    assert listed("to-approve", head) == []


def test_an_answered_case_waits_for_the_caller_of_the_place(
    new: Opinion, coordinator: Cadre, transport: Unit, head: Cadre, caller: Cadre
) -> None:
    answered(new, by=coordinator, unit=transport, person=head)
    new.refresh_from_db()
    assert listed("to-call-back", caller) == [new.number]
    new.call_back(by=caller, contacted=True, solved=True, satisfied=True)
    assert listed("to-call-back", caller) == []


@pytest.mark.parametrize("callers_unit", ["transport", "road-team", "petitions"])
@pytest.mark.parametrize("lead_unit", ["transport", "road-team"])
def test_exactly_those_cases_wait_for_a_caller_that_the_caller_may_confirm(
    new: Opinion, coordinator: Cadre, transport: Unit, callers_unit: str, lead_unit: str
) -> None:
    make_unit(code="road-team", parent=transport)
    caller = make_cadre(name="c", role=Role.CALLER, unit=make_unit(code=callers_unit), region=DISTRICT)
    lead = make_unit(code=lead_unit)
    answered(new, by=coordinator, unit=lead, person=make_cadre(name="p", role=Role.HEAD, unit=lead))
    allowed = Verb.CALL_BACK in verbs_from(State(new.state), relations(new, fresh(caller)))
    assert bool(listed("to-call-back", caller)) == allowed


def test_a_case_grows_due_soon_and_then_late(
    visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre, leader: Cadre
) -> None:
    case = make_opinion(by=visitor)
    for left, soon, late in ((5, 0, 0), (2, 1, 0), (-1, 0, 1)):
        Opinion.objects.filter(pk=case.pk).update(due_at=timezone.now() + timedelta(days=left))
        assert (len(listed("due-soon", leader)), len(listed("late", leader))) == (soon, late)


def test_a_call_back_that_waits_too_long_is_the_callers_to_make_good(
    new: Opinion, coordinator: Cadre, transport: Unit, head: Cadre, caller: Cadre
) -> None:
    answered(new, by=coordinator, unit=transport, person=head)
    Opinion.objects.filter(pk=new.pk).update(due_at=timezone.now() - timedelta(days=1))
    assert listed("call-back-late", caller) == [new.number]
    assert listed("late", head) == []


def test_a_reopened_case_is_marked_for_the_unit_and_the_coordinator(
    new: Opinion, coordinator: Cadre, transport: Unit, head: Cadre, caller: Cadre
) -> None:
    answered(new, by=coordinator, unit=transport, person=head)
    new.call_back(by=caller, contacted=True, solved=False, satisfied=False)
    assert listed("reopened", head) == listed("reopened", coordinator) == [new.number]


def test_a_supervised_case_is_marked_until_it_ends(
    new: Opinion, coordinator: Cadre, transport: Unit, head: Cadre, leader: Cadre
) -> None:
    in_hand(new, by=coordinator, unit=transport, person=head)
    new.supervise(by=leader, text="快", due=timezone.localdate() + timedelta(days=3))
    assert listed("supervised", head) == listed("supervised", leader) == [new.number]


def test_every_count_is_the_length_of_its_list(
    visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre, caller: Cadre, leader: Cadre
) -> None:
    steps = (assigned, in_hand, answered)
    for step in steps:
        step(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
    make_opinion(by=visitor)
    checked = 0
    for cadre in (coordinator, head, caller, leader):
        for name, count in numbers(cadre).items():
            assert count == len(listed(name, cadre)), name
            checked += 1
    assert checked > 15


def test_all_counts_take_few_queries(head: Cadre, django_assert_num_queries: object) -> None:
    cadre = fresh(head)
    assert cadre.posts_in_force
    with django_assert_num_queries(3):
        waiting.counts(cadre)


def test_queues_follow_the_posts(
    visitor: Cadre, head: Cadre, handler: Cadre, coordinator: Cadre, caller: Cadre
) -> None:
    assert not numbers(visitor)
    assert "to-approve" in numbers(head) and "to-approve" not in numbers(handler)
    assert set(numbers(caller)) == {"to-call-back", "call-back-late"}
    assert {"to-dispatch", "handed-back", "to-review"} <= set(numbers(coordinator))
