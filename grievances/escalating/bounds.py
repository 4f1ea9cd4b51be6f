"""Which deadlines a rule means on a day."""

from datetime import date, datetime, timedelta

from grievances.flow.calendar import WorkingCalendar, midnight
from grievances.models import BeforeAfter, EscalationRule

_DAY = timedelta(days=1)


def due_until(rule: EscalationRule, day: date, calendar: WorkingCalendar) -> datetime:
    """What is due up to this moment, and still runs, has come to the rule's day on ``day`` or before.

    It never moves backwards from day to day: what was left out while the program stood still is found later.
    """
    if rule.when == BeforeAfter.BEFORE:
        return midnight(calendar.add_working_days(day, rule.days + 1))
    return midnight(_worked_back(calendar, day, rule.days))


def _worked_back(calendar: WorkingCalendar, day: date, days: int) -> date:
    """The day with which the last ``days`` working days up to ``day`` begin; the day itself for none."""
    while days > 0:
        days -= calendar.is_working(day)
        if days:
            day -= _DAY
    return day
