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
# (dimension, place, key) → counts
Told = dict[tuple[str, str, str], Counts]

_EVERYWHERE = "place = ANY(ARRAY(SELECT code FROM villages_region WHERE level = 'district'))"


@dataclass(frozen=True)
class Asked:
    """Which tallies to add up.

    ``places`` are codes of districts, towns or villages, None all districts. What is counted is told apart by
    the first ``digits`` digits of their codes: 6 is by district, 0 everything in one. ``keys`` None is every key
    of the dimensions. All time up to ``until`` counts, or only the days from ``since`` on. ``names`` are the
    counts that are wanted: to add up all takes three times as long as to add up four.
    """

    places: tuple[str, ...] | None
    until: date
    dimensions: tuple[str, ...] = (Dimension.ALL,)
    digits: int = 0
    campaign: Campaign | None = None
    keys: tuple[str, ...] | None = None
    since: date | None = None
    names: tuple[str, ...] = COUNTS


def read(asked: Asked, sight: Sight) -> Told:
    """What somebody with this sight may count."""
    if asked.places == ():
        return {}
    where, values = _where(asked, sight)
    when, days = _time(asked)
    names = ", ".join(asked.names)
    sums = ", ".join(f"coalesce(sum({name}), 0)::integer" for name in asked.names)
    statement = (
        f"SELECT dimension, left(place, %s), key, {sums} FROM ("  # noqa: S608 – names of columns only
        f"SELECT place, dimension, key, {names} FROM {Tally._meta.db_table} WHERE {where} AND period = ANY(%s)"
        f" UNION ALL SELECT place, dimension, key, {names} FROM grievances_tallycell WHERE {where} AND {when}"
        ") counted GROUP BY 1, 2, 3"
    )
    with connections[alias()].cursor() as cursor:
        cursor.execute(statement, [asked.digits, *values, _periods(asked), *values, *days])
        return {tuple(row[:3]): dict(zip(asked.names, row[3:], strict=True)) for row in cursor}


def _where(asked: Asked, sight: Sight) -> tuple[str, list[object]]:
    conditions: list[str]
    values: list[object]
    conditions, values = ["dimension = ANY(%s)"], [[str(name) for name in asked.dimensions]]
    if asked.places is None:
        conditions.append(_EVERYWHERE)
    else:
        conditions.append("place = ANY(%s)")
        values.append(list(asked.places))
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
    if asked.since is None:
        return periods.up_to(asked.until)
    return periods.between(asked.since, asked.until)


def added(found: Iterable[Counts]) -> Counts:
    """Several counts in one; what none of them has is 0."""
    total = dict.fromkeys(COUNTS, 0)
    for counts in found:
        for name, number in counts.items():
            total[name] += number
    return total


def merged(one: Told, other: Told) -> Told:
    """What two readings, of different opinions, tell together."""
    return {
        key: added(told[key] for told in (one, other) if key in told) for key in one.keys() | other.keys()
    }
