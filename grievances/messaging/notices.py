"""Whom a step concerns: told after the commit, and only of what they may see."""

from typing import TYPE_CHECKING

from grievances.flow.duties import coordinators_of
from grievances.people import absences
from grievances.workflow import Verb
from villages import reading
from villages.models import Cadre

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from grievances.flow.occasions import Occasion
    from grievances.models import Event, Notice, Opinion

_TO_PERSON = {
    Verb.ASSIGN, Verb.REASSIGN, Verb.TRANSFER, Verb.REFUSE, Verb.REOPEN, Verb.REWORK, Verb.SUPERVISE,
    Verb.INSTRUCT, Verb.CONTRIBUTE, Verb.APPROVE_EXTENSION, Verb.REFUSE_EXTENSION, Verb.CALL_BACK,
    Verb.SPOT_CHECK, Verb.ASSIGN_BY_RULE, Verb.LEAVE_WITH_UNIT,
}  # fmt: skip
_TO_HEADS = {Verb.ASK_EXTENSION, Verb.SUPERVISE, Verb.INSTRUCT}
_TO_RECORDER = {Verb.RESOLVE, Verb.EXPLAIN, Verb.CALL_BACK, Verb.SPOT_CHECK, Verb.REOPEN}
# Of whoever signed in (``villages/reading.py``): whether there is a notice that they have not looked at.
_WAIT = "EXISTS (SELECT FROM grievances_notice n WHERE n.cadre_id = c.id AND n.seen_at IS NULL)"
# Who has more to look at is told so, without their number.
MOST_UNSEEN = 99
# By these a case becomes somebody's to answer for.
_GIVES = {Verb.ASSIGN, Verb.REASSIGN, Verb.TRANSFER}


def connect() -> None:
    from grievances.messaging import languages
    from grievances.steps.step import step_done

    languages.connect()
    step_done.connect(_tell, dispatch_uid="notices")
    reading.asked_too["notices"] = _WAIT


def notices_of(cadre: Cadre) -> "QuerySet[Notice]":
    """A cadre's notices, of cases that they may still see."""
    from grievances.messaging.together import standing
    from grievances.models import Notice

    return Notice.objects.filter(standing(cadre), cadre=cadre)


def unseen(cadre: Cadre) -> int:
    """How many notices the cadre has not looked at, counted up to one more than ``MOST_UNSEEN``. Most have none: only
    then is asked which they may see."""
    if not cadre.known.get("notices", True):
        return 0
    return notices_of(cadre).filter(seen_at=None).order_by().values("pk")[: MOST_UNSEEN + 1].count()


def _tell(*, event: "Event", occasion: "Occasion | None" = None, **_kwargs: object) -> None:
    from grievances.messaging import kinds
    from grievances.messaging.telling import tell

    told = {cadre for cadre in _with_substitutes(_concerned(event)) if cadre.pk != event.actor_id}
    given = {cadre for cadre in told if event.verb in _GIVES and cadre.pk == event.opinion.person_id}
    others = told - given
    if occasion:
        given = {cadre for cadre in given if cadre.pk not in occasion.told}
    for kind, cadres in ((kinds.GIVEN, given), (kinds.STEP, others)):
        tell(
            kind=kind, cadres=cadres, key=f"event:{event.pk}", opinion=event.opinion, event=event,
            at=event.recorded_at, occasion=occasion,
        )  # fmt: skip


def _with_substitutes(cadres: set[Cadre]) -> set[Cadre]:
    """Whoever is away is told too, and whoever keeps the desk meanwhile."""
    return cadres | {absence.substitute for absence in absences.of(cadres) if absence.substitute.is_active}


def _concerned(event: "Event") -> set[Cadre]:
    opinion = event.opinion
    found: set[Cadre] = set()
    asked: set[int | None] = set()
    if event.verb in _TO_PERSON:
        asked.add(opinion.person_id)
    if event.verb in _TO_HEADS and opinion.unit:
        found |= set(reading.heads([opinion.unit_id])[opinion.unit_id])
    if event.verb in _TO_RECORDER:
        asked.add(opinion.recorded_by_id)
    if event.details.get("returns"):
        # It came back twice: whoever dispatches it decides.
        found |= set(coordinators_of(opinion))
    # Whoever the step has read already knows their posts.
    known = {one.pk: one for one in (event.actor, _cached(opinion, "person"), *found) if one}
    asked -= {None}
    return found | {known[pk] for pk in asked & set(known)} | set(reading.people(asked - set(known)))


def _cached(opinion: "Opinion", name: str) -> Cadre | None:
    """Who stands in a field, if that was read or set."""
    return opinion._state.fields_cache.get(name)
