"""Making all tallies from the spans: after a bulk load, which goes past the triggers, and as what a check expects."""

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from grievances.models import COUNTS, KEYS, Tally, TallyMoment
from grievances.tallies.signatures import UNRELEASED, part
from villages.models import CODE_LENGTH, Level, Region

_TOWN, _VILLAGE, _DISTRICT = (CODE_LENGTH[level] for level in (Level.TOWN, Level.VILLAGE, Level.DISTRICT))
_SUMS = ", ".join(f"nullif(sum({name}), 0)::integer AS {name}" for name in COUNTS)
_COUNTS = ", ".join(COUNTS)
_KEYS = ", ".join(KEYS)
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
    INSERT INTO {{into}} ({_KEYS}, {_COUNTS})
    SELECT place, dimension, accused, {{period}}, key, campaign, {_COUNTS} FROM {{out_of}}
    WHERE num_nulls({_COUNTS}) < {len(COUNTS)} {{order}}
"""  # noqa: S608
# A district is the sum of its towns, and of what was said of the district as a whole.
_DISTRICTS = f"""
    CREATE {{kind}} TABLE tally_districts (place text, dimension text, day date, campaign bigint, key text, accused text,
        {", ".join(f"{name} integer" for name in COUNTS)})
"""
_ADD_TO_DISTRICTS = f"""
    INSERT INTO tally_districts
    SELECT left(place, {_DISTRICT}), dimension, day, campaign, key, accused, {_SUMS}
    FROM (SELECT * FROM tally_level UNION ALL SELECT * FROM tally_days WHERE length(place) < {_TOWN}) parts
    GROUP BY 1, 2, 3, 4, 5, 6
"""  # noqa: S608
_WHOLE_DISTRICTS = f"""
    CREATE TEMPORARY TABLE tally_days ON COMMIT DROP AS
    SELECT place, dimension, day, campaign, key, accused, {_SUMS} FROM tally_districts GROUP BY 1, 2, 3, 4, 5, 6
"""  # noqa: S608
# Opinions that accuse somebody, summed: all, those of whom nobody is unknown, and what leaves a district.
_SUMMED = f"""
    INSERT INTO tally_days
    SELECT place, dimension, day, campaign, key, '{{sign}}', {_SUMS} FROM tally_days WHERE {{which}}
    GROUP BY 1, 2, 3, 4, 5
