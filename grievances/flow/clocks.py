"""Deadlines: the statutory terms, and how a case's clocks start, stop and resume.

Source of the terms: Regulation on petition work (信访工作条例, 2022), articles 22, 23, 34–36.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grievances import models
from grievances.flow.calendar import WorkingCalendar, last_day

if TYPE_CHECKING:
    from grievances.models import Clock, Opinion

OBJECTION_WORKING_DAYS = 5
REOPENED_DAYS = 15
MOST_EXTENSION_DAYS = 30
REQUEST_DAYS = 30  # to reopen through any cadre, or to request a review, after the answer
LEAST_DAYS_AFTER_HAND_BACK = 3


@dataclass(frozen=True)
class Term:
    days: int
    working: bool = False


TERMS = {
    "dispatch": Term(15),
    "acceptance": Term(15),
    "objection_review": Term(3, working=True),
    "handling": Term(60),
    "call_back": Term(10),
    "supervision": Term(7),
    "review": Term(30),
}


def handling_term(opinion: "Opinion") -> Term:
    """60 days, or the category's shorter term; 15 days after a reopening."""
    if opinion.round > 1:
        return Term(REOPENED_DAYS)
    category = opinion.category
    if category.handling_days:
        return Term(category.handling_days, working=category.day_kind == models.DayKind.WORKING)
    return TERMS["handling"]


def start(
    opinion: "Opinion", kind: str, *, at: datetime, base: datetime | None = None, term: Term | None = None
) -> "Clock":
    """Start a clock that counts from ``base`` (by default from now, ``at``)."""
    used = term or TERMS[kind]
    base = base or at
    return opinion.file.add(
        models.Clock(
            opinion=opinion,
            kind=kind,
            round=opinion.round,
            base_at=base,
            days=used.days,
            day_kind=models.DayKind.WORKING if used.working else models.DayKind.CALENDAR,
            due_at=opinion.file.calendar.due(base, days=used.days, working=used.working),
            started_at=at,
        )
    )


def running(opinion: "Opinion", *kinds: str) -> list["Clock"]:
    """Running clocks of these kinds, or all."""
    return [
        clock
        for clock in opinion.file.rows(models.Clock)
        if clock.stopped_at is None and (not kinds or clock.kind in kinds)
    ]


def stop(opinion: "Opinion", *kinds: str, at: datetime) -> None:
    """Stop the running clocks of these kinds, or all."""
    for clock in running(opinion, *kinds):
        opinion.file.change(clock, stopped_at=at)


def resume(opinion: "Opinion", kind: str, *, at: datetime, least: int = 0) -> "Clock":
    """Start again the last stopped clock of a kind, with the days that were left when it stopped."""
    stopped = opinion.file.one(models.Clock, kind=kind)
    working = stopped.day_kind == models.DayKind.WORKING
    left = days_left(stopped.due_at, working=working, now=stopped.stopped_at, calendar=opinion.file.calendar)
    return start(opinion, kind, at=at, term=Term(max(left, least, 0), working=working))


def again(opinion: "Opinion", kind: str, *, at: datetime) -> "Clock":
    """Let the last stopped clock of a kind run on, with the deadline that it had."""
    stopped = opinion.file.one(models.Clock, kind=kind)
    return opinion.file.add(
        models.Clock(
            opinion=opinion,
            kind=kind,
            round=opinion.round,
            base_at=stopped.base_at,
            days=stopped.days,
            day_kind=stopped.day_kind,
            due_at=stopped.due_at,
            started_at=at,
        )
    )


def extend(opinion: "Opinion", clock: "Clock", *, days: int) -> None:
    """Move a running clock's deadline by calendar days, or the working days among them."""
    calendar = opinion.file.calendar
    working = clock.day_kind == models.DayKind.WORKING
    last = last_day(clock.due_at)
    added = calendar.working_days_between(last, last + timedelta(days=days)) if working else days
    due = calendar.due(clock.base_at, days=clock.days + added, working=working)
    opinion.file.change(clock, days=clock.days + added, due_at=due)


def days_left(due_at: datetime, *, working: bool, now: datetime, calendar: WorkingCalendar) -> int:
    """Days from today to the last day; 0 on the last day, negative when it is past."""
    today: date = timezone.localdate(now)
    last = last_day(due_at)
    return calendar.working_days_between(today, last) if working else (last - today).days


def remaining(due_at: datetime, *, working: bool, now: datetime, calendar: WorkingCalendar) -> str:
    """The time left in words: "3 working days left", "due today", "2 days late"."""
    left = days_left(due_at, working=working, now=now, calendar=calendar)
    if due_at <= now:
        late = -left
        if late == 0:
            return _("late since today")
        if working:
            return ngettext("%d working day late", "%d working days late", late) % late
        return ngettext("%d day late", "%d days late", late) % late
    if left == 0:
        return _("due today")
    if working:
        return ngettext("%d working day left", "%d working days left", left) % left
    return ngettext("%d day left", "%d days left", left) % left
