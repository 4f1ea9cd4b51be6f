"""Random steps by random people: whatever happens, the rules that always hold do."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grievances.errors import StepRefused
from grievances.measures import figures
from grievances.models import Answer, Assignment, Clock, Event, Opinion, OpinionSpan
from grievances.workflow import ANSWERED, ENDED, RESPONSIBLE, TRANSITIONS, State, Verb
from tests.factories import fresh, make_opinion
from villages.models import Cadre, Unit

DUE = timezone.localdate() + timedelta(days=5)
ARGUMENTS: dict[str, dict[str, object]] = {
    "assign": {"reason": "按规则"},
    "reassign": {"reason": "改派"},
    "withdraw": {"reason": "重复"},
    "object": {"reason": "不归我们"},
    "uphold": {},
    "refuse": {"reason": "归你们"},
    "accept": {"told": "telephone"},
    "ask_extension": {"days": 10, "reason": "等料"},
    "approve_extension": {},
    "refuse_extension": {"reason": "不同意"},
    "put_aside": {"waits_for": "等街道回话", "until": DUE, "despite": True},
    "take_up": {},
    "tell": {"about": "accepted", "means": "telephone"},
    "resolve": {"account": "办了", "public": "办好了"},
    "explain": {"account": "查了", "public": "解释", "ground": "policy"},
    "rework": {"reason": "不清楚"},
    "call_back": {"contacted": True, "solved": True, "satisfied": True},
    "reopen": {"reason": "没好"},
    "supervise": {"text": "抓紧", "due": DUE},
    "answer_supervision": {"text": "在办"},
    "solve_on_the_spot": {"account": "当场办了"},
    "remark": {"text": "记一笔"},
    "leave": {"reason": "已当面督促"},
    "request_review": {"reason": "不服"},
    "answer_review": {"text": "维持"},
}
WHO = ("visitor", "coordinator", "handler", "head", "caller", "leader", "secretary", "outsider")
STEPS = st.lists(
    st.tuples(st.sampled_from(sorted(ARGUMENTS)), st.sampled_from(WHO), st.booleans()),
    min_size=4,
    max_size=25,
)


@pytest.fixture
def everybody(
    visitor: Cadre, coordinator: Cadre, handler: Cadre, head: Cadre, caller: Cadre, leader: Cadre,
    secretary: Cadre, outsider: Cadre,
) -> dict[str, Cadre]:  # fmt: skip
    people = (visitor, coordinator, handler, head, caller, leader, secretary, outsider)
    return {cadre.username: fresh(cadre) for cadre in people}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_is_tried_the_rules_hold(
    steps: list[tuple[str, str, bool]], everybody: dict[str, Cadre], transport: Unit, committee: Unit
) -> None:
    opinion = make_opinion(by=everybody["visitor"])
    for verb, who, first in steps:
        arguments = dict(ARGUMENTS[verb])
        if verb in ("assign", "reassign"):
            arguments["unit"] = transport if first else committee
        if verb == "call_back":
            arguments["solved"] = first
        if verb == "accept" and first:
            arguments["told"] = ""
        if verb == "explain" and first:
            arguments |= {"ground": "planned", "planned_for": DUE}
        try:
            getattr(opinion, verb)(by=everybody[who], **arguments)
        except (StepRefused, ValidationError):
            continue
    check(opinion, everybody["leader"])


def check(opinion: Opinion, leader: Cadre) -> None:
    stored = Opinion.objects.get(pk=opinion.pk)
    replay(stored)
    current = Assignment.objects.filter(opinion=stored, ended_at=None)
    assert current.count() == (1 if stored.state in RESPONSIBLE else 0)
    assert stored.waits_until is None or stored.state == State.HANDLING
    assert (stored.unit is None) == (stored.state not in RESPONSIBLE)
    running = Clock.objects.filter(opinion=stored, stopped_at=None)
    if stored.state in ENDED:
        assert not running.exclude(kind="review").exists()
    assert stored.back_twice == back_twice(stored)
    assert (stored.untouched_since, stored.untold_since, stored.promised_for) == slipping(stored)
    assert stored.due_at == min((clock.due_at for clock in running), default=None)
    last = OpinionSpan.objects.get(opinion=stored, until=None)
    assert (last.state, last.due_at, last.unit_id) == (stored.state, stored.due_at, stored.unit_id)
    counted = figures.count(figures.rows(cadre=leader))
    assert counted["closed"] == Opinion.objects.filter(state="closed").count()
    assert counted["collected"] == counted["resolved"] + counted["explained"] + counted["open"]


def back_twice(opinion: Opinion) -> bool:
    """What the history says of it: taken back twice or more, and not decided on since by the coordinator."""
    times, waits = 0, False
    for event in Event.objects.filter(opinion=opinion).order_by("pk"):
        returned = event.from_state in (*ANSWERED, "closed") and event.to_state in ("handling", "collected")
        times += returned
        decided = event.verb in ("assign", "reassign", "leave") or event.to_state in ENDED
        decided |= event.verb == "supervise" and event.actor.username == "coordinator"
        waits = (waits or (returned and times > 1)) and not decided
    return waits


def slipping(opinion: Opinion) -> tuple:
    """What its rows say: the last event of a case in hand, since when nobody is told, and what the answer promises."""
    events, accepted, promised = Event.objects.filter(opinion=opinion), None, None
    in_hand = opinion.state == State.HANDLING
    if in_hand and Clock.objects.filter(opinion=opinion, kind="acceptance", stopped_at=None).exists():
        accepted = Assignment.objects.get(opinion=opinion, ended_at=None).accepted_at
    if opinion.state in (State.EXPLAINED, State.CLOSED) and opinion.ground == "planned":
        promised = Answer.objects.get(opinion=opinion, at=opinion.answered_at).planned_for
    return events.latest("pk").recorded_at if in_hand else None, accepted, promised


def replay(opinion: Opinion) -> None:
    """Every event is a line of the table, and they lead one to the next, up to the state."""
    state = ""
    for event in Event.objects.filter(opinion=opinion).order_by("pk"):
        assert event.from_state == state
        if event.verb != Verb.RECORD:
            assert TRANSITIONS[Verb(event.verb)].leads_to(State(state), State(event.to_state))
        state = event.to_state
    assert state == opinion.state
