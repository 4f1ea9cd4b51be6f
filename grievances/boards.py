"""What a dashboard shows: figures of a place, and the same by place, category, unit and week."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from urllib.parse import urlencode

from django.db.models import Aggregate, DurationField, ExpressionWrapper, F, QuerySet
from django.db.models.functions import Left, TruncWeek
from django.urls import reverse
from django.utils import timezone

from grievances import figures
from grievances.models import Campaign, Category, OpinionSpan
from grievances.rates import Rate
from villages.models import CODE_LENGTH, LEVEL_OF_LENGTH, Cadre, Level, Region, Unit

_COLUMNS = ("collected", "resolved", "explained", "late")
_WEEKS = 26
ALL = "all"  # instead of a campaign: every opinion


class Median(Aggregate):
    """The middle value; null of nothing."""

    function = "PERCENTILE_CONT"
    name = "Median"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"


@dataclass(frozen=True)
class Number:
    """A number and the list that it counts."""

    value: int
    url: str


@dataclass
class Row:
    """One line of a table: numbers that open their lists, and the resolved rate."""

    label: str
    url: str
    numbers: list[Number]
    rate: Rate
    verdict: int = 0


@dataclass
class Board:
    """One place, campaign and day, for one viewer."""

    cadre: Cadre | None
    region: Region
    campaign: Campaign | None
    as_of: date | None = None
    _rows: QuerySet = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._rows = figures.rows(
            cadre=self.cadre, as_of=self.as_of, region=self.region.pk, campaign=self.campaign
        )

    def _is_past(self) -> bool:
        return self._rows.model is OpinionSpan

    def url(self, figure: str, **more: object) -> str:
        """The list behind a number."""
        asked = {"figure": figure, "region": self.region.pk, "campaign": self.campaign and self.campaign.pk}
        asked |= {"as_of": self.as_of if figures.is_past(self.as_of) else None} | more
        return f"{reverse('opinion-list')}?{urlencode({k: v for k, v in asked.items() if v})}"

    def figures(self) -> dict[str, Number]:
        """All figures of the place."""
        counted = figures.count(self._rows, as_of=self.as_of)
        return {name: Number(value, self.url(name)) for name, value in counted.items()}

    def grounds(self) -> list[tuple[str, Number]]:
        """The explained ones by ground."""
        counted = figures.count_by(self._rows.exclude(ground=""), F("ground"), "explained", as_of=self.as_of)
        labels = dict(self._rows.model._meta.get_field("ground").choices)
        return [
            (labels[ground], Number(n["explained"], self.url("explained", ground=ground)))
            for ground, n in sorted(counted.items(), key=lambda item: -item[1]["explained"])
            if n["explained"]
        ]

    def median_days(self) -> float | None:
        """Days from the arrival to the answer, of the resolved ones: half took less."""
        arrived = "opinion__recorded_at" if self._is_past() else "recorded_at"
        took = ExpressionWrapper(F("answered_at") - F(arrived), output_field=DurationField())
        found = figures.listed(self._rows, "resolved", as_of=self.as_of)
        middle = found.aggregate(days=Median(took, output_field=DurationField()))["days"]
        return middle / timedelta(days=1) if middle is not None else None

    def by_place(self) -> list[Row]:
        """The next level below, in official order, with how surely each differs from the whole."""
        length = next((n for n in sorted(LEVEL_OF_LENGTH) if n > len(self.region.pk)), None)
        if length is None or length > CODE_LENGTH[Level.VILLAGE]:
            return []
        counted = figures.count_by(self._rows, Left("region_id", length), *_COLUMNS, as_of=self.as_of)
        places = Region.objects.filter(parent=self.region).order_by("code")
        listed = [p for p in places if p.closed_on is None or p.pk in counted]
        rows = [self._row(p.label, self._drill(p, length), counted.get(p.pk), region=p.pk) for p in listed]
        return _judged(rows)

    def _drill(self, place: Region, length: int) -> str:
        if length == CODE_LENGTH[Level.VILLAGE]:
            return self.url("collected", region=place.pk)
        return self.place_url(place)

    def place_url(self, place: Region) -> str:
        """Another place's dashboard, of the same campaign and day."""
        asked = {"campaign": self.campaign.pk if self.campaign else ALL}
        asked |= {"as_of": self.as_of} if figures.is_past(self.as_of) else {}
        return f"{reverse('dashboard-place', args=[place.pk])}?{urlencode(asked)}"

    def by_category(self) -> list[Row]:
        """The first level of categories."""
        counted = figures.count_by(self._rows, F("category__parent"), *_COLUMNS, as_of=self.as_of)
        tops = Category.objects.filter(pk__in=counted)
        return _judged(
            [
                self._row(top.label, self.url("collected", category=top.pk), counted[top.pk], category=top.pk)
                for top in tops
            ]
        )

    def by_unit(self, most: int = 30) -> list[Row]:
        """The lead units with most opinions, in official order."""
        counted = figures.count_by(self._rows.exclude(unit=None), F("unit"), *_COLUMNS, as_of=self.as_of)
        busiest = sorted(counted, key=lambda pk: -counted[pk]["collected"])[:most]
        paths = dict(Unit.objects.filter(pk__in=counted).values_list("pk", "path"))
        rows = []
        for unit in Unit.objects.filter(pk__in=busiest).order_by("path"):
            # With its sub-units, as the list behind the number has them.
            below = [counted[pk] for pk, path in paths.items() if path.startswith(unit.path)]
            total = {name: sum(numbers[name] for numbers in below) for name in _COLUMNS}
            rows.append(self._row(unit.label, self.url("collected", unit=unit.pk), total, unit=unit.pk))
        return _judged(rows)

    def _row(self, label: str, url: str, counted: dict[str, int] | None, **more: object) -> Row:
        values = counted or dict.fromkeys(_COLUMNS, 0)
        numbers = [Number(values[name], self.url(name, **more)) for name in _COLUMNS]
        return Row(label, url, numbers, Rate(values["resolved"], values["collected"]))

    def by_week(self) -> list[tuple[date, Number, Number]]:
        """(Monday, collected in that week, resolved in that week) of the last half year, week after week."""
        arrived = "opinion__recorded_at" if self._is_past() else "recorded_at"
        collected = figures.count_by(self._rows, TruncWeek(arrived), "collected", as_of=self.as_of)
        resolved = figures.count_by(
            self._rows.exclude(answered_at=None), TruncWeek("answered_at"), "resolved", as_of=self.as_of
        )
        mondays = _week_after_week({timezone.localdate(week) for week in (*collected, *resolved)})
        by_day = {timezone.localdate(week): n for week, n in collected.items()}
        solved = {timezone.localdate(week): n for week, n in resolved.items()}
        return [
            (
                monday,
                Number(
                    by_day.get(monday, {}).get("collected", 0),
                    self.url("collected", recorded_from=monday, recorded_to=monday + timedelta(days=6)),
                ),
                Number(
                    solved.get(monday, {}).get("resolved", 0),
                    self.url("resolved", answered_from=monday, answered_to=monday + timedelta(days=6)),
                ),
            )
            for monday in mondays
        ]


def _week_after_week(mondays: set[date]) -> list[date]:
    """From the first of these to the last, also the weeks in which nothing happened; at most half a year."""
    if not mondays:
        return []
    last = max(mondays)
    first = max(min(mondays), last - timedelta(weeks=_WEEKS - 1))
    return [first + timedelta(weeks=n) for n in range((last - first).days // 7 + 1)]


def _judged(rows: list[Row]) -> list[Row]:
    """Say of each row whether its rate clearly differs from that of all together."""
    whole = Rate(sum(row.rate.part for row in rows), sum(row.rate.whole for row in rows))
    for row in rows:
        row.verdict = row.rate.differs_from(whole)
    return rows
