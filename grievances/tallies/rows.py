"""The counts of tallies from the rows themselves: for viewers who see only some of a place, and for grids."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import F, QuerySet, Value
from django.db.models.expressions import Expression
from django.db.models.functions import Left, TruncDate, TruncWeek
from django.utils import timezone

from grievances.measures import figures
from grievances.models import COUNTS, Dimension, OpinionSpan
from grievances.tallies import periods
from grievances.tallies.reading import Counts, Told

# In the other dimensions all is counted.
ONLY = {Dimension.RECORDED: "collected", Dimension.ANSWERED: "resolved", Dimension.TOOK: "resolved"}


def read_rows(found: QuerySet, *dimensions: str, digits: int = 0, as_of: date | None = None) -> Told:
    """What ``figures.rows`` gave, counted as ``reading.read`` does, in one query for each dimension."""
    told: Told = {}
    for dimension in dimensions:
        told |= _by(found, dimension, digits, as_of)
    return told


def _by(found: QuerySet, dimension: str, digits: int, as_of: date | None) -> Told:
    names = (ONLY[dimension],) if dimension in ONLY else COUNTS
    keyed = _keyed(found, dimension)
    places = Left("region_id", digits) if digits else Value("")
    grouped = keyed.annotate(spot=places).order_by().values("spot", *_KEYS[dimension])
    counted = grouped.annotate(**figures.aggregates(names, as_of))
    result: Told = {}
    for row in counted:
        place, key = row["spot"], _key(dimension, row)
        if key is not None:
            before = result.setdefault((dimension, place, key), dict.fromkeys(COUNTS, 0))
            _add(before, row, names)
    return {key: counts for key, counts in result.items() if any(counts.values())}


def _add(counts: Counts, row: dict, names: Iterable[str]) -> None:
    for name in names:
        counts[name] += row[f"n_{name}"]


# What a row is grouped by; the database truncates, Python names the key.
_KEYS = {
    Dimension.ALL: (),
    Dimension.CATEGORY: ("category__code",),
    Dimension.UNIT: ("unit_id",),
    Dimension.SOURCE: ("source",),
    Dimension.RECORDED: ("week",),
    Dimension.ANSWERED: ("week",),
    Dimension.TOOK: ("first", "last"),
}


def _keyed(found: QuerySet, dimension: str) -> QuerySet:
    recorded = F("opinion__recorded_at" if found.model is OpinionSpan else "recorded_at")
    more: dict[Dimension, dict[str, Expression]] = {
        Dimension.RECORDED: {"week": TruncWeek(recorded)},
        Dimension.ANSWERED: {"week": TruncWeek("answered_at")},
        Dimension.TOOK: {"first": TruncDate(recorded), "last": TruncDate("answered_at")},
    }
    return found.annotate(**more.get(dimension, {}))


def _key(dimension: str, row: dict) -> str | None:
    values = [row[name] for name in _KEYS[dimension]]
    if dimension == Dimension.UNIT:
        return str(values[0] or 0)
    if None in values:
        return None
    if dimension == Dimension.TOOK:
        return str(max((values[1] - values[0]).days, 0))
    return _text(values[0]) if values else ""


def _text(value: object) -> str:
    return periods.week(timezone.localdate(value)) if isinstance(value, datetime) else str(value)
