"""The verbs: what each needs, changes and leaves behind."""

import uuid
from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone, translation

from grievances.errors import ChangedMeanwhile, RequestReused, StepRefused
from grievances.flow import clocks
from grievances.models import Assignment, Clock, Event, Informant, Opinion, OpinionSpan
from grievances.workflow import State
from tests.factories import PASSWORD, TOWN, make_category, make_opinion, make_unit
from villages.models import Cadre, Region, Unit


@pytest.fixture
def assigned(visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre) -> Opinion:
    opinion = make_opinion(by=visitor)
    opinion.assign(by=coordinator, unit=transport)
    return opinion


@pytest.fixture
def in_hand(assigned: Opinion, handler: Cadre) -> Opinion:
    assigned.accept(by=handler, told="telephone")
    return assigned


@pytest.fixture
def resolved(in_hand: Opinion, handler: Cadre) -> Opinion:
    in_hand.resolve(by=handler, account="补了三处坑", public="已修好，请放心走")
    return in_hand


def test_an_opinion_is_written_down_with_its_informant_apart(visitor: Cadre) -> None:
    opinion = make_opinion(by=visitor)
    assert opinion.state == State.COLLECTED
    assert opinion.number.startswith("DF")
    assert Informant.objects.get(opinion=opinion).name == "陈小明"
    assert opinion.events.get().verb == "record"


def test_assigning_without_a_person_gives_it_to_the_head(assigned: Opinion, head: Cadre) -> None:
    assert assigned.person == head
    assert Assignment.objects.get(opinion=assigned, ended_at=None).unit == assigned.unit


def test_a_unit_without_a_head_needs_a_person(visitor: Cadre, coordinator: Cadre) -> None:
    opinion = make_opinion(by=visitor)
    with pytest.raises(ValidationError) as wrong:
        opinion.assign(by=coordinator, unit=make_unit(code="headless"))
    assert "person" in wrong.value.error_dict


