"""Making all tallies from the spans: after a bulk load, which goes past the triggers, and as what a check expects."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from grievances.models import COUNTS, TallyMoment
from villages.models import CODE_LENGTH, Level, Region

_TOWN, _VILLAGE, _DISTRICT = (CODE_LENGTH[level] for level in (Level.TOWN, Level.VILLAGE, Level.DISTRICT))
_SUMS = ", ".join(f"nullif(sum({name}), 0)::integer AS {name}" for name in COUNTS)
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
# From the days of a level its tens, from these its months, from these its years: each step has less to add up.
_LEVEL = f"""
    CREATE TEMPORARY TABLE tally_level ON COMMIT DROP AS
    SELECT left(place, %s) AS place, dimension, day, campaign, key, accused, {_SUMS}
    FROM tally_days WHERE length(place) >= %s GROUP BY 1, 2, 3, 4, 5, 6
"""  # noqa: S608
_TENS = f"""
    CREATE TEMPORARY TABLE tally_tens ON COMMIT DROP AS
    SELECT place, dimension, to_char(day, 'YYYY-MM-') || least((extract(day FROM day)::int - 1) / 10 + 1, 3) AS period,
        campaign, key, accused, {_SUMS} FROM tally_level GROUP BY 1, 2, 3, 4, 5, 6
"""  # noqa: S608
_LONGER = f"""
    CREATE TEMPORARY TABLE {{longer}} ON COMMIT DROP AS
    SELECT place, dimension, left(period, {{digits}}) AS period, campaign, key, accused, {_SUMS}
    FROM {{shorter}} GROUP BY 1, 2, 3, 4, 5, 6
"""  # noqa: S608
_STEPS = (("tally_tens", "tally_months", 7), ("tally_months", "tally_years", 4))
_WRITE = f"""
    INSERT INTO {{into}} (place, dimension, period, campaign, key, accused, {_COUNTS})
    SELECT place, dimension, {{period}}, campaign, key, accused, {_COUNTS} FROM {{out_of}}
    WHERE num_nulls({_COUNTS}) < {len(COUNTS)}
"""  # noqa: S608
# A district is the sum of its towns, and of what was said of the district as a whole.
_DISTRICTS = f"""
    CREATE TEMPORARY TABLE tally_districts ON COMMIT DROP AS
    SELECT left(place, {_DISTRICT}) AS place, dimension, day, campaign, key, accused, {_COUNTS}
    FROM tally_level WITH NO DATA
"""  # noqa: S608
_ADD_TO_DISTRICTS = f"""
    INSERT INTO tally_districts
    SELECT left(place, {_DISTRICT}), dimension, day, campaign, key, accused, {_SUMS}
    FROM (SELECT * FROM tally_level UNION ALL SELECT * FROM tally_days WHERE length(place) < {_TOWN}) parts
    GROUP BY 1, 2, 3, 4, 5, 6
"""  # noqa: S608
# Those whom opinions accuse stay apart; once more all together is what leaves the district.
_SUMMED = f"""
    INSERT INTO tally_districts
    SELECT place, dimension, day, campaign, key, '*', {_SUMS} FROM tally_districts WHERE accused <> ''
    GROUP BY 1, 2, 3, 4, 5
"""  # noqa: S608


def rebuild() -> None:
    """Throw all tallies away and make them anew, in one transaction; whoever records meanwhile waits."""
    with alone() as cursor:
        cursor.execute("TRUNCATE grievances_tally, grievances_tallychange")
        # Millions of rows: the key is made when they are there.
        cursor.execute("ALTER TABLE grievances_tally DROP CONSTRAINT grievances_tally_pkey")
        write_all(cursor, into="grievances_tally")
        cursor.execute(
            "ALTER TABLE grievances_tally ADD PRIMARY KEY (place, dimension, period, campaign, key, accused)"
        )
        cursor.execute("ANALYZE grievances_tally")


@contextmanager
def alone() -> Iterator[CursorWrapper]:
    """A transaction in which nobody folds and no span changes."""
    with transaction.atomic():
        TallyMoment.objects.select_for_update().get(pk=TallyMoment.LOCK)
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE grievances_opinionspan IN SHARE MODE")
            cursor.execute("SET LOCAL work_mem = '1GB'")
            cursor.execute("SET LOCAL maintenance_work_mem = '1GB'")
            # Of what is made here nothing is known beforehand, and sorting it takes many times as long.
            cursor.execute("SET LOCAL enable_sort = off")
            yield cursor


def write_all(cursor: CursorWrapper, *, into: str) -> None:
    """Write what the tallies must be into an empty table of their shape."""
    for n, towns in enumerate(_towns(cursor)):
        cursor.execute(_CHANGES, [towns])
        cursor.execute(_DAYS)
        cursor.execute(_MORE_DAYS, [towns])
        _write_level(cursor, _VILLAGE, into)
        cursor.execute("DROP TABLE tally_level")
        _write_level(cursor, _TOWN, into)
        if n == 0:
            cursor.execute(_DISTRICTS)
        cursor.execute(_ADD_TO_DISTRICTS)
        cursor.execute("DROP TABLE tally_level, tally_changes, tally_days")
    cursor.execute(_SUMMED)
    cursor.execute("ALTER TABLE tally_districts RENAME TO tally_days")
    _write_level(cursor, _DISTRICT, into)
    cursor.execute("DROP TABLE tally_level, tally_days")


def _write_level(cursor: CursorWrapper, digits: int, into: str) -> None:
    """All periods of the places of one level; leaves its days in ``tally_level``."""
    cursor.execute(_LEVEL, [digits, digits])
    cursor.execute(_TENS)
    for shorter, longer, length in _STEPS:
        cursor.execute(_LONGER.format(shorter=shorter, longer=longer, digits=length))
    cursor.execute(_WRITE.format(into=into, out_of="tally_level", period="to_char(day, 'YYYY-MM-DD')"))
    for out_of in ("tally_tens", "tally_months", "tally_years"):
        cursor.execute(_WRITE.format(into=into, out_of=out_of, period="period"))
        cursor.execute(f"DROP TABLE {out_of}")


def _towns(cursor: CursorWrapper) -> Iterator[list[str]]:
    """The towns in groups; a district stands for what was said of it as a whole."""
    cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'grievances_opinionspan'::regclass")
    groups = 1 + max(int(cursor.fetchone()[0]), 0) // _AT_ONCE  # negative: never analysed
    places = Region.objects.filter(level__in=[Level.TOWN, Level.DISTRICT]).order_by("pk")
    codes = list(places.values_list("pk", flat=True))
    for n in range(groups):
        yield codes[n::groups]
