"""What a page shows, as something that can be taken along: its rows, its columns, what it was asked for."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import IO

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from grievances.exports.sheet import Column, Sheet, minute_of
from grievances.exports.writing import FORMATS
from grievances.lists.filter_fields import in_words
from grievances.models import Opinion
from villages.models import Cadre

# The longest file, and from how many rows on one is made in the background.
MOST, LATER = 100_000, 20_000
_TELLS_EVERY = 2000


class TooMany(Exception):
    """The list is longer than a file may be."""


class Names(Enum):
    """Whether the rows name people of the villages: then a reason is asked for."""

    NEVER = 0
    IF_ASKED = 1
    ALWAYS = 2


@dataclass
class Taken:
    """One list or table as somebody sees it now, with the same rows in the same order as on its page."""

    title: str
    columns: Sequence[Column]
    # Read anew whenever it is asked for; a queryset is read piece by piece.
    rows: Callable[[], Iterable]
    # How many rows there are, counted no further than to a bound.
    count: Callable[[int], int]
    about: Sequence[tuple[str, str]] = ()
    form: forms.Form | None = None
    moment: datetime = field(default_factory=timezone.now)
    names: Names = Names.NEVER
    # The same with names, for the cadre, and the cases whose people it names. Raises papers.lists.TooMany.
    with_names: Callable[[Cadre], tuple["Taken", list[Opinion]]] | None = None
    # Other tables of the same page: (label, address).
    others: Sequence[tuple[str, str]] = ()

    @property
    def is_sound(self) -> bool:
        """Whether the filters make sense."""
        return self.form is None or self.form.is_valid()

    def write(
        self, kind: str, out: IO[bytes], *, by: Cadre, tell: Callable[[int], None] = lambda done: None
    ) -> int:
        """Write the file; how many rows it has. Raises TooMany."""
        about = [*self.about, (_("As it stood on"), minute_of(self.moment)), (_("Taken by"), by.label)]
        with ExitStack() as stack:
            rows = self.rows()
            if hasattr(rows, "close"):
                # A cursor of the database is given back also where the rows were too many.
                stack.callback(rows.close)
            passed = _Counted(rows, tell)
            FORMATS[kind][0](Sheet(self.title, about, self.columns, passed), out)
        return passed.number


class _Counted:
    """Rows, counted as they pass. Raises TooMany."""

    def __init__(self, rows: Iterable, tell: Callable[[int], None]) -> None:
        self.rows, self.tell, self.number = rows, tell, 0

    def __iter__(self) -> Iterator:
        for row in self.rows:
            self.number += 1
            if self.number > MOST:
                raise TooMany
            if self.number % _TELLS_EVERY == 0:
                self.tell(self.number)
            yield row


def of_rows(title: str, columns: Sequence[Column], rows: Sequence, **more: object) -> Taken:
    """A table whose few rows are known already."""
    return Taken(title, columns, lambda: rows, lambda bound: min(len(rows), bound), **more)


def of_query(
    title: str,
    columns: Sequence[Column],
    found: QuerySet,
    *,
    read: Callable[[QuerySet], Iterable],
    **more: object,
) -> Taken:
    """A list that the database has; ``read`` gives its rows."""
    return Taken(title, columns, lambda: read(found), lambda bound: counted(found, bound), **more)


def counted(found: QuerySet, bound: int) -> int:
    """How many rows a list has, but no more than ``bound``."""
    plain = found.select_related(None).prefetch_related(None).order_by()
    return plain.values("pk")[:bound].count()


def told(form: forms.Form) -> list[tuple[str, str]]:
    """(label, value) of every field of a filter that is set and seen, as a file says it."""
    given = form.cleaned_data.items() if form.is_valid() else ()
    return [
        (str(form.fields[name].label), _words(name, form.fields[name], value))
        for name, value in given
        if value not in (None, "", False) and not form.fields[name].widget.is_hidden
    ]


def _words(name: str, shown: forms.Field, value: object) -> str:
    return value.isoformat() if isinstance(value, date) else in_words(name, shown, value)