def test_a_town_coordinator_cannot_dispatch_to_a_district_department(
    visitor: Cadre, town_coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    with pytest.raises(ValidationError) as wrong:
        make_opinion(by=visitor).assign(by=town_coordinator, unit=transport)
    assert "unit" in wrong.value.error_dict


def test_a_town_coordinator_dispatches_to_the_committee(
    visitor: Cadre, town_coordinator: Cadre, committee: Unit, secretary: Cadre
) -> None:
    opinion = make_opinion(by=visitor)
    opinion.assign(by=town_coordinator, unit=committee)
    assert opinion.person == secretary


def test_after_a_referral_upwards_only_the_district_dispatches(
    visitor: Cadre, town_coordinator: Cadre, coordinator: Cadre, committee: Unit, secretary: Cadre
) -> None:
    opinion = make_opinion(by=visitor)
    due = opinion.due_at
    opinion.refer(by=town_coordinator, to=Region.objects.get(code="320904"), reason="要区里定")
    assert opinion.due_at == due
    with pytest.raises(StepRefused):
        opinion.assign(by=town_coordinator, unit=committee)
    opinion.assign(by=coordinator, unit=committee)


def test_whoever_takes_the_case_becomes_the_responsible_person(in_hand: Opinion, handler: Cadre) -> None:
    assert in_hand.person == handler
    assert in_hand.state == State.HANDLING


def test_the_acceptance_clock_runs_until_the_informant_is_told(assigned: Opinion, handler: Cadre) -> None:
    assigned.accept(by=handler)
    assert clocks.running(assigned, "acceptance")
    assigned.tell(by=handler, about="accepted", means="telephone")
    assert not clocks.running(assigned, "acceptance")


def test_an_objection_stops_the_acceptance_clock_and_a_refusal_resumes_it(
    assigned: Opinion, handler: Cadre, coordinator: Cadre
) -> None:
    due = clocks.running(assigned, "acceptance")[0].due_at
    assigned.object(by=handler, reason="不归我们管")
    assert not clocks.running(assigned, "acceptance")
    assigned.refuse(by=coordinator, reason="归你们")
    assert clocks.running(assigned, "acceptance")[0].due_at == due
    with pytest.raises(StepRefused):
        assigned.object(by=handler, reason="还是不归我们")


def test_an_upheld_objection_goes_back_to_dispatch(
    assigned: Opinion, handler: Cadre, coordinator: Cadre
) -> None:
    assigned.object(by=handler, reason="不归我们管")
    assigned.uphold(by=coordinator)
    assert assigned.state == State.COLLECTED
    assert assigned.unit is None and assigned.was_assigned
    assert clocks.running(assigned, "dispatch")


def test_after_five_working_days_a_case_cannot_be_handed_back(
    visitor: Cadre, coordinator: Cadre, transport: Unit, handler: Cadre, head: Cadre
) -> None:
    long_ago = timezone.now() - timedelta(days=20)
    opinion = make_opinion(by=visitor, at=long_ago)
    opinion.assign(by=coordinator, unit=transport, at=long_ago)
    with pytest.raises(StepRefused):
        opinion.object(by=handler, reason="太晚了")


def test_an_approved_extension_moves_the_deadline_once(in_hand: Opinion, handler: Cadre, head: Cadre) -> None:
    due = in_hand.due_at
    in_hand.ask_extension(by=handler, days=10, reason="等配件")
    assert in_hand.due_at == due
    in_hand.approve_extension(by=head)
    assert in_hand.due_at == due + timedelta(days=10)
    with pytest.raises(StepRefused):
        in_hand.ask_extension(by=handler, days=5, reason="再等等")


@pytest.mark.parametrize("days", [0, -1, 31])
def test_an_extension_has_between_1_and_30_days(in_hand: Opinion, handler: Cadre, days: int) -> None:
    with pytest.raises(ValidationError):
        in_hand.ask_extension(by=handler, days=days, reason="等")


def test_a_handler_does_not_approve_an_extension(in_hand: Opinion, handler: Cadre) -> None:
    in_hand.ask_extension(by=handler, days=10, reason="等配件")
    with pytest.raises(StepRefused):
        in_hand.approve_extension(by=handler)


def test_resolved_is_not_closed(resolved: Opinion) -> None:
    assert resolved.state == State.RESOLVED
    assert clocks.running(resolved, "call_back")


def test_who_solved_it_never_confirms_it(resolved: Opinion, handler: Cadre, head: Cadre) -> None:
    for cadre in (handler, head):
        with pytest.raises(StepRefused):
            resolved.call_back(by=cadre, contacted=True, solved=True)


def test_a_call_back_that_confirms_closes_and_stops_every_clock(resolved: Opinion, caller: Cadre) -> None:
    resolved.call_back(by=caller, contacted=True, solved=True, satisfied=True)
    assert resolved.state == State.CLOSED
    assert not Clock.objects.filter(opinion=resolved, stopped_at=None).exists()
    assert resolved.due_at is None


@pytest.mark.parametrize(
    ("answers", "missing"),
    [
        ({}, {"solved", "satisfied"}),
        ({"solved": True}, {"satisfied"}),
        ({"solved": False}, {"satisfied"}),
        ({"satisfied": True}, {"solved"}),
    ],
)
def test_whoever_was_reached_is_asked_everything(
    resolved: Opinion, caller: Cadre, answers: dict[str, bool], missing: set[str]
) -> None:
    with pytest.raises(ValidationError) as wrong:
        resolved.call_back(by=caller, contacted=True, **answers)
    assert set(wrong.value.error_dict) == missing
    assert Opinion.objects.get(pk=resolved.pk).state == State.RESOLVED


def test_of_an_explained_one_only_whether_they_are_satisfied_is_asked(
    in_hand: Opinion, handler: Cadre, caller: Cadre
) -> None:
    in_hand.explain(by=handler, account="查了", public="说明", ground="policy")
    with pytest.raises(ValidationError) as wrong:
        in_hand.call_back(by=caller, contacted=True)
    assert set(wrong.value.error_dict) == {"satisfied"}
    in_hand.call_back(by=caller, contacted=True, satisfied=False)
    assert in_hand.state == State.CLOSED


def test_something_may_be_planned_for_today(in_hand: Opinion, handler: Cadre) -> None:
    today = timezone.localdate()
    in_hand.explain(by=handler, account="查了", public="说明", ground="planned", planned_for=today)
    assert in_hand.state == State.EXPLAINED


def test_not_solved_reopens_with_fifteen_days_and_a_new_round(resolved: Opinion, caller: Cadre) -> None:
    resolved.call_back(by=caller, contacted=True, solved=False, satisfied=False)
    assert (resolved.state, resolved.round) == (State.HANDLING, 2)
    assert (timezone.localdate(resolved.due_at) - timezone.localdate()).days == 16


def test_not_reached_changes_nothing_and_a_check_needs_three_days_of_trying(
    resolved: Opinion, caller: Cadre
) -> None:
    resolved.call_back(by=caller, contacted=False)
    assert resolved.state == State.RESOLVED
    with pytest.raises(StepRefused):
        resolved.spot_check(by=caller, solved=True, remark="路面平了")


def call_in_vain(opinion: Opinion, caller: Cadre, *, days_later: float, **fields: object) -> None:
    """A call to which nobody answers, recorded that many days after the answer."""
    when = opinion.answered_at + timedelta(days=days_later)
    with time_machine.travel(when):
        opinion.call_back(by=caller, contacted=False, **fields)


def test_three_calls_in_one_sitting_are_one_attempt_whatever_their_days_are_said_to_be(
    resolved: Opinion, caller: Cadre
) -> None:
    for ago in (2, 1, 0):
        said_at = resolved.answered_at + timedelta(days=3 - ago)
        call_in_vain(resolved, caller, days_later=3, said_at=said_at)
    assert not resolved.three_attempts_failed()
    with time_machine.travel(resolved.answered_at + timedelta(days=3)), pytest.raises(StepRefused):
        resolved.spot_check(by=caller, solved=True, remark="路面平了")


def test_after_calls_recorded_on_three_days_the_answer_is_checked_on_the_spot(
    resolved: Opinion, caller: Cadre
) -> None:
    for days in (1, 2, 3):
        call_in_vain(resolved, caller, days_later=days)
    with time_machine.travel(resolved.answered_at + timedelta(days=3)):
        resolved.spot_check(by=caller, solved=True, remark="路面平了")
    assert resolved.state == State.CLOSED


@pytest.mark.parametrize("ago", [timedelta(days=1), timedelta(minutes=2)])
def test_a_call_back_is_never_before_the_answer(resolved: Opinion, caller: Cadre, ago: timedelta) -> None:
    with pytest.raises(ValidationError) as wrong:
        resolved.call_back(by=caller, contacted=False, said_at=resolved.answered_at - ago)
    assert "said_at" in wrong.value.error_dict


def test_a_step_said_more_than_31_days_ago_is_refused(assigned: Opinion, handler: Cadre) -> None:
    now = timezone.now()
    assigned.remark(by=handler, text="看过", said_at=now - timedelta(days=30))
    for said_at in (now - timedelta(days=32), now.replace(year=1900)):
        with pytest.raises(ValidationError) as wrong:
            assigned.remark(by=handler, text="看过", said_at=said_at)
        assert "said_at" in wrong.value.error_dict


@pytest.mark.parametrize(
    ("verb", "more"),
    [
        ("accept", {"told": "telephone"}),
        ("tell", {"about": "accepted", "means": "telephone"}),
        ("resolve", {"account": "补", "public": "好", "told": "telephone"}),
    ],
)
def test_nobody_is_told_anything_of_an_anonymous_opinion(
    visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre, verb: str, more: dict[str, str]
) -> None:
    opinion = make_opinion(by=visitor, kind="anonymous")
    opinion.assign(by=coordinator, unit=transport)
    if verb != "accept":
        opinion.accept(by=head)
    with translation.override("en"), pytest.raises(StepRefused, match="nobody to tell"):
        getattr(opinion, verb)(by=head, **more)
    assert Opinion.objects.get().version == opinion.version


def test_an_anonymous_opinion_is_checked_on_the_spot(
    visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre, caller: Cadre
) -> None:
    opinion = make_opinion(by=visitor, kind="anonymous")
    opinion.assign(by=coordinator, unit=transport)
    opinion.accept(by=head)
    opinion.resolve(by=head, account="清了", public="已清理")
    with pytest.raises(StepRefused):
        opinion.call_back(by=caller, contacted=True, solved=True)
    opinion.spot_check(by=caller, solved=True, remark="看过了")
    assert (opinion.state, opinion.contacted, opinion.satisfied) == (State.CLOSED, False, None)


@pytest.mark.parametrize(
    ("ground", "more", "wrong"),
    [
        ("", {}, "ground"),
        ("planned", {}, "planned_for"),
        ("planned", {"planned_for": date(2020, 5, 4)}, "planned_for"),
        ("outside", {}, "passed_to"),
        ("noted", {}, "ground"),
    ],
)
def test_an_explanation_needs_its_ground_and_what_goes_with_it(
    in_hand: Opinion, handler: Cadre, ground: str, more: dict, wrong: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        in_hand.explain(by=handler, account="查了", public="说明", ground=ground, **more)
    assert wrong in refused.value.error_dict


def test_the_head_sends_an_answer_back_and_the_old_deadline_counts(
    in_hand: Opinion, handler: Cadre, head: Cadre
) -> None:
    due = in_hand.due_at
    in_hand.resolve(by=handler, account="补了", public="修好了")
    in_hand.rework(by=head, reason="没写清楚")
    assert (in_hand.state, in_hand.due_at, in_hand.outcome) == (State.HANDLING, due, "")


def test_a_withdrawn_opinion_has_no_unit_and_no_clock(assigned: Opinion, coordinator: Cadre) -> None:
    assigned.withdraw(by=coordinator, reason="重复登记")
    assert assigned.unit is None and assigned.due_at is None


def test_supervision_asks_for_an_answer_by_a_day(in_hand: Opinion, leader: Cadre, handler: Cadre) -> None:
    in_hand.supervise(by=leader, text="抓紧", due=timezone.localdate() + timedelta(days=2))
    assert in_hand.supervised
    in_hand.answer_supervision(by=handler, text="本周完成")
    assert not in_hand.supervised


def test_the_unit_answers_for_its_assisting_unit(in_hand: Opinion, coordinator: Cadre) -> None:
    helper = make_unit(code="water")
    in_hand.assist(by=coordinator, unit=helper)
    with pytest.raises(ValidationError):
        in_hand.assist(by=coordinator, unit=helper)


def test_the_words_as_said_stay_when_they_are_corrected(assigned: Opinion, coordinator: Cadre) -> None:
    original = assigned.text
    assigned.correct(by=coordinator, text="村口到学校的路坑洼")
    assert (assigned.text, assigned.words) == (original, "村口到学校的路坑洼")


def test_solved_on_the_spot_belongs_to_who_solved_it(visitor: Cadre, committee: Unit) -> None:
    opinion = make_opinion(by=visitor)
    opinion.solve_on_the_spot(by=visitor, account="帮他填好了表")
    assert (opinion.state, opinion.unit, opinion.person) == (State.RESOLVED, committee, visitor)


def test_the_second_of_two_people_is_told_who_changed_it(
    assigned: Opinion, handler: Cadre, head: Cadre
) -> None:
    seen = assigned.version
    assigned.accept(by=head)
    with pytest.raises(ChangedMeanwhile) as refused:
        assigned.accept(by=handler, version=seen)
    assert head.label in str(refused.value)


def test_the_same_request_twice_is_one_step(assigned: Opinion, handler: Cadre) -> None:
    key = uuid.uuid4()
    first = assigned.accept(by=handler, key=key)
    assert assigned.accept(by=handler, key=key) == first
    assert Event.objects.filter(opinion=assigned, verb="accept").count() == 1


def test_a_key_that_was_used_for_something_else_is_refused(assigned: Opinion, handler: Cadre) -> None:
    key = uuid.uuid4()
    assigned.accept(by=handler, key=key)
    with pytest.raises(RequestReused):
        assigned.resolve(by=handler, account="a", public="b", key=key)


@pytest.mark.parametrize("changed", ["reason", "by"])
def test_the_same_key_with_another_content_or_from_somebody_else_is_refused(
    assigned: Opinion, handler: Cadre, head: Cadre, changed: str
) -> None:
    asked = {"by": handler, "reason": "不归我们管", "key": uuid.uuid4()}
    first = assigned.object(**asked)
    with pytest.raises(RequestReused):
        assigned.object(**asked | {changed: {"reason": "另有原因", "by": head}[changed]})
    assert assigned.object(**asked) == first


def test_the_future_is_refused(visitor: Cadre) -> None:
    with pytest.raises(ValidationError) as wrong:
        make_opinion(by=visitor, said_at=timezone.now() + timedelta(days=1))
    assert "said_at" in wrong.value.error_dict


def test_a_category_that_asks_whom_demands_an_answer(visitor: Cadre) -> None:
    conduct = make_category(code="conduct-attitude", demands_accused=True)
    with pytest.raises(ValidationError) as wrong:
        make_opinion(by=visitor, category=conduct)
    assert "accused" in wrong.value.error_dict


def test_each_step_lays_a_span_and_closes_the_one_before(resolved: Opinion) -> None:
    spans = list(OpinionSpan.objects.filter(opinion=resolved).order_by("pk"))
    assert [span.state for span in spans] == ["collected", "assigned", "handling", "resolved"]
    assert [span.until for span in spans[:-1]] == [span.since for span in spans[1:]]
    assert spans[-1].until is None


def test_a_failing_step_leaves_nothing_behind(in_hand: Opinion, handler: Cadre) -> None:
    before = (Event.objects.count(), OpinionSpan.objects.count(), in_hand.version)
    with pytest.raises(ValidationError):
        in_hand.resolve(by=handler, account=" ", public="x")
    in_hand.refresh_from_db()
    assert (Event.objects.count(), OpinionSpan.objects.count(), in_hand.version) == before


def test_a_disabled_person_can_do_nothing(assigned: Opinion, handler: Cadre) -> None:
    handler.is_active = False
    handler.save()
    with pytest.raises(StepRefused):
        assigned.accept(by=Cadre.objects.get(pk=handler.pk))
    assert handler.check_password(PASSWORD)


def test_a_reopened_closed_case_can_come_from_any_cadre_for_thirty_days(
    resolved: Opinion, caller: Cadre, visitor: Cadre
) -> None:
    resolved.call_back(by=caller, contacted=True, solved=True, satisfied=True)
    resolved.reopen(by=visitor, reason="又坏了")
    assert resolved.state == State.HANDLING


def test_a_town_is_where_it_is_dispatched(visitor: Cadre) -> None:
    assert make_opinion(by=visitor).desk_id == TOWN
