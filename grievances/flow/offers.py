"""Which steps a case offers to somebody: allowed by the flow, and not idle in this very case."""

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

from django.utils import timezone

from grievances import models
from grievances.flow import clocks
from grievances.flow.duties import is_unreleased
from grievances.flow.relations import relations, stood_in_for
from grievances.flow.separation import CONFIRMS, JOINS, asked_themselves, was_with_the_accused, worked_on
from grievances.workflow import ANSWERED, TRANSITIONS, State, Verb, verbs_from
from villages.models import Role

if TYPE_CHECKING:
    from grievances.models import Opinion
    from villages.models import Cadre

# The step that a case waits for comes first, as its one main button.
_MAIN = (
    Verb.ASSIGN, Verb.APPROVE_EXTENSION, Verb.ACCEPT, Verb.UPHOLD, Verb.CALL_BACK, Verb.SPOT_CHECK,
    Verb.ANSWER_REVIEW, Verb.ANSWER_SUPERVISION, Verb.RESOLVE,
)  # fmt: skip
# Steps that are done every day stand beside it; the rest is under "more".
_BESIDE = (
    Verb.REFUSE_EXTENSION, Verb.RESOLVE, Verb.EXPLAIN, Verb.REFUSE, Verb.OBJECT, Verb.ASK_EXTENSION, Verb.TAKE_UP, Verb.TRANSFER,
    Verb.LEAVE_WITH_UNIT, Verb.REFER, Verb.REOPEN, Verb.REASSIGN, Verb.SUPERVISE, Verb.INSTRUCT, Verb.CONTRIBUTE,
)  # fmt: skip
_MOST_BESIDE = 3
# The keys of the steps, in the order in which they stand on the page; letters that the desk uses are left out.
_KEYS = "123456789qwertyuizxcv"


@dataclass(frozen=True)
class Step:
    """A step as it is offered, and the key that begins it."""

    verb: Verb
    key: str


@dataclass(frozen=True)
class Offer:
    """The steps as the page shows them."""

    main: Verb | None
    beside: list[Verb]
    more: list[Verb]

    @property
    def shown(self) -> list[Step]:
        return self._keyed[: len(self._keyed) - len(self.more)]

    @property
    def folded(self) -> list[Step]:
        return self._keyed[len(self._keyed) - len(self.more) :]

    @property
    def _keyed(self) -> list[Step]:
        verbs = [*filter(None, [self.main]), *self.beside, *self.more]
        return [Step(verb, key) for verb, key in zip_longest(verbs, _KEYS[: len(verbs)], fillvalue="")]


def offer(opinion: "Opinion", cadre: "Cadre") -> Offer:
    """One main step, up to three beside it, and all others."""
    verbs = possible(opinion, cadre)
    main = next((verb for verb in _MAIN if verb in verbs), None)
    beside = [verb for verb in _BESIDE if verb in verbs and verb != main][:_MOST_BESIDE]
    return Offer(main, beside, [verb for verb in verbs if verb != main and verb not in beside])


def possible(opinion: "Opinion", cadre: "Cadre") -> list[Verb]:
    """Verbs that this cadre may do now and that would not be refused at once."""
    idle = _idle_time(opinion) | _idle_check(opinion) | _idle_oversight(opinion, cadre)
    idle.add(Verb.JOIN if opinion.file.one(models.ProblemMembership, left_at=None) else Verb.LEAVE)
    verbs = verbs_from(State(opinion.state), relations(opinion, cadre))
    if was_with_the_accused(opinion, cadre):
        idle |= JOINS
    return [verb for verb in verbs if verb not in idle and not _done_by_themselves(opinion, verb, cadre)]


def _done_by_themselves(opinion: "Opinion", verb: Verb, cadre: "Cadre") -> bool:
    """Whether the step would confirm or decide what this cadre did when they stood in for somebody."""
    if verb in CONFIRMS:
        return worked_on(opinion, cadre)
    if not cadre.lenders or not asked_themselves(opinion, verb, cadre):
        return False
    return stood_in_for(opinion, cadre, who=TRANSITIONS[verb].who) is not None


def _idle_time(opinion: "Opinion") -> set[Verb]:
    """Hand-backs whose days are over; more time that nobody asked for, or that was asked for before."""
    idle: set[Verb] = set()
    if opinion.state == State.ASSIGNED and not _may_still_object(opinion):
        idle.add(Verb.OBJECT)
    if opinion.state == State.HANDLING:
        asked = [row.approved for row in opinion.file.rows(models.Extension)]
        if None not in asked:
            idle |= {Verb.APPROVE_EXTENSION, Verb.REFUSE_EXTENSION}
        if opinion.round > 1 or None in asked or True in asked:
            idle.add(Verb.ASK_EXTENSION)
        if not opinion.is_put_aside:
            idle.add(Verb.TAKE_UP)
    return idle


def _may_still_object(opinion: "Opinion") -> bool:
    assignment = opinion.file.one(models.Assignment, ended_at=None)
    in_time = (
        assignment is None or assignment.object_until is None or timezone.now() < assignment.object_until
    )
    return in_time and not opinion.file.one(models.Objection, unit_id=opinion.unit_id, upheld=False)


def _idle_check(opinion: "Opinion") -> set[Verb]:
    """Of the two ways to check an answer only the fitting one; no rework after a call-back."""
    anonymous = opinion.informant_kind == models.InformantKind.ANONYMOUS
    idle = {Verb.CALL_BACK, Verb.TELL} if anonymous else set()
    if not anonymous and opinion.state in ANSWERED and not opinion.three_attempts_failed():
        idle.add(Verb.SPOT_CHECK)
    if opinion.contacted is not None:
        idle.add(Verb.REWORK)
    return idle


def _idle_oversight(opinion: "Opinion", cadre: "Cadre") -> set[Verb]:
    idle: set[Verb] = set()
    if not clocks.running(opinion, "supervision"):
        idle.add(Verb.ANSWER_SUPERVISION)
    idle.add(Verb.REQUEST_REVIEW if clocks.running(opinion, "review") else Verb.ANSWER_REVIEW)
    if not is_unreleased(opinion):
        idle.add(Verb.RELEASE)
    if not opinion.back_twice:
        idle.add(Verb.LEAVE_WITH_UNIT)
    # An instruction (批示) is a leader's; a coordinator supervises.
    if Role.LEADER not in cadre.roles:
        idle.add(Verb.INSTRUCT)
    return idle
