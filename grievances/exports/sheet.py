"""What a file holds, whatever its format."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

Cell = str | int | float | date | None


@dataclass(frozen=True)
class Column:
    """One column: its heading, its width in characters, and what a row has in it."""

    label: str
    width: int
    value: Callable[[object], Cell]


@dataclass(frozen=True)
class Sheet:
    """A table with what stands above it: (what, in words) of the filters, the moment, the number of rows."""

    title: str
    about: Sequence[tuple[str, str]]
    columns: Sequence[Column]
    rows: Iterable[object]

    def cells(self) -> Iterable[list[Cell]]:
        """The rows, one by one: they may be more than fit into memory."""
        values = [column.value for column in self.columns]
        for row in self.rows:
            yield [value(row) for value in values]


def day_of(moment: datetime | None) -> date | None:
    """The day, here, of a moment."""
    return timezone.localdate(moment) if moment else None


def minute_of(moment: datetime | None) -> str:
    """Day and minute, here: 2026-11-25 14:03."""
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else ""
