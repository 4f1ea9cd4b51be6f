"""What a dashboard shows: figures of a place, and the same by place, category, unit and week."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from urllib.parse import urlencode

from django.urls import reverse

from grievances.measures import figures
from grievances.measures.board_names import Names, names_of
from grievances.measures.rates import Rate, expected_share
from grievances.models import Campaign, Category, Dimension
from grievances.tallies.columns import nothing, value
from grievances.tallies.counting import Counting
from grievances.tallies.periods import monday
from grievances.tallies.reading import Counts, added
from grievances.workflow import Ground
from villages.models import CODE_LENGTH, LEVEL_OF_LENGTH, Cadre, Level, Region
from villages.scope import paths_above

_COLUMNS = ("collected", "resolved", "explained", "late")
_WEEKS = 26
_MOST_UNITS = 30
_DIMENSIONS = (
    Dimension.CATEGORY, Dimension.UNIT, Dimension.RECORDED, Dimension.ANSWERED, Dimension.TOOK,
)  # fmt: skip
ALL = "all"  # instead of a campaign: every opinion


@dataclass(frozen=True)
class Number:
    """A number and the list that it counts; no address where there is none."""

    value: int
    url: str


@dataclass
class Row:
    """One line of a table: numbers that open their lists, and the resolved rate.

    ``expected`` is the share that the row is judged by: what its mix of categories lets expect where it
    ``is_adjusted``, else the whole's.
    """

    label: str
    url: str
    numbers: list[Number]
    rate: Rate
    verdict: int = 0
    expected: float | None = None
    is_adjusted: bool = False
    place: str = ""  # the code, where the row is a place
    note: str = ""  # how old its figures are, at a province
    warning: str = ""  # why they are old


@dataclass
class Board:
    """One place, campaign and day, for one viewer."""

    cadre: Cadre | None
    region: Region
    campaign: Campaign | None
    as_of: date | None = None

    # Whether places are judged by what their mix of categories lets expect.
    adjusts = True
    # Whether the units that answer are the place's own.
    tells_units = True

    @cached_property
    def _counting(self) -> Counting:
        return Counting(self.cadre, self.region.pk, self.campaign, self.as_of)

    @cached_property
    def _told(self) -> dict[str, dict[str, Counts]]:
        """What the board's tables say of the place itself, in one reading: {dimension: {key: counts}}."""
        told: dict[str, dict[str, Counts]] = {name: {} for name in _DIMENSIONS}
        for (dimension, _place, key), counts in self._counting.by(*_DIMENSIONS, names=_COLUMNS).items():
            told[dimension][key] = counts
        return told

    @cached_property
    def _units(self) -> dict[int, Counts]:
        """What each lead unit was given, its sub-units not included."""
        told = self._told[Dimension.UNIT] if self.tells_units else {}
        return {int(key): counts for key, counts in told.items() if key != "0"}

    @cached_property
    def _names(self) -> Names:
        busiest = sorted(self._units, key=lambda pk: (-self._units[pk]["collected"], pk))[:_MOST_UNITS]
        return names_of(self.region.pk, units=busiest, counted=self._units)

    @cached_property
    def _total(self) -> Counts:
        return self._counting.total()

    def url(self, figure: str, **more: object) -> str:
        """The list behind a number."""
        asked = {"figure": figure} | self._asked | more
        # Hundreds a page: names, codes, numbers and days need no quoting.
        return self._list + "&".join(f"{name}={value}" for name, value in asked.items())

    @cached_property
    def _list(self) -> str:
        return f"{reverse('opinion-list')}?"

    @cached_property
    def _asked(self) -> dict[str, object]:
        """What all lists behind the board's numbers are asked for."""
        asked = {"region": self.region.pk, "campaign": self.campaign and self.campaign.pk}
        asked |= {"as_of": self.as_of if figures.is_past(self.as_of) else None}
        return {name: value for name, value in asked.items() if value}

    def figures(self) -> dict[str, Number]:
        """All figures of the place."""
        return {name: Number(value(self._total, name), self.url(name)) for name in figures.FIGURES}

    def grounds(self) -> list[tuple[str, Number]]:
        """The explained ones by ground, the most frequent first."""
        counted = sorted(((self._total[ground.value], ground) for ground in Ground), reverse=True)
        return [
            (ground.label, Number(number, self.url("explained", ground=ground.value)))
            for number, ground in counted
            if number
        ]

    def median_days(self) -> int | None:
        """Days from the arrival to the answer, of the resolved ones: half took no more."""
        took = {int(key): counts["resolved"] for key, counts in self._told[Dimension.TOOK].items()}
        whole, so_far = sum(took.values()), 0
        for days in sorted(took):
            so_far += took[days]
            if so_far * 2 >= whole > 0:
                return days
        return None

    def by_place(self) -> list[Row]:
        """The next level below, in official order, with how surely each differs from what is expected of it."""
        length = next((n for n in sorted(LEVEL_OF_LENGTH) if n > len(self.region.pk)), None)
        if length is None or length > CODE_LENGTH[Level.VILLAGE]:
            return []
        places = self._names.places
        counted = self._counting.below(length, among=[place.pk for place in places], names=_COLUMNS)
        mixes = self._counting.mixes(counted) if self.adjusts else {}
        listed = [p for p in places if p.closed_on is None or p.pk in counted]
        rows = [self._row(p.label, self._drill(p, length), counted.get(p.pk), region=p.pk) for p in listed]
        return self._judged(rows, mixes)

    @cached_property
    def _rate(self) -> Rate:
        """The place's own resolved rate, which all that lies in it is compared with."""
        return Rate(self._total["resolved"], self._total["collected"])

    @cached_property
    def _rates(self) -> dict[str, Rate]:
        """The place's own rate in each category."""
        told = self._told[Dimension.CATEGORY]
        return {key: Rate(counts["resolved"], counts["collected"]) for key, counts in told.items()}

    def _judged(self, rows: list[Row], mixes: dict[str, dict[str, int]] | None = None) -> list[Row]:
        """Say of each row whether its rate clearly differs from the whole's; of a place whose mix of categories is
        known, from what the whole's rates in these categories let expect."""
        for row in rows:
            mix = mixes.get(row.place) if mixes else None
            row.is_adjusted = bool(mix)
            row.expected = expected_share(mix, self._rates) if mix else self._rate.share
            row.verdict = row.rate.differs_from(row.expected)
        return rows

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
        told, rows = self._told[Dimension.CATEGORY], []
        for top, codes in self._names.categories:
            counted = [told[code] for code in codes if code in told]
            if counted:
                key = self.category_key(top)
                url = self.url("collected", category=key)
                rows.append(self._row(top.label, url, added(counted), category=key))
        return self._judged(rows)

    def category_key(self, category: Category) -> object:
        """How a list is asked for a category."""
        return category.pk

    def by_unit(self) -> list[Row]:
        """The lead units with most opinions, in official order."""
        # With its sub-units, as the list behind the number has them.
        parts: dict[str, list[Counts]] = defaultdict(list)
        for pk, path in self._names.paths.items():
            for above in paths_above(path):
                parts[above].append(self._units[pk])
        rows = [
            self._row(unit.label, self.url("collected", unit=unit.pk), added(parts[unit.path]), unit=unit.pk)
            for unit in self._names.units
        ]
        return self._judged(rows)

    def _row(self, label: str, url: str, counts: Counts | None, **more: object) -> Row:
        counts = counts or nothing()
        numbers = [Number(value(counts, name), self.url(name, **more)) for name in _COLUMNS]
        rate = Rate(counts["resolved"], counts["collected"])
        return Row(label, url, numbers, rate, place=str(more.get("region", "")))

    def by_week(self) -> list[tuple[date, Number, Number]]:
        """(Monday, collected in that week, resolved in that week) of the last half year, week after week."""
        collected = self._weeks(Dimension.RECORDED, "collected")
        resolved = self._weeks(Dimension.ANSWERED, "resolved")
        return [
            (
                monday,
                Number(
                    collected.get(monday, 0),
                    self.url("collected", recorded_from=monday, recorded_to=monday + timedelta(days=6)),
                ),
                Number(
                    resolved.get(monday, 0),
                    self.url("resolved", answered_from=monday, answered_to=monday + timedelta(days=6)),
                ),
            )
            for monday in _week_after_week(collected.keys() | resolved.keys())
        ]

    def _weeks(self, dimension: str, name: str) -> dict[date, int]:
        counted = {monday(key): counts[name] for key, counts in self._told[dimension].items()}
        return {day: number for day, number in counted.items() if number}


def _week_after_week(mondays: set[date]) -> list[date]:
    """From the first of these to the last, also the weeks in which nothing happened; at most half a year."""
    if not mondays:
        return []
    last = max(mondays)
    first = max(min(mondays), last - timedelta(weeks=_WEEKS - 1))
    return [first + timedelta(weeks=n) for n in range((last - first).days // 7 + 1)]
