"""Whether the tallies say what a plain count says, place by place."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.backends.utils import CursorWrapper

from grievances.models import COUNTS, KEYS
from grievances.tallies.folding import ADD
from grievances.tallies.rebuilding import alone, write_all

_KEYS = ", ".join(KEYS)
_COUNTS = ", ".join(COUNTS)
# What the tallies say, with what waits to be folded.
_SAID = f"""
    INSERT INTO tally_said ({_KEYS}, {_COUNTS})
    SELECT {_KEYS}, {_COUNTS} FROM grievances_tally
    UNION ALL
    SELECT {_KEYS}, {_COUNTS} FROM grievances_tallycell CROSS JOIN LATERAL grievances_tally_periods(day)
"""  # noqa: S608 – names of columns only
_MISSING = f"""
    CREATE TEMPORARY TABLE tally_missing ON COMMIT DROP AS
    SELECT {_KEYS}, {", ".join(f"nullif(sum({name}), 0)::integer AS {name}" for name in COUNTS)}
    FROM (
        SELECT {_KEYS}, {_COUNTS} FROM tally_expected
        UNION ALL SELECT {_KEYS}, {", ".join(f"-{name}" for name in COUNTS)} FROM tally_said
    ) compared GROUP BY {_KEYS} HAVING {" OR ".join(f"sum({name}) <> 0" for name in COUNTS)}
"""  # noqa: S608
_REPAIR = f"""
    INSERT INTO grievances_tally AS t ({_KEYS}, {_COUNTS}) SELECT {_KEYS}, {_COUNTS} FROM tally_missing
    ON CONFLICT ({_KEYS}) DO UPDATE SET {ADD}
"""  # noqa: S608


@dataclass(frozen=True)
class Difference:
    """What a tally lacks (or, negative, has too much) against the spans."""

    place: str
    dimension: str
    key: str
    period: str
    counts: dict[str, int]


def check(*, repair: bool = False) -> list[Difference]:
    """Every difference between the tallies and the spans, by place; with ``repair`` they are mended.

    Whoever records meanwhile waits; for millions of opinions, minutes.
    """
    with alone() as cursor:
        _compare(cursor)
        found = list(_differences(cursor))
        if repair and found:
            cursor.execute(_REPAIR)
        cursor.execute("DROP TABLE tally_expected, tally_said, tally_missing")
    return found


def _compare(cursor: CursorWrapper) -> None:
    for name in ("tally_expected", "tally_said"):
        cursor.execute(f"CREATE TEMPORARY TABLE {name} (LIKE grievances_tally) ON COMMIT DROP")
    cursor.execute(f"CREATE UNIQUE INDEX ON tally_expected ({_KEYS})")
    write_all(cursor, into="tally_expected")
    cursor.execute(_SAID)
    cursor.execute(_MISSING)


def _differences(cursor: CursorWrapper) -> Iterator[Difference]:
    cursor.execute(
        f"SELECT place, dimension, key, period, {_COUNTS} FROM tally_missing ORDER BY 1, 2, 3, 4"  # noqa: S608
    )
    for place, dimension, key, period, *counts in cursor:
        lacking = {name: n for name, n in zip(COUNTS, counts, strict=True) if n}
        yield Difference(place, dimension, key, period, lacking)
