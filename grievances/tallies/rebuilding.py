"""Making all tallies from the spans: after a bulk load, which goes past the triggers, and as what a check expects."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from grievances.models import COUNTS, TallyMoment
from grievances.tallies.folding import ADD
from villages.models import CODE_LENGTH, Level, Region

_TOWN, _VILLAGE, _DISTRICT = (CODE_LENGTH[level] for level in (Level.TOWN, Level.VILLAGE, Level.DISTRICT))
_SUMS = ", ".join(f"nullif(sum({name}), 0)::integer AS {name}" for name in COUNTS)
_ANY = " OR ".join(f"sum({name}) <> 0" for name in COUNTS)
_COUNTS = ", ".join(COUNTS)
# So many spans are worked on at once, as what is made of them shall fit into memory.
_AT_ONCE = 10_000_000

# What changed on each day in the smallest places of some towns.
_CHANGES = f"""
    CREATE TEMPORARY TABLE tally_changes ON COMMIT DROP AS
    SELECT region, day, campaign, source, category, unit, accused, {_SUMS}
    FROM grievances_spanchange WHERE left(region, {_TOWN}) = ANY(%s) GROUP BY 1, 2, 3, 4, 5, 6, 7
"""  # noqa: S608 – names of columns only
# The same by dimension; weeks and days taken, of which only one count is kept, need the spans once more.
_DAYS = f"""
    CREATE TEMPORARY TABLE tally_days ON COMMIT DROP AS
    SELECT change.region AS place, told.dimension, change.day, change.campaign, told.key, change.accused, {_SUMS}
    FROM tally_changes change JOIN grievances_category category ON category.id = change.category
    CROSS JOIN LATERAL grievances_tally_keys(
        category.code, change.unit, change.source, NULL, NULL, NULL) told
    GROUP BY 1, 2, 3, 4, 5, 6
"""  # noqa: S608
_MORE_DAYS = f"""
    INSERT INTO tally_days (place, dimension, day, campaign, key, accused, collected, resolved)
    SELECT change.region, told.dimension, change.day, change.campaign, told.key, change.accused,
        sum(CASE told.only_count WHEN 'collected' THEN change.collected END),
        sum(CASE told.only_count WHEN 'resolved' THEN change.resolved END)
    FROM grievances_spanchange change CROSS JOIN LATERAL grievances_tally_keys(
        NULL, NULL, NULL, change.recorded_week, change.answered_week, change.took) told
    WHERE left(change.region, {_TOWN}) = ANY(%s) AND told.only_count <> ''
        AND (change.collected <> 0 OR change.resolved <> 0)
    GROUP BY 1, 2, 3, 4, 5, 6
"""  # noqa: S608
_WRITE = f"""
    INSERT INTO {{into}} (place, dimension, period, campaign, key, accused, {_COUNTS})
    SELECT left(place, %s), dimension, period, campaign, key, accused, {_SUMS}
    FROM tally_days CROSS JOIN LATERAL grievances_tally_periods(day)
    WHERE length(place) >= %s GROUP BY 1, 2, 3, 4, 5, 6 HAVING {_ANY}
"""  # noqa: S608
# A district is the sum of its towns, and of what was said of the district as a whole.
_WRITE_DISTRICTS = f"""
    INSERT INTO {{into}} AS t (place, dimension, period, campaign, key, accused, {_COUNTS})
    SELECT left(place, {_DISTRICT}), dimension, period, campaign, key, accused, {_SUMS}
    FROM {{into}} WHERE length(place) = {_TOWN} GROUP BY 1, 2, 3, 4, 5, 6 HAVING {_ANY}
    ON CONFLICT (place, dimension, period, campaign, key, accused) DO UPDATE SET {ADD}
"""  # noqa: S608
_WRITE_SUMMED = f"""
    INSERT INTO {{into}} (place, dimension, period, campaign, key, accused, {_COUNTS})
    SELECT place, dimension, period, campaign, key, '*', {_SUMS}
    FROM {{into}} WHERE length(place) = {_DISTRICT} AND accused NOT IN ('', '*')
    GROUP BY place, dimension, period, campaign, key HAVING {_ANY}
"""  # noqa: S608


def rebuild() -> None:
    """Throw all tallies away and make them anew, in one transaction; whoever records meanwhile waits."""
    with alone() as cursor:
        _empty(cursor)
        write_all(cursor, into="grievances_tally")


def _empty(cursor: CursorWrapper) -> None:
    """Quickly; but row by row where a province takes the tallies in, as only that reaches it."""
    cursor.execute("SELECT count(*) FROM pg_publication_tables WHERE tablename = 'grievances_tally'")
    is_published = cursor.fetchone()[0] > 0
    cursor.execute("DELETE FROM grievances_tally" if is_published else "TRUNCATE grievances_tally")
    cursor.execute("TRUNCATE grievances_tallychange")


@contextmanager
def alone() -> Iterator[CursorWrapper]:
    """A transaction in which nobody folds and no span changes."""
    with transaction.atomic():
        TallyMoment.objects.select_for_update().get(pk=TallyMoment.LOCK)
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE grievances_opinionspan IN SHARE MODE")
            cursor.execute("SET LOCAL work_mem = '1GB'")
            yield cursor


def write_all(cursor: CursorWrapper, *, into: str) -> None:
    """Write what the tallies must be into an empty table of their shape."""
    for towns in _towns(cursor):
        cursor.execute(_CHANGES, [towns])
        cursor.execute(_DAYS)
        cursor.execute(_MORE_DAYS, [towns])
        for digits in (_VILLAGE, _TOWN):
            _write(cursor, digits, into)
        cursor.execute("DELETE FROM tally_days WHERE length(place) > %s", [_DISTRICT])
        _write(cursor, _DISTRICT, into)
        cursor.execute("DROP TABLE tally_changes, tally_days")
    cursor.execute(_WRITE_DISTRICTS.format(into=into))
    cursor.execute(_WRITE_SUMMED.format(into=into))


def _write(cursor: CursorWrapper, digits: int, into: str) -> None:
    cursor.execute(_WRITE.format(into=into), [digits, digits])


def _towns(cursor: CursorWrapper) -> Iterator[list[str]]:
    """The towns in groups; a district stands for what was said of it as a whole."""
    cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'grievances_opinionspan'::regclass")
    groups = 1 + max(int(cursor.fetchone()[0]), 0) // _AT_ONCE  # negative: never analysed
    places = Region.objects.filter(level__in=[Level.TOWN, Level.DISTRICT]).order_by("pk")
    codes = list(places.values_list("pk", flat=True))
    for n in range(groups):
        yield codes[n::groups]
