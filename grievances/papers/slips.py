"""The dispatch slip (交办单): the paper that goes to the lead unit with an assigned case."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grievances.flow import clocks, deadlines
from grievances.flow.calendar import last_day
from grievances.flow.deadlines import Left
from grievances.flow.relations import assisting_units
from grievances.flow.stories import asked as asked_by_superiors
from grievances.models import Assignment, Event, InformantKind, Objection, Opinion
from grievances.workflow import State, Verb
from villages.models import Cadre, Unit
from villages.templatetags.looks import full_day


@dataclass(frozen=True)
class DispatchSlip:
    """What stands on the slip beside the case itself."""

    by: Cadre | None
    by_unit: Unit | None
    on: date
    assisting: list[Unit]
    deadlines: list[tuple[str, Left]]
    asked: list[str]


def dispatch_slip(opinion: Opinion) -> DispatchSlip | None:
    """The slip of a case that somebody answers for; None where nobody does."""
    assignment = opinion.file.one(Assignment, ended_at=None)
    if assignment is None or opinion.unit is None:
        return None
    return DispatchSlip(
        by=assignment.by,
        by_unit=_dispatched_by(opinion),
        on=timezone.localdate(assignment.assigned_at),
        assisting=assisting_units(opinion),
        deadlines=deadlines.running(opinion),
        asked=[*_asked(opinion, assignment), *asked_by_superiors(opinion), *_kept_secret(opinion)],
    )


def _dispatched_by(opinion: Opinion) -> Unit | None:
    """The unit for which the case was last dispatched, as it was then."""
    events = Event.objects.filter(opinion=opinion, verb__in=[Verb.ASSIGN, Verb.REASSIGN, Verb.ASSIGN_BY_RULE])
    event = events.select_related("actor_unit").order_by("-id").first()
    return event.actor_unit if event else None


def _asked(opinion: Opinion, assignment: Assignment) -> list[str]:
    if opinion.state == State.ASSIGNED:
        return [_to_accept(opinion), *_or_hand_back(opinion, assignment), _then_answer(opinion)]
    if opinion.state == State.OBJECTED:
        return [_("The unit handed it back: wait for the decision.")]
    if opinion.state == State.HANDLING:
        return [_to_answer(opinion)]
    return [_("It was answered on %s.") % full_day(opinion.answered_at)] if opinion.answered_at else []


def _until(opinion: Opinion, kind: str) -> str:
    """The last day of a running clock, with its year."""
    return "".join(full_day(last_day(clock.due_at)) for clock in clocks.running(opinion, kind))


def _to_accept(opinion: Opinion) -> str:
    anonymous = opinion.informant_kind == InformantKind.ANONYMOUS
    words = (
        _("Take and accept the case by %s.")
        if anonymous
        else _("Take and accept the case, and tell the informant, by %s.")
    )
    return words % _until(opinion, "acceptance")


def _or_hand_back(opinion: Opinion, assignment: Assignment) -> list[str]:
    """Only while it is possible, and once a unit."""
    refused = opinion.file.one(Objection, unit_id=opinion.unit_id, upheld=False)
    until = assignment.object_until
    if refused or until is None or until <= timezone.now():
        return []
    return [_("If the unit is not responsible: hand it back with reasons by %s.") % full_day(last_day(until))]


def _then_answer(opinion: Opinion) -> str:
    term = clocks.handling_term(opinion)
    days = (
        ngettext("%d working day", "%d working days", term.days)
        if term.working
        else ngettext("%d day", "%d days", term.days)
    ) % term.days
    return _("Solve it, or explain why it can't be solved, within %s of accepting it.") % days


def _to_answer(opinion: Opinion) -> str:
    until = _until(opinion, "handling")
    if not until:
        return _("Solve it, or explain why it can't be solved.")
    return _("Solve it, or explain why it can't be solved, by %s.") % until


def _kept_secret(opinion: Opinion) -> list[str]:
    if not opinion.is_protected:
        return []
    return [_("Show this slip to nobody who does not work on the case, above all not to whom it is about.")]
