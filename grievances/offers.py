"""Which steps a case offers to somebody: allowed by the flow, and not idle in this very case."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from grievances import clocks, models
from grievances.relations import relations
from grievances.workflow import State, Verb, verbs_from
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
    Verb.EXPLAIN, Verb.REFUSE, Verb.OBJECT, Verb.REFUSE_EXTENSION, Verb.ASK_EXTENSION, Verb.TRANSFER,
    Verb.REFER, Verb.REOPEN, Verb.REASSIGN, Verb.SUPERVISE, Verb.INSTRUCT, Verb.CONTRIBUTE,
)  # fmt: skip
_MOST_BESIDE = 3


@dataclass(frozen=True)
class Offer:
    """The steps as the page shows them."""

    main: Verb | None
    beside: list[Verb]
    more: list[Verb]


def offer(opinion: "Opinion", cadre: "Cadre") -> Offer:
    """One main step, up to three beside it, and all others."""
    verbs = possible(opinion, cadre)
    main = next((verb for verb in _MAIN if verb in verbs), None)
    beside = [verb for verb in _BESIDE if verb in verbs and verb != main][:_MOST_BESIDE]
    return Offer(main, beside, [verb for verb in verbs if verb != main and verb not in beside])


def possible(opinion: "Opinion", cadre: "Cadre") -> list[Verb]:
    """Verbs that this cadre may do now and that would not be refused at once."""
    idle = _idle_time(opinion) | _idle_check(opinion) | _idle_oversight(opinion, cadre)
    return [verb for verb in verbs_from(State(opinion.state), relations(opinion, cadre)) if verb not in idle]


def _idle_time(opinion: "Opinion") -> set[Verb]:
    """Hand-backs whose days are over, and requests for more time that nobody made or that were made before."""
    rows = opinion.file.rows(models.Extension)
    idle: set[Verb] = set()
    if not any(row.approved is None for row in rows):
        idle |= {Verb.APPROVE_EXTENSION, Verb.REFUSE_EXTENSION}
    if opinion.round > 1 or any(row.approved is not False for row in rows):
        idle.add(Verb.ASK_EXTENSION)
    assignment = opinion.file.one(models.Assignment, ended_at=None)
    over = assignment and assignment.object_until and assignment.object_until <= timezone.now()
    if over or opinion.file.one(models.Objection, unit_id=opinion.unit_id, upheld=False):
        idle.add(Verb.OBJECT)
    return idle


def _idle_check(opinion: "Opinion") -> set[Verb]:
    """Of the two ways to check an answer only the fitting one; no rework after a call-back."""
    anonymous = opinion.informant_kind == models.InformantKind.ANONYMOUS
    idle = {Verb.CALL_BACK, Verb.TELL} if anonymous else set()
    if not anonymous and not opinion.three_attempts_failed():
        idle.add(Verb.SPOT_CHECK)
    if opinion.contacted is not None:
        idle.add(Verb.REWORK)
    return idle


def _idle_oversight(opinion: "Opinion", cadre: "Cadre") -> set[Verb]:
    idle: set[Verb] = set()
    if not clocks.running(opinion, "supervision"):
        idle.add(Verb.ANSWER_SUPERVISION)
    idle.add(Verb.REQUEST_REVIEW if clocks.running(opinion, "review") else Verb.ANSWER_REVIEW)
    unknown = (
        row for row in opinion.file.rows(models.Accusation) if row.unit_id is None and row.cadre_id is None
    )
    if not any(row.released_by_id is None for row in unknown):
        idle.add(Verb.RELEASE)
    # An instruction (批示) is a leader's; a coordinator supervises.
    if Role.LEADER not in cadre.roles:
        idle.add(Verb.INSTRUCT)
    return idle
