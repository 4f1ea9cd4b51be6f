"""The life of an opinion, as data.

Each verb says from which states it may be done, to which it may lead, and who may do it. Who somebody is
to an opinion (``Relation``) is worked out in ``grievances.flow.relations``; what a step needs and changes
beyond the state stands with the verb itself, in ``grievances.steps``.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(TextChoices):
    COLLECTED = "collected", pgettext_lazy("state", "collected")
    ASSIGNED = "assigned", _("assigned")
    OBJECTED = "objected", _("handed back, to review")
    HANDLING = "handling", _("in hand")
    RESOLVED = "resolved", _("resolved, to call back")
    EXPLAINED = "explained", _("explained, to call back")
    CLOSED = "closed", _("closed")
    WITHDRAWN = "withdrawn", _("withdrawn")


OPEN = frozenset({State.COLLECTED, State.ASSIGNED, State.OBJECTED, State.HANDLING})
ANSWERED = frozenset({State.RESOLVED, State.EXPLAINED})
ENDED = frozenset({State.CLOSED, State.WITHDRAWN})
COUNTED = frozenset(State) - {State.WITHDRAWN}
# In these states an opinion has a responsible unit and person: the database insists.
RESPONSIBLE = (OPEN - {State.COLLECTED}) | ANSWERED | {State.CLOSED}


class Outcome(TextChoices):
    RESOLVED = "resolved", _("resolved")
    EXPLAINED = "explained", _("explained")


class Ground(TextChoices):
    """Why an opinion was explained instead of resolved."""

    POLICY = "policy", _("law or policy does not allow it")
    PLANNED = "planned", _("planned for a later date")
    COURT = "court", _("a matter for court or arbitration")
    OUTSIDE = "outside", _("outside the district, passed on")
    GAVE_UP = "gave_up", _("the informant gave it up")
    NOTED = "noted", _("noted with thanks")


class TellMeans(TextChoices):
    """How the informant was told something."""

    TELEPHONE = "telephone", _("by telephone")
    IN_PERSON = "in_person", _("in person")
    LETTER = "letter", _("by letter")
    MESSAGE = "message", _("by message")


class Relation(TextChoices):
    """Who a cadre is to one opinion."""

    HEARD = "heard", _("wrote it down")
    COORDINATOR = "coordinator", _("coordinator of its level")
    LEAD = "lead", _("of the lead unit")
    HEAD = "head", _("head of the lead unit")
    PERSON = "person", _("responsible person")
    ASSISTING = "assisting", _("of an assisting unit")
    CALLER = "caller", _("caller, not of the lead unit")
    VISITOR = "visitor", _("visitor of the place, not of the lead unit")
    LEADER = "leader", _("leader of the place")
    CADRE = "cadre", _("any cadre who meets people")


class Verb(TextChoices):
    RECORD = "record", _("write down")
    ASSIGN = "assign", _("assign")
    REFER = "refer", _("refer to another level")
    SOLVE_ON_THE_SPOT = "solve_on_the_spot", _("solved on the spot")
    EXPLAIN_ON_THE_SPOT = "explain_on_the_spot", _("explained on the spot")
    WITHDRAW = "withdraw", _("withdraw")
    ACCEPT = "accept", _("take and accept")
    OBJECT = "object", _("hand back")
    UPHOLD = "uphold", _("agree to the hand-back")
    REFUSE = "refuse", _("refuse the hand-back")
    TRANSFER = "transfer", _("hand to a colleague")
    REASSIGN = "reassign", _("change the lead unit")
    ASK_EXTENSION = "ask_extension", _("ask for more time")
    APPROVE_EXTENSION = "approve_extension", _("approve more time")
    REFUSE_EXTENSION = "refuse_extension", _("refuse more time")
    PUT_ASIDE = "put_aside", _("put aside until a day")
    TAKE_UP = "take_up", _("take up again")
    RESOLVE = "resolve", _("answer: resolved")
    EXPLAIN = "explain", _("answer: explained")
    REWORK = "rework", _("send back to work")
    CALL_BACK = "call_back", _("call back")
    SPOT_CHECK = "spot_check", _("check on the spot")
    REOPEN = "reopen", _("reopen")
    SUPERVISE = "supervise", _("supervise")
    INSTRUCT = "instruct", _("instruct")
    ANSWER_SUPERVISION = "answer_supervision", _("answer the supervision")
    REQUEST_REVIEW = "request_review", _("request a review")
    ANSWER_REVIEW = "answer_review", _("answer the review")
    TELL = "tell", _("record what was told")
    ASSIST = "assist", _("add an assisting unit")
    JOIN = "join", _("join a common problem")
    LEAVE = "leave", _("take out of the common problem")
    CONTRIBUTE = "contribute", _("report to the lead unit")
    REMARK = "remark", _("add a remark")
    CORRECT = "correct", _("correct the text")
    RECATEGORISE = "recategorise", _("change the category")
    ATTACH = "attach", _("add a file")
    NAME_ACCUSED = "name_accused", _("name whom it complains about")
    RELEASE = "release", _("release to the levels below")
    LEAVE_WITH_UNIT = "leave_with_unit", _("leave it with the unit")
    TAKE_AWAY = "take_away", _("take away from the accused")
    ASSIGN_BY_RULE = "assign_by_rule", _("assign by a rule")
    RECKON = "reckon", _("recompute the deadlines")

    @property
    def address(self) -> str:
        """The name of the verb's page: "opinion-call-back"."""
        return f"opinion-{self.value.replace('_', '-')}"


