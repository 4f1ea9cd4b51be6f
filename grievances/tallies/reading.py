"""Reading tallies: one statement adds up the folded rows and what waits to be folded."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connections

from grievances.models import COUNTS, Campaign, Dimension, Tally
from grievances.tallies import periods
from grievances.tallies.routing import alias
from grievances.tallies.sight import Sight

Counts = dict[str, int]

_SUMS = ", ".join(f"sum({name})::integer" for name in COUNTS)
_COUNTS = ", ".join(COUNTS)


@dataclass(frozen=True)
class Asked:
    """Which tallies to add up.

    ``places`` are codes of districts, towns or villages; the result is told apart by their first ``digits``
    digits, so that 6 gives whole districts and 0 everything in one. ``keys`` None is every key of the
    dimension. All time up to ``until`` counts, or only the days from ``since`` on.
    """

    places: tuple[str, ...]
    dimension: str = Dimension.ALL
    digits: int = 0
    campaign: Campaign | None = None
    keys: tuple[str, ...] | None = None
    until: date = date.max
    since: date | None = None


def read(asked: Asked, sight: Sight) -> dict[tuple[str, str], Counts]:
    """{(place, key): counts} of what somebody with this sight may count."""
    if not asked.places:
        return {}
    where, values = _where(asked, sight)
    span, bounds = _time(asked)
    statement = (
        f"SELECT left(place, %s), key, {_SUMS} FROM ("  # noqa: S608 – names of columns only
        f"SELECT place, key, {_COUNTS} FROM {Tally._meta.db_table} WHERE {where} AND period = ANY(%s)"
        f" UNION ALL SELECT place, key, {_COUNTS} FROM grievances_tallycell WHERE {where} AND {span}"
        ") counted GROUP BY 1, 2"
    )
    with connections[alias()].cursor() as cursor:
        cursor.execute(statement, [asked.digits, *values, _periods(asked), *values, *bounds])
        return {(row[0], row[1]): dict(zip(COUNTS, row[2:], strict=True)) for row in cursor}


def _where(asked: Asked, sight: Sight) -> tuple[str, list[object]]:
    conditions = ["place = ANY(%s)", "dimension = %s"]
    values: list[object] = [list(asked.places), str(asked.dimension)]
    if asked.campaign is not None:
        conditions.append("campaign = %s")
        values.append(asked.campaign.pk)
    if asked.keys is not None:
        conditions.append("key = ANY(%s)")
        values.append(list(asked.keys))
    condition, signatures = sight.condition()
    return " AND ".join([*conditions, condition]), values + signatures


def _time(asked: Asked) -> tuple[str, list[object]]:
    if asked.since is None:
        return "day <= %s", [asked.until]
    return "day BETWEEN %s AND %s", [asked.since, asked.until]


def _periods(asked: Asked) -> list[str]:
    return periods.up_to(asked.until) if asked.since is None else periods.between(asked.since, asked.until)


def total(found: Iterable[Counts]) -> Counts:
    """Several counts added up."""
    added = dict.fromkeys(COUNTS, 0)
    for counts in found:
        for name in COUNTS:
            added[name] += counts[name]
    return added
