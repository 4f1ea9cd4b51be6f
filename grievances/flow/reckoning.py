"""Open deadlines in working days, after the working calendar has changed."""

from datetime import datetime

from django.db import transaction

from grievances.flow.calendar import WorkingCalendar
from grievances.models import Clock, DayKind, Opinion


def outdated() -> list[tuple[Clock, datetime]]:
    """Running clocks that today's calendar would end at another moment, with that moment."""
    calendar = WorkingCalendar.load()
    running = Clock.objects.filter(stopped_at=None, day_kind=DayKind.WORKING).select_related("opinion")
    due = ((clock, calendar.due(clock.base_at, days=clock.days, working=True)) for clock in running)
    return [(clock, moment) for clock, moment in due if moment != clock.due_at]


@transaction.atomic
def reckon_all() -> int:
    """Set them to that moment, one step on each case; how many deadlines moved."""
    changed = outdated()
    for pk in sorted({clock.opinion_id for clock, _due in changed}):
        Opinion.objects.get(pk=pk).reckon(by=None)
    return len(changed)