@dataclass(frozen=True)
class Transition:
    """One line of the flow: from any of ``sources`` to one of ``targets`` (or staying), by any of ``who``.

    An empty ``who`` is a step that the program takes by itself; with ``also_alone`` it may take it, too.
    """

    verb: Verb
    sources: frozenset[State]
    targets: frozenset[State]
    who: frozenset[Relation]
    also_alone: bool = False

    def leads_to(self, source: State, target: State) -> bool:
        return source in self.sources and target in (self.targets or {source})


def _line(verb: Verb, sources: Iterable[State], targets: Iterable[State], *who: Relation) -> Transition:
    return Transition(verb, frozenset(sources), frozenset(targets), frozenset(who))


_S, _R, _V = State, Relation, Verb
_STAYS: tuple[State, ...] = ()
_MET = (_R.CADRE,)
# Reopened: back to the same unit, or to dispatch when the unit or person has come to be accused.
_AGAIN = (_S.HANDLING, _S.COLLECTED)

TRANSITIONS: dict[Verb, Transition] = {
    line.verb: line
    for line in (
        _line(_V.ASSIGN, [_S.COLLECTED], [_S.ASSIGNED], _R.COORDINATOR),
        _line(_V.REFER, [_S.COLLECTED], _STAYS, _R.COORDINATOR),
        _line(_V.SOLVE_ON_THE_SPOT, [_S.COLLECTED], [_S.RESOLVED], _R.HEARD, _R.COORDINATOR),
        _line(_V.EXPLAIN_ON_THE_SPOT, [_S.COLLECTED], [_S.EXPLAINED], _R.HEARD, _R.COORDINATOR),
        _line(_V.WITHDRAW, [_S.COLLECTED, _S.ASSIGNED], [_S.WITHDRAWN], _R.COORDINATOR),
        _line(_V.ACCEPT, [_S.ASSIGNED], [_S.HANDLING], _R.LEAD),
        _line(_V.OBJECT, [_S.ASSIGNED], [_S.OBJECTED], _R.LEAD),
        _line(_V.UPHOLD, [_S.OBJECTED], [_S.COLLECTED], _R.COORDINATOR),
        _line(_V.REFUSE, [_S.OBJECTED], [_S.ASSIGNED], _R.COORDINATOR),
        # By itself when an administrator, who sees no opinion, ends the post of whoever answers for it.
        replace(_line(_V.TRANSFER, [_S.ASSIGNED, _S.HANDLING], _STAYS, _R.HEAD, _R.PERSON), also_alone=True),
        _line(_V.REASSIGN, [_S.ASSIGNED, _S.OBJECTED, _S.HANDLING], [_S.ASSIGNED], _R.COORDINATOR),
        _line(_V.ASK_EXTENSION, [_S.HANDLING], _STAYS, _R.LEAD),
        _line(_V.APPROVE_EXTENSION, [_S.HANDLING], _STAYS, _R.HEAD),
        _line(_V.REFUSE_EXTENSION, [_S.HANDLING], _STAYS, _R.HEAD),
        _line(_V.PUT_ASIDE, [_S.HANDLING], _STAYS, _R.LEAD),
        _line(_V.TAKE_UP, [_S.HANDLING], _STAYS, _R.LEAD),
        _line(_V.RESOLVE, [_S.HANDLING], [_S.RESOLVED], _R.LEAD),
        _line(_V.EXPLAIN, [_S.HANDLING], [_S.EXPLAINED], _R.LEAD),
        _line(_V.REWORK, ANSWERED, [_S.HANDLING], _R.HEAD),
        _line(_V.CALL_BACK, ANSWERED, [*ANSWERED, _S.CLOSED, *_AGAIN], _R.CALLER, _R.VISITOR),
        _line(_V.SPOT_CHECK, ANSWERED, [_S.CLOSED, *_AGAIN], _R.CALLER, _R.VISITOR),
        _line(_V.REOPEN, [*ANSWERED, _S.CLOSED], _AGAIN, _R.CALLER, _R.COORDINATOR, _R.CADRE),
        _line(_V.SUPERVISE, OPEN, _STAYS, _R.LEADER, _R.COORDINATOR),
        _line(_V.INSTRUCT, OPEN, _STAYS, _R.LEADER, _R.COORDINATOR),
        _line(_V.ANSWER_SUPERVISION, RESPONSIBLE - ENDED, _STAYS, _R.LEAD),
        _line(_V.REQUEST_REVIEW, [*ANSWERED, _S.CLOSED], _STAYS, *_MET),
        _line(_V.ANSWER_REVIEW, [*ANSWERED, _S.CLOSED, _S.HANDLING], _STAYS, _R.COORDINATOR),
        _line(_V.TELL, RESPONSIBLE, _STAYS, _R.LEAD, _R.COORDINATOR, _R.CALLER),
        _line(_V.ASSIST, [_S.ASSIGNED, _S.HANDLING], _STAYS, _R.COORDINATOR, _R.HEAD),
        _line(_V.CONTRIBUTE, [_S.ASSIGNED, _S.HANDLING], _STAYS, _R.ASSISTING),
        # Whoever hears the same matter twice says so; only those who answer for the case undo it.
        _line(_V.JOIN, COUNTED, _STAYS, _R.HEARD, _R.COORDINATOR, _R.HEAD, *_MET),
        _line(_V.LEAVE, State, _STAYS, _R.COORDINATOR, _R.HEAD),
        # Whoever meets people passes on their words, also a visitor of the lead unit, who may not confirm.
        _line(_V.REMARK, State, _STAYS, _R.HEARD, *_MET),
        _line(_V.CORRECT, COUNTED, _STAYS, _R.HEARD, _R.COORDINATOR),
        _line(_V.RECATEGORISE, OPEN, _STAYS, _R.COORDINATOR),
        _line(_V.ATTACH, COUNTED, _STAYS, _R.HEARD, _R.COORDINATOR, _R.LEAD, _R.ASSISTING),
        _line(_V.NAME_ACCUSED, COUNTED, [*COUNTED], _R.COORDINATOR),
        _line(_V.RELEASE, COUNTED, _STAYS, _R.COORDINATOR),
        # What came back twice waits for its coordinator's decision, whatever the unit does meanwhile.
        _line(_V.LEAVE_WITH_UNIT, OPEN | ANSWERED, _STAYS, _R.COORDINATOR),
        _line(_V.TAKE_AWAY, RESPONSIBLE, [_S.COLLECTED]),
        _line(_V.ASSIGN_BY_RULE, [_S.COLLECTED], [_S.ASSIGNED]),
        _line(_V.RECKON, State, _STAYS),
    )
}


def verbs_from(state: State, relations: frozenset[Relation]) -> list[Verb]:
    """The verbs that somebody with these relations may do from a state, in the order of the flow."""
    return [line.verb for line in TRANSITIONS.values() if state in line.sources and line.who & relations]