"""  # noqa: S608
_ACCUSING = _SUMMED.format(sign=Tally.ACCUSING, which="accused LIKE ',%'")
_RELEASED = _SUMMED.format(
    sign=Tally.RELEASED, which=f"accused LIKE ',%' AND position('{part(UNRELEASED)}' IN accused) = 0"
)
_LEAVING = _SUMMED.format(sign=Tally.LEAVING, which=f"accused = '{Tally.ACCUSING}'")


def rebuild() -> None:
    """Throw all tallies away and make them anew, in one transaction; whoever records meanwhile waits."""
    with alone() as cursor:
        _clear(cursor)
        write_all(cursor, into="grievances_tally")
        _close(cursor)


def rebuild_in_parallel(*, jobs: int) -> None:
    """The same with several processes, where nobody else works on the database; broken off, it is begun again."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS tally_districts")
        _clear(cursor)
        cursor.execute(_DISTRICTS.format(kind="UNLOGGED"))
        groups = list(_towns(cursor, least=jobs))
    connection.close()
    fork = multiprocessing.get_context("fork")
    workers = [fork.Process(target=_write_apart, args=(groups[n::jobs],)) for n in range(jobs)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        raise RuntimeError("The tallies are not whole: run it again.")
    with transaction.atomic(), connection.cursor() as cursor:
        _make_room(cursor)
        _write_districts(cursor, into="grievances_tally")
        _close(cursor)
        cursor.execute("DROP TABLE tally_districts")


def _write_apart(groups: list[list[str]]) -> None:
    """One process's part of the towns."""
    own = connection.get_new_connection(connection.get_connection_params())
    try:
        for towns in groups:
            with own, own.cursor() as cursor:  # commits
                _make_room(cursor)
                _write_towns(cursor, towns, into="grievances_tally")
    finally:
        own.close()


def _clear(cursor: CursorWrapper) -> None:
    """Empty tallies, without their key: of millions of rows it is made when they are there. Row by row where a
    province takes the tallies in, as only that reaches it."""
    cursor.execute("TRUNCATE grievances_tallychange")
    cursor.execute(
        "SELECT count(*) FROM pg_publication_tables"
        " WHERE format('%I.%I', schemaname, tablename)::regclass = 'grievances_tally'::regclass"
    )
    if cursor.fetchone()[0]:
        cursor.execute("DELETE FROM grievances_tally")
        return
    cursor.execute("TRUNCATE grievances_tally")
    cursor.execute("ALTER TABLE grievances_tally DROP CONSTRAINT IF EXISTS grievances_tally_pkey")


def _close(cursor: CursorWrapper) -> None:
    cursor.execute(
        "SELECT count(*) FROM pg_constraint WHERE conrelid = 'grievances_tally'::regclass AND contype = 'p'"
    )
    if not cursor.fetchone()[0]:
        cursor.execute(f"ALTER TABLE grievances_tally ADD PRIMARY KEY ({_KEYS})")
    cursor.execute("ANALYZE grievances_tally")


def _make_room(cursor: CursorWrapper) -> None:
    cursor.execute("SET LOCAL work_mem = '1GB'")
    cursor.execute("SET LOCAL maintenance_work_mem = '1GB'")
    # Of what is made here nothing is known beforehand, and sorting it takes many times as long.
    cursor.execute("SET LOCAL enable_sort = off")


@contextmanager
def alone() -> Iterator[CursorWrapper]:
    """A transaction in which nobody folds and no span changes."""
    with transaction.atomic():
        TallyMoment.objects.select_for_update().get(pk=TallyMoment.LOCK)
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE grievances_opinionspan IN SHARE MODE")
            _make_room(cursor)
            yield cursor


def write_all(cursor: CursorWrapper, *, into: str) -> None:
    """Write what the tallies must be into an empty table of their shape."""
    cursor.execute(_DISTRICTS.format(kind="TEMPORARY"))
    for towns in _towns(cursor):
        _write_towns(cursor, towns, into=into)
    _write_districts(cursor, into=into)
    cursor.execute("DROP TABLE tally_districts")


def _write_towns(cursor: CursorWrapper, towns: list[str], *, into: str) -> None:
    """The villages and towns, and their part of their districts."""
    cursor.execute(_CHANGES, [towns])
    cursor.execute(_DAYS)
    cursor.execute(_MORE_DAYS, [towns])
    cursor.execute(_ACCUSING)
    cursor.execute(_RELEASED)
    _write_level(cursor, _VILLAGE, into)
    cursor.execute("DROP TABLE tally_level")
    _write_level(cursor, _TOWN, into)
    cursor.execute(_ADD_TO_DISTRICTS)
    cursor.execute("DROP TABLE tally_level, tally_changes, tally_days")


def _write_districts(cursor: CursorWrapper, *, into: str) -> None:
    cursor.execute(_WHOLE_DISTRICTS)
    cursor.execute(_LEAVING)
    _write_level(cursor, _DISTRICT, into)
    cursor.execute("DROP TABLE tally_level, tally_days")


def _write_level(cursor: CursorWrapper, digits: int, into: str) -> None:
    """All periods of the places of one level; leaves its days in ``tally_level``."""
    cursor.execute(_LEVEL, [digits, digits])
    cursor.execute(_TENS)
    for shorter, longer, length in _STEPS:
        cursor.execute(_LONGER.format(shorter=shorter, longer=longer, digits=length))
    # What a dashboard adds up of a town or district lies together; a village's is little, and most rows are its.
    order = "ORDER BY 1, 2, 3, 4, 5, 6" if digits < _VILLAGE else ""
    day = "to_char(day, 'YYYY-MM-DD')"
    cursor.execute(_WRITE.format(into=into, out_of="tally_level", period=day, order=order))
    for out_of in ("tally_tens", "tally_months", "tally_years"):
        cursor.execute(_WRITE.format(into=into, out_of=out_of, period="period", order=order))
        cursor.execute(f"DROP TABLE {out_of}")


def _towns(cursor: CursorWrapper, *, least: int = 1) -> Iterator[list[str]]:
    """The towns in groups, at least so many; a district stands for what was said of it as a whole."""
    cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'grievances_opinionspan'::regclass")
    spans = max(int(cursor.fetchone()[0]), 0)  # negative: never analysed
    groups = least * (1 + spans // least // _AT_ONCE)
    places = Region.objects.filter(level__in=[Level.TOWN, Level.DISTRICT]).order_by("pk")
    codes = list(places.values_list("pk", flat=True))
    for n in range(groups):
        yield codes[n::groups]
