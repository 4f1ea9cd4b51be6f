"""Working days: Monday to Friday, less the holidays, plus the weekend days that are worked instead."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import holidays
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from holidays.constants import PUBLIC

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class WorkingCalendar:
    """The days that differ from Monday–Friday, and the years that are filled in."""

    exceptions: dict[date, bool] = field(default_factory=dict)

    @classmethod
    def load(cls) -> "WorkingCalendar":
        from grievances.models import CalendarDay

        # Read when the first working day is counted: most deadlines are in calendar days.
        return cls(SimpleLazyObject(lambda: dict(CalendarDay.objects.values_list("day", "working"))))

    def knows(self, year: int) -> bool:
        """Whether the year is filled in; an unknown year counts Monday to Friday."""
        return any(day.year == year for day in self.exceptions)

    def is_working(self, day: date) -> bool:
        return self.exceptions.get(day, day.weekday() < 5)

    def add_working_days(self, start: date, days: int) -> date:
        """The day on which ``days`` working days after ``start`` end."""
        day = start
        while days > 0:
            day += _DAY
            days -= self.is_working(day)
        return day

    def working_day_before(self, day: date) -> date:
        """The last working day before a day."""
        day -= _DAY
        while not self.is_working(day):
            day -= _DAY
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days lie after ``start`` up to and with ``end``; negative when it lies before."""
        if end < start:
            return -self.working_days_between(end, start)
        return sum(self.is_working(start + n * _DAY) for n in range(1, (end - start).days + 1))

    def due(self, base: datetime, *, days: int, working: bool) -> datetime:
        """The end of the last day: the midnight after it, local time."""
        start = timezone.localdate(base)
        last = self.add_working_days(start, days) if working else start + days * _DAY
        return midnight(last + _DAY)


def midnight(day: date) -> datetime:
    """The moment at which a day begins here."""
    return timezone.make_aware(datetime.combine(day, time.min))


def last_day(due_at: datetime) -> date:
    """The last day on which something due at this moment is in time."""
    return timezone.localdate(due_at - timedelta(microseconds=1))


def official_days(year: int) -> dict[date, tuple[bool, str]]:
    """A year's holidays and worked weekend days as announced; empty where the source only guesses.

    The State Council announces a year's shifts in the autumn before. Without the announcement the
    library estimates; a year is only taken when it knows days that are worked instead.
    """
    source = holidays.country_holidays("CN", years=year, categories=(PUBLIC,), language="zh_CN")
    shifted = {day for day in source.weekend_workdays if day.year == year}
    if not shifted:
        return {}
    found = {day: (False, name) for day, name in source.items() if day.year == year and day.weekday() < 5}
    return found | {day: (True, "调休上班") for day in shifted}
