"""How much a unit has to do: what came in and went out, what waits, and what gets late if nothing is done.

Counted from rows, as tallies know neither weeks nor ages by unit. Each count begins with the unit in an index,
so it reads this unit's open cases, or those of half a year, and no others; of the half year the index alone.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from urllib.parse import urlencode

from django.contrib.postgres.fields import ArrayField
from django.db.models import Count, DateTimeField, F, Func, IntegerField, Q, QuerySet, Value
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from grievances.flow.calendar import midnight
from grievances.forms.fields import people_of
from grievances.measures.boards import Number
from grievances.models import Opinion
from grievances.people.handover import held
from grievances.workflow import ANSWERED, COUNTED, OPEN
from villages.models import Cadre, Role, Unit
from villages.scope import any_of, under, within

WEEKS = 26
_AHEAD = 7  # days
_DAY, _INSTANT = timedelta(days=1), timedelta(microseconds=1)
# Up to how many days after the arrival, in words; the last has no end.
_AGES: tuple[tuple[int | None, str | Promise], ...] = (
    (3, _("up to 3 days")),
    (7, _("up to 1 week")),
    (14, _("up to 2 weeks")),
    (30, _("up to 1 month")),
    (60, _("up to 2 months")),
    (None, _("longer")),
)
# What is counted of the open cases: by age, those of them that are late, and by last day.
_COUNTED = (
    *(f"{name}{n}" for name in ("n", "late") for n in range(len(_AGES))),
    *(f"due{n}" for n in range(_AHEAD)),
)


def units_of(cadre: Cadre) -> QuerySet[Unit]:
    """The units whose workload a cadre looks at: those that they head, with sub-units, and those that serve the
    places that they coordinate or lead."""
    headed = [under(post.unit.path) for post in cadre.posts_as(Role.HEAD)]
    places = cadre.posts_as(Role.COORDINATOR, Role.LEADER)
    return Unit.objects.filter(any_of([*headed, *(within(post.region_id) for post in places)]))


def heads(cadre: Cadre, unit: Unit) -> bool:
    """Whether the cadre is head of the unit, or of one that it is part of."""
    return any(post.unit.contains(unit) for post in cadre.posts_as(Role.HEAD))


@dataclass(frozen=True)
class Waiting:
    """The open cases of an age, or whose last day is the same: how many, and how many of them are late.

    ``share`` and ``late_share`` are lengths of bars, in percent of the longest one.
    """

    label: str | Promise | date
    number: Number
    late: Number
    share: float
    late_share: float


@dataclass(frozen=True)
class Took:
    """Days from arrival to answer: half took no more than ``median``, nine in ten no more than ``most``."""

    median: int
    most: int
    number: Number


@dataclass
class Workload:
    """What one cadre may see of a unit's work, with its sub-units."""

    cadre: Cadre
    unit: Unit

    def __post_init__(self) -> None:
        self.now = timezone.now()
        self.today = timezone.localdate(self.now)
        monday = self.today - timedelta(days=self.today.weekday())
        self.mondays = [monday - timedelta(weeks=n) for n in reversed(range(WEEKS))]

    def weeks(self) -> list[tuple[date, Number, Number]]:
        """(Monday, what came in and lies with the unit, what it answered) of each week of the last half year."""
        found = self._cases.filter(state__in=COUNTED, recorded_at__gte=self._first)
        counted = found.annotate(week=self._week("recorded_at")).values_list("week").annotate(n=Count("pk"))
        came = {self.mondays[week - 1]: n for week, n in counted}
        went: dict[date, int] = {}
        for week, _days, n in self._answers:
            went[week] = went.get(week, 0) + n
        return [(monday, self._came(monday, came), self._went(monday, went)) for monday in self.mondays]

    def open(self) -> Number:
        return Number(sum(row.number.value for row in self.ages()), self._url(figure="open"))

    def late(self) -> Number:
        return Number(sum(row.late.value for row in self.ages()), self._url(figure="late"))

    def ages(self) -> list[Waiting]:
        """The open cases by the days since their arrival, the youngest first."""
        found = [
            (label, self._waiting[f"n{n}"], self._waiting[f"late{n}"], _days(first, last))
            for n, (label, first, last) in enumerate(self._ages)
        ]
        longest = max(number for _label, number, _late, _asked in found) or 1
        return [
            Waiting(
                label,
                Number(number, self._url(figure="open", **asked)),
                Number(late, self._url(figure="late", **asked)),
                *_shares(number, late, longest),
            )
            for label, number, late, asked in found
        ]

    def forecast(self) -> list[Waiting]:
        """The open cases by their last day, of the next seven: what gets late on the day after, if nothing is done."""
        days = self._next_days
        numbers = [self._waiting[f"due{n}"] for n in range(len(days))]
        longest = max(numbers) or 1
        none = Number(0, "")
        return [
            Waiting(day, Number(number, self._due(day, day)), none, *_shares(number, 0, longest))
            for day, number in zip(days, numbers, strict=True)
        ]

    def soon_late(self) -> Number:
        """What gets late within a week, if nothing is done."""
        total = sum(row.number.value for row in self.forecast())
        return Number(total, self._due(self._next_days[0], self._next_days[-1]))

    def took(self) -> Took | None:
        """How long the answers of the last half year took; None where there were none."""
        by_days: dict[int, int] = {}
        for _week, days, n in self._answers:
            by_days[days] = by_days.get(days, 0) + n
        if not by_days:
            return None
        asked = {"answered_from": self.mondays[0], "answered_to": self.today}
        number = Number(sum(by_days.values()), self._url(**asked))
        return Took(_within(by_days, 50), _within(by_days, 90), number)

    def people(self) -> list[tuple[Cadre, int]]:
        """Whoever works in the unit or holds a case of it, by name, with how many cases hang on them: for their
        head, to hand them over. Nothing here says how well or how fast anybody works."""
        numbers = held(self.cadre)
        holding = self._cases.filter(state__in=OPEN | ANSWERED).values("person")
        people = Cadre.objects.filter(Q(pk__in=people_of(self.unit).values("pk")) | Q(pk__in=holding))
        return [(cadre, numbers.get(cadre.pk, 0)) for cadre in people.order_by("name", "pk")]

    @cached_property
    def _cases(self) -> QuerySet[Opinion]:
        # The units by name: an index that begins with the unit then finds the cases.
        units = list(Unit.objects.under(self.unit).values_list("pk", flat=True))
        return Opinion.objects.visible_to(self.cadre).filter(unit__in=units).order_by()

    @cached_property
    def _first(self) -> object:
        return midnight(self.mondays[0])

    @cached_property
    def _next_days(self) -> list[date]:
        return [self.today + n * _DAY for n in range(_AHEAD)]

    @cached_property
    def _ages(self) -> list[tuple[str | Promise, date | None, date]]:
        """(label, first day of arrival, last day of arrival)"""
        found, last = [], self.today
        for days, label in _AGES:
            first = None if days is None else self.today - timedelta(days=days)
            found.append((label, first, last))
            last = first - _DAY if first else last
        return found

    @cached_property
    def _waiting(self) -> dict[str, int]:
        """All that is counted of the open cases, in one reading: by stretches of arrival and of the last moment."""
        arrivals = [midnight(first) for _label, first, _last in reversed(self._ages) if first]
        arrivals.append(midnight(self.today + _DAY))
        # A last moment belongs to the day that it ends: each stretch begins just after one.
        ends = [midnight(day) + _INSTANT for day in [*self._next_days, self._next_days[-1] + _DAY]]
        ends.insert(1, self.now + _INSTANT)
        found = self._cases.filter(state__in=OPEN).annotate(
            arrived=_stretch("recorded_at", arrivals), due=_stretch("due_at", ends)
        )
        counts = dict.fromkeys(_COUNTED, 0)
        for arrived, due, n in found.values_list("arrived", "due").annotate(n=Count("pk")):
            age = len(_AGES) - 1 - arrived
            if age >= 0:  # nothing arrives tomorrow
                counts[f"n{age}"] += n
                counts[f"late{age}"] += n if due is not None and due < 2 else 0
            if due is not None and 0 < due < len(ends):
                counts[f"due{max(due - 2, 0)}"] += n
        return counts

    @cached_property
    def _answers(self) -> list[tuple[date, int, int]]:
        """(Monday, days from arrival to answer, how many) of the answers of the last half year."""
        found = self._cases.filter(answered_at__gte=self._first)
        days = Func(
            TruncDate("answered_at"), TruncDate("recorded_at"),
            template="greatest(%(expressions)s, 0)", arg_joiner=" - ", output_field=IntegerField(),
        )  # fmt: skip
        grouped = found.annotate(week=self._week("answered_at"), days=days).values("week", "days")
        counted = grouped.annotate(n=Count("pk")).values_list("week", "days", "n")
        return [(self.mondays[week - 1], days, n) for week, days, n in counted]

    def _week(self, moment: str) -> Func:
        """In which of the weeks it lies, from 1 on."""
        return _stretch(moment, [midnight(monday) for monday in self.mondays])

    def _came(self, monday: date, counted: dict[date, int]) -> Number:
        asked = {"recorded_from": monday, "recorded_to": monday + 6 * _DAY}
        return Number(counted.get(monday, 0), self._url(figure="collected", **asked))

    def _went(self, monday: date, counted: dict[date, int]) -> Number:
        asked = {"answered_from": monday, "answered_to": monday + 6 * _DAY}
        return Number(counted.get(monday, 0), self._url(**asked))

    def _due(self, first: date, last: date) -> str:
        return self._url(figure="open", due_from=first, due_to=last, order="due")

    def _url(self, **asked: object) -> str:
        return f"{reverse('opinion-list')}?{urlencode({'unit': self.unit.pk} | asked)}"


def _stretch(moment: str, begins: list[datetime]) -> Func:
    """In which stretch of time it lies: 0 before the first begins, 1 from then on …; to find out the week or day of
    each in its time zone takes several times as long."""
    moments = Value(begins, output_field=ArrayField(DateTimeField()))
    return Func(F(moment), moments, function="width_bucket", output_field=IntegerField())


def _days(first: date | None, last: date) -> dict[str, date]:
    """How a list is asked for what arrived on these days."""
    return ({"recorded_from": first} if first else {}) | {"recorded_to": last}


def _shares(number: int, late: int, longest: int) -> tuple[float, float]:
    return round(100 * number / longest, 1), round(100 * late / longest, 1)


def _within(by_days: dict[int, int], percent: int) -> int:
    """The fewest days within which so many percent lie."""
    whole, so_far = sum(by_days.values()), 0
    for days in sorted(by_days):
        so_far += by_days[days]
        if so_far * 100 >= whole * percent:
            return days
    raise ValueError("nothing to count")
