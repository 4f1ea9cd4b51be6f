"""Reading tallies: one statement adds up the folded rows and what waits to be folded."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
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
    of the dimensions. All time up to ``until`` counts. ``names`` are the counts that are wanted: to add up all
    takes three times as long as to add up four.
    """

    places: tuple[str, ...] | None
    until: date
    dimensions: tuple[str, ...] = (Dimension.ALL,)
    digits: int = 0
    campaign: Campaign | None = None
    keys: tuple[str, ...] | None = None
    names: tuple[str, ...] = COUNTS
    # To the end of the year that ``until`` lies in: a tenth of the rows, and the same of what never lies ahead.
    whole_years: bool = False
    ahead: "Ahead | None" = None


@dataclass(frozen=True)
class Ahead:
    """What the days after ``Asked.until`` will add to some counts, if nothing is done; told as ``ahead(name)``."""

    until: date
    names: tuple[str, ...]


def ahead(name: str) -> str:
    return f"{name} ahead"


def read(asked: Asked, sight: Sight) -> Told:
    """What somebody with this sight may count."""
    if asked.places == ():
        return {}
    sums = {name: f"sum(sign * {name})" for name in asked.names}
    if asked.ahead:
        sums |= {ahead(name): f"sum(ahead * {name})" for name in asked.ahead.names}
    columns = ", ".join(f"coalesce({column}, 0)::integer" for column in sums.values())
    parts = [*_folded(asked, sight), _waiting(asked, sight)]
    counted = " UNION ALL ".join(statement for statement, _values in parts)
    with connections[router.db_for_read(Tally)].cursor() as cursor:
        cursor.execute(
            f"SELECT dimension, left(place, %s), key, {columns} FROM ({counted}) counted GROUP BY 1, 2, 3",  # noqa: S608 – names of columns only
            [asked.digits, *chain.from_iterable(values for _statement, values in parts)],
        )
        # What was taken away again, or lies in what is left out of a year, is nothing.
        return {row[:3]: dict(zip(sums, row[3:], strict=True)) for row in cursor.fetchall() if any(row[3:])}


_Part = tuple[str, list[object]]


def _folded(asked: Asked, sight: Sight) -> Iterator[_Part]:
    """The folded rows that the viewer adds up, and those taken away from them; each with the statement's values."""
    where, common = _where(asked)
    added_up, left_out = _periods(asked)
    days_ahead = _days_ahead(asked)
    sign = "CASE WHEN period = ANY(%s) THEN 1 WHEN period = ANY(%s) THEN -1 ELSE 0 END"
    rows = f"FROM {Tally._meta.db_table} WHERE {where} AND period = ANY(%s) AND"
    begun = [added_up, left_out, days_ahead, *common, added_up + left_out + days_ahead]
    yield (
        f"{_select(asked)}, {sign} AS sign, (period = ANY(%s))::integer AS ahead {rows} accused = ANY(%s)",
        [*begun, list(sight.sums)],
    )
    if sight.hidden:
        taken_away, values = sight.taken_away
        signatures = f"accused = ANY(ARRAY({_SIGNATURES} AND {taken_away}))"
        yield (
            f"{_select(asked)}, -{sign} AS sign, -(period = ANY(%s))::integer AS ahead {rows} {signatures}",
            [*begun, *values],
        )


def _waiting(asked: Asked, sight: Sight) -> _Part:
    """The rows that wait to be folded, both kinds at once: of this view the planning takes longest."""
    where, common = _where(asked)
    sums, until = list(sight.sums), _until(asked)
    side = "CASE WHEN accused = ANY(%s) THEN 1 ELSE -1 END"
    seen, values = "accused = ANY(%s)", [sums]
    if sight.hidden:
        taken_away, more = sight.taken_away
        seen, values = f"({seen} OR {taken_away})", [sums, *more]
    return (
        f"{_select(asked)}, {side} * (day <= %s)::integer AS sign, {side} * (day > %s)::integer AS ahead"
        f" FROM grievances_tallycell WHERE {where} AND day <= %s AND {seen}",
        [sums, until, sums, until, *common, asked.ahead.until if asked.ahead else until, *values],
    )


def _select(asked: Asked) -> str:
    names = dict.fromkeys([*asked.names, *(asked.ahead.names if asked.ahead else ())])
    return f"SELECT place, dimension, key, {', '.join(names)}"


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


def _until(asked: Asked) -> date:
    return date(asked.until.year, 12, 31) if asked.whole_years else asked.until


def _periods(asked: Asked) -> tuple[list[str], list[str]]:
    return (periods.years(asked.until), []) if asked.whole_years else periods.up_to(asked.until)


def _days_ahead(asked: Asked) -> list[str]:
    return periods.between(asked.until + timedelta(days=1), asked.ahead.until) if asked.ahead else []


def added(found: Iterable[Counts]) -> Counts:
    """Several counts in one; what none of them has is 0."""
    total = dict.fromkeys(COUNTS, 0)
    for counts in found:
        for name, number in counts.items():
            total[name] = total.get(name, 0) + number
    return total


def merged(one: Told, other: Told) -> Told:
    """What two readings, of different opinions, tell together."""
    return {
        key: added(told[key] for told in (one, other) if key in told) for key in one.keys() | other.keys()
    }
