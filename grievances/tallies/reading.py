"""Reading tallies: one statement adds up the folded rows and what waits to be folded."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import chain

from django.db import connections, router

from grievances.models import COUNTS, Campaign, Dimension, Tally
from grievances.tallies import periods
from grievances.tallies.sight import Sight

Counts = dict[str, int]
# (dimension, place, key) → counts
Told = dict[tuple[str, str, str], Counts]

# The signatures that any district ever had: each has a row for its year (by an index of its own).
_SIGNATURES = f"SELECT accused FROM {Tally._meta.db_table} WHERE dimension = 'all' AND length(place) = 6 AND length(period) = 4"  # noqa: S608
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
    # To the end of the year that ``until`` lies in: a tenth of the rows, and the same of what never lies ahead.
    whole_years: bool = False


def read(asked: Asked, sight: Sight) -> Told:
    """What somebody with this sight may count."""
    if asked.places == ():
        return {}
    parts = [_counted(asked, "accused = ANY(%s)", [list(sight.sums)])]
    if sight.hidden:
        condition, values = sight.taken_away
        signatures = f"accused = ANY(ARRAY({_SIGNATURES} AND {condition}))"
        parts += [_counted(asked, signatures, values, waiting=(condition, values), sign="-")]
    sums = ", ".join(f"coalesce(sum({name}), 0)::integer" for name in asked.names)
    counted = " UNION ALL ".join(statement for statement, _values in parts)
    with connections[router.db_for_read(Tally)].cursor() as cursor:
        cursor.execute(
            f"SELECT dimension, left(place, %s), key, {sums} FROM ({counted}) counted GROUP BY 1, 2, 3",  # noqa: S608 – names of columns only
            [asked.digits, *chain.from_iterable(values for _statement, values in parts)],
        )
        return {tuple(row[:3]): dict(zip(asked.names, row[3:], strict=True)) for row in cursor}


def _counted(
    asked: Asked,
    folded: str,
    values: list[object],
    *,
    waiting: tuple[str, list[object]] | None = None,
    sign: str = "",
) -> tuple[str, list[object]]:
    """The rows that fit, folded and waiting to be; and the values of the statement."""
    where, common = _where(asked)
    when, days = _time(asked)
    names = ", ".join(f"{sign}{name} AS {name}" for name in asked.names)
    condition, more = waiting or (folded, values)
    return (
        f"SELECT place, dimension, key, {names} FROM {Tally._meta.db_table}"  # noqa: S608
        f" WHERE {where} AND {folded} AND period = ANY(%s)"
        f" UNION ALL SELECT place, dimension, key, {names} FROM grievances_tallycell"
        f" WHERE {where} AND {condition} AND {when}",
        [*common, *values, _periods(asked), *common, *more, *days],
    )


def _where(asked: Asked) -> tuple[str, list[object]]:
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
    return " AND ".join(conditions), values


def _time(asked: Asked) -> tuple[str, list[object]]:
    if asked.since is None:
        return "day <= %s", [date(asked.until.year, 12, 31) if asked.whole_years else asked.until]
    return "day BETWEEN %s AND %s", [asked.since, asked.until]


def _periods(asked: Asked) -> list[str]:
    if asked.whole_years:
        return periods.years(asked.until)
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
