"""The flow table, for every pair of states and relations."""

import itertools

import pytest

from grievances.errors import StepRefused
from grievances.models import Event, Opinion
from grievances.workflow import (
    ANSWERED,
    COUNTED,
    ENDED,
    OPEN,
    RESPONSIBLE,
    TRANSITIONS,
    Relation,
    State,
    Verb,
    verbs_from,
)
from tests.factories import fresh, make_opinion
from villages.models import Cadre, Unit

# The table of the design, written a second time by hand: verb → (from, to, who). "=" means it stays.
DESIGN = {
    "assign": ("collected", "assigned", "coordinator"),
    "refer": ("collected", "=", "coordinator"),
    "solve_on_the_spot": ("collected", "resolved", "heard coordinator"),
    "explain_on_the_spot": ("collected", "explained", "heard coordinator"),
    "withdraw": ("collected assigned", "withdrawn", "coordinator"),
    "accept": ("assigned", "handling", "lead"),
    "object": ("assigned", "objected", "lead"),
    "uphold": ("objected", "collected", "coordinator"),
    "refuse": ("objected", "assigned", "coordinator"),
    "transfer": ("assigned handling", "=", "head person"),
    "reassign": ("assigned handling objected", "assigned", "coordinator"),
    "ask_extension": ("handling", "=", "lead"),
    "approve_extension": ("handling", "=", "head"),
    "refuse_extension": ("handling", "=", "head"),
    "put_aside": ("handling", "=", "lead"),
    "take_up": ("handling", "=", "lead"),
    "resolve": ("handling", "resolved", "lead"),
    "explain": ("handling", "explained", "lead"),
    "rework": ("resolved explained", "handling", "head"),
    "supervise": ("collected assigned objected handling", "=", "leader coordinator"),
    "join": (
        "collected assigned objected handling resolved explained closed",
        "=",
        "heard coordinator head cadre",
    ),
    "leave": (" ".join(State), "=", "coordinator head"),
    "leave_with_unit": ("collected assigned objected handling resolved explained", "=", "coordinator"),
    "assign_by_rule": ("collected", "assigned", ""),
    "instruct": ("collected assigned objected handling", "=", "leader coordinator"),
}


@pytest.mark.parametrize("verb", DESIGN)
def test_the_table_says_what_the_design_says(verb: str) -> None:
    sources, target, who = DESIGN[verb]
    line = TRANSITIONS[Verb(verb)]
    assert line.sources == set(sources.split())
    assert line.targets == (set() if target == "=" else {target})
    assert line.who == set(who.split())


def test_every_pair_of_states_and_relations_offers_exactly_what_the_table_allows() -> None:
    pairs = list(itertools.product(State, Relation))
    for state, relation in pairs:
        offered = set(verbs_from(state, frozenset({relation})))
        allowed = {v for v, line in TRANSITIONS.items() if state in line.sources and relation in line.who}
        assert offered == allowed
    assert len(pairs) == 80


def test_states_fall_into_open_answered_and_ended() -> None:
    assert set(State) == OPEN | ANSWERED | ENDED
    assert not OPEN & ANSWERED and not OPEN & ENDED and not ANSWERED & ENDED
    assert set(State) - COUNTED == {State.WITHDRAWN}
    assert State.COLLECTED not in RESPONSIBLE


def test_nobody_leads_a_withdrawn_opinion_anywhere() -> None:
    leaving = [line for line in TRANSITIONS.values() if State.WITHDRAWN in line.sources and line.targets]
    assert leaving == []


def test_every_verb_of_the_table_is_a_method_with_that_name() -> None:
    for verb in set(TRANSITIONS):
        assert getattr(Opinion, verb.value).verb == verb


@pytest.mark.parametrize("verb", [v for v, line in TRANSITIONS.items() if State.CLOSED not in line.sources])
def test_a_verb_that_a_state_does_not_allow_changes_nothing(
    verb: Verb, visitor: Cadre, coordinator: Cadre, head: Cadre, caller: Cadre, transport: Unit
) -> None:
    opinion = make_opinion(by=visitor)
    opinion.assign(by=coordinator, unit=transport)
    opinion.accept(by=head)
    opinion.resolve(by=head, account="补了坑", public="已修好")
    opinion.call_back(by=caller, contacted=True, solved=True, satisfied=True)
    before = Event.objects.count()
    with pytest.raises(StepRefused):
        getattr(opinion, verb.value)(by=fresh(coordinator))
    assert Event.objects.count() == before
    assert Opinion.objects.get(pk=opinion.pk).state == State.CLOSED
