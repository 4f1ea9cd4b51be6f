"""What a bulk run was asked for and how far it has come: plain tables that are dropped when it is finished."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.utils import timezone

TABLES = ("sample_bulk", "sample_bulk_part", "sample_bulk_undo")
_PART, _LEAST_PART = 100_000, 500
_MAKE = """
CREATE TABLE sample_bulk (opinions bigint, seed bigint, part_size bigint, today date);
CREATE TABLE sample_bulk_part (part bigint PRIMARY KEY);
CREATE TABLE sample_bulk_undo (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, phase text, place text, statement text,
    done boolean DEFAULT false
)
"""


class Refused(Exception):
    """One sentence for the person who started it."""


@dataclass(frozen=True)
class Order:
    """What was asked for: the same order gives the same district, also when it is finished on a later day."""

    opinions: int
    seed: int
    part_size: int
    today: date

    @classmethod
    def new(cls, *, opinions: int, seed: int) -> "Order":
        """An order for today, in parts that a few seconds load, and enough of them for all processes."""
        return cls(opinions, seed, min(_PART, max(_LEAST_PART, opinions // 8)), timezone.localdate())

    @property
    def parts(self) -> int:
        return -(-self.opinions // self.part_size)

    def span(self, part: int) -> range:
        """The places in the row of all opinions, oldest first, that a part fills."""
        return range(part * self.part_size, min((part + 1) * self.part_size, self.opinions))


@dataclass(frozen=True)
class Undo:
    """A statement that gives a table back what was taken away for loading."""

    id: int
    place: str
    statement: str


def exists() -> bool:
    """Whether a run was begun and is not finished."""
    return TABLES[0] in connection.introspection.table_names()


def make(order: Order) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_MAKE)
        cursor.execute(
            "INSERT INTO sample_bulk VALUES (%s, %s, %s, %s)",
            [order.opinions, order.seed, order.part_size, order.today],
        )


def begun(*, opinions: int, seed: int) -> Order:
    """The order of the unfinished run. Raises Refused if something else was asked for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT opinions, seed, part_size, today FROM sample_bulk")
        order = Order(*cursor.fetchone())
    if (order.opinions, order.seed) != (opinions, seed):
        raise Refused(
            f"A run with --opinions {order.opinions} --seed {order.seed} is not finished: give the same "
            "arguments to go on, or begin with an empty database."
        )
    return order


def drop() -> None:
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"DROP TABLE {table}")


def parts_left(order: Order) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT part FROM sample_bulk_part")
        done = {part for (part,) in cursor.fetchall()}
    return [part for part in range(order.parts) if part not in done]


def note_undo(rows: Iterable[tuple[str, str, str]]) -> None:
    """Keep statements (phase, table, SQL) that are to be run when all parts are there."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO sample_bulk_undo (phase, place, statement) VALUES (%s, %s, %s)", list(rows)
        )


def undo_left(phase: str) -> list[Undo]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, place, statement FROM sample_bulk_undo WHERE phase = %s AND NOT done ORDER BY id",
            [phase],
        )
        return [Undo(*row) for row in cursor.fetchall()]


def is_stripped() -> bool:
    """Whether the tables have been stripped for loading."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM sample_bulk_undo)")
        return cursor.fetchone()[0]
