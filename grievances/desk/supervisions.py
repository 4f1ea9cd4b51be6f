"""Supervision and instructions: who asked what of which case, by when an answer is due, and what was answered.

A page reads the clocks of supervision in the order of an index that holds only those; what was asked and answered
stands in the history, read for the rows of the page alone.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import django_filters
from django import forms
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, TextChoices
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grievances.desk.queues import overseen
from grievances.filters import ChippedFilter
from grievances.flow import deadlines
from grievances.flow.calendar import WorkingCalendar
from grievances.flow.deadlines import Left
from grievances.lists.filter_fields import LabelFilter, in_place
from grievances.models import Clock, ClockKind, DayKind, Event, Opinion
from grievances.workflow import Verb
from villages.each import OfEach
from villages.models import Cadre, Unit
from villages.scope import under

ANSWERED_LATELY = timedelta(days=90)
_ASKS = (Verb.SUPERVISE, Verb.INSTRUCT)


class Status(TextChoices):
    DUE = "due", _("answer due")
    LATE = "late", _("answer late")
    ANSWERED = "answered", _("over in the last 90 days")


@dataclass(frozen=True)
class Supervision:
    """One of them, for its row: the clock, what was asked, and, once it is over, what was answered."""

    clock: Clock
    asked: Event | None
    answer: Event | None
    left: Left | None

    @property
    def opinion(self) -> Opinion:
        return self.clock.opinion


def rows(cadre: Cadre, status: str = "", *, now: datetime | None = None) -> QuerySet[Clock]:
    """The clocks of what a coordinator or leader oversees and a unit works on: those that run, the late ones first;
    or those that are over, the last first."""
    return _standing(_seen(cadre), status, now or timezone.now())


def counts(cadre: Cadre, *, most: int) -> dict[Status, int]:
    """How many there are of each status, counted up to so many."""
    seen, now = _seen(cadre), timezone.now()
    # The late ones come first, so that those of them that count are among the first.
    running = _standing(seen, Status.DUE, now).values("due_at")[:most]
    found = running.aggregate(n=Count("due_at"), late=Count("due_at", filter=Q(due_at__lte=now)))
    over = _standing(seen, Status.ANSWERED, now).order_by().values("pk")[:most].count()
    return {Status.DUE: found["n"], Status.LATE: found["late"], Status.ANSWERED: over}


def _seen(cadre: Cadre) -> QuerySet[Clock]:
    seen = Opinion.objects.visible_to(cadre).filter(overseen(cadre), pk=OuterRef("opinion"))
    return Clock.objects.filter(OfEach(seen), kind=ClockKind.SUPERVISION)


def _standing(seen: QuerySet[Clock], status: str, now: datetime) -> QuerySet[Clock]:
    if status == Status.ANSWERED:
        return seen.filter(stopped_at__gte=now - ANSWERED_LATELY).order_by("-stopped_at", "-pk")
    running = seen.filter(stopped_at=None).order_by("due_at", "pk")
    return running.filter(due_at__lte=now) if status == Status.LATE else running


class SupervisionFilter(ChippedFilter):
    """Which of them are shown; by itself those that wait for an answer."""

    export = ""  # no file of this list

    status = django_filters.ChoiceFilter(label=_("answer"), choices=Status.choices, method="unchanged")
    mine = django_filters.BooleanFilter(label=_("asked by me"), method="by_me", widget=forms.CheckboxInput)
    region = django_filters.CharFilter(label=_("place"), method="in_region", max_length=30)
    unit = LabelFilter(label=_("unit"), queryset=Unit.objects.all(), method="of_unit")

    class Meta:
        model = Clock
        fields: list[str] = []

    def __init__(self, data: QueryDict, *, request: HttpRequest) -> None:
        super().__init__(data, rows(request.user, data.get("status", "")), request=request)

    def unchanged(self, found: QuerySet, name: str, value: object) -> QuerySet:
        return found

    def by_me(self, found: QuerySet, name: str, value: bool | None) -> QuerySet:
        mine = Event.objects.filter(
            opinion=OuterRef("opinion"),
            actor=self.request.user,
            verb__in=_ASKS,
            recorded_at=OuterRef("started_at"),
        )
        return found.filter(Exists(mine)) if value else found

    def in_region(self, found: QuerySet, name: str, value: str) -> QuerySet:
        return found.filter(opinion__in=Opinion.objects.filter(in_place(value)))

    def of_unit(self, found: QuerySet, name: str, value: Unit) -> QuerySet:
        return found.filter(under(value.path, field="opinion__unit__path"))


def with_words(clocks: list[Clock]) -> list[Supervision]:
    """The rows of a page, with what was asked and answered, in one query for all."""
    moments = {clock.started_at for clock in clocks} | {
        clock.stopped_at for clock in clocks if clock.stopped_at
    }
    found = Event.objects.filter(
        opinion__in=[clock.opinion_id for clock in clocks],
        verb__in=[*_ASKS, Verb.ANSWER_SUPERVISION],
        recorded_at__in=moments,
    )
    events = {
        (event.opinion_id, event.recorded_at, event.verb == Verb.ANSWER_SUPERVISION): event
        for event in found.select_related("actor", "actor_unit")
    }
    calendar, now = WorkingCalendar.load(), timezone.now()
    return [
        Supervision(
            clock,
            events.get((clock.opinion_id, clock.started_at, False)),
            events.get((clock.opinion_id, clock.stopped_at, True)),
            None if clock.stopped_at else _left(clock, calendar, now),
        )
        for clock in clocks
    ]


def _left(clock: Clock, calendar: WorkingCalendar, now: datetime) -> Left | None:
    return deadlines.left(clock.due_at, working=clock.day_kind == DayKind.WORKING, calendar=calendar, now=now)
