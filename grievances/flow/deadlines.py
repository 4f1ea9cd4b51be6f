"""How a deadline looks: words, with a shape and a colour that say the same."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from grievances.flow import clocks
from grievances.flow.calendar import WorkingCalendar, last_day

if TYPE_CHECKING:
    from grievances.models import Opinion

SOON = timedelta(days=3)


@dataclass(frozen=True)
class Left:
    """The time left until a deadline."""

    words: str
    look: str
    shape: str
    last_day: date


def left(
    due_at: datetime | None, *, working: bool, calendar: WorkingCalendar, now: datetime | None = None
) -> Left | None:
    """What to show for a deadline; nothing where no clock runs."""
    if due_at is None:
        return None
    now = now or timezone.now()
    words = clocks.remaining(due_at, working=working, now=now, calendar=calendar)
    until = last_day(due_at)
    if due_at <= now:
        return Left(words, "late", "▲", until)
    return Left(words, "soon", "△", until) if due_at <= now + SOON else Left(words, "", "○", until)


def running(opinion: "Opinion") -> list[tuple[str, Left]]:
    """Every running deadline of a case, the nearest first: (of what, time left)."""
    now, calendar = timezone.now(), opinion.file.calendar
    clocks_by_day = sorted(clocks.running(opinion), key=lambda clock: clock.due_at)
    return [
        (
            clock.get_kind_display(),
            left(clock.due_at, working=clock.day_kind == "working", calendar=calendar, now=now),
        )
        for clock in clocks_by_day
    ]


def show_on(rows: "list[Opinion]", *, now: datetime | None = None) -> None:
    """Give each row of a list its ``left``; the calendar is read once, if at all."""
    calendar = WorkingCalendar.load()
    for row in rows:
        row.left = left(row.due_at, working=row.case.due_kind == "working", calendar=calendar, now=now)
