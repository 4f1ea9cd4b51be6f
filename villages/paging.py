"""Pages of a list: as long as the list may be, each begins where the last one ended.

An address names the row after which its page begins, not a number of rows to leave out. So a page far down
costs what the first one does, nothing is cut off, and rows that come, change or leave meanwhile make no
other row appear twice or be left out. A count is exact up to a bound, or where
the caller knows it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.db.models import Model, QuerySet
from django.http import HttpRequest, QueryDict

from villages import cursors
from villages.keyset import Key, Position, keys_of, stretches

SIZE = 50
EXACT_TO = 1000
# ``at`` is the moment as of which a list is read that would else change while somebody pages.
_AFTER, _BEFORE, _FROM, AT = PLACE = ("after", "before", "from", "at")
_MOST_DIGITS = 10
_BEYOND_DOUBT = 10_000


@dataclass(frozen=True)
class Page:
    """Rows of a page, with the total; unless it is exact, it says only that there are more.

    ``first`` is the number of the first row in the whole list, 0 where nobody can tell. ``start``,
    ``previous`` and ``next`` are addresses beginning with "?", empty where they lead nowhere.
    """

    rows: list
    total: int
    is_exact: bool
    first: int
    start: str
    previous: str
    next: str

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1 if self.first else 0


def without_place(query: QueryDict) -> QueryDict:
    """The same list from its beginning."""
    same = query.copy()
    for name in PLACE:
        same.pop(name, None)
    return same


@dataclass(frozen=True)
class Place:
    """Where the page lies: beyond a position, forwards or backwards; ``number`` is that of its first row,
    as the address believes."""

    position: Position | None = None
    back: bool = False
    number: int = 0

    @property
    def at_the_start(self) -> bool:
        return self.position is None


def page_of(
    found: QuerySet,
    request: HttpRequest,
    *,
    total: int | None = None,
    more: bool = False,
    carried: dict[str, str] | None = None,
    count: Callable[..., int] | None = None,
) -> Page:
    """The page of the ordered list ``found`` that ?after= or ?before= asks for; what is no position there is
    the first page. A ``total`` given is exact, unless there are ``more``; ``count`` counts the rows up to ``most``,
    quicker than the list itself does. ``carried`` goes with the addresses of the other pages."""
    keys = keys_of(found)
    place = _asked(request.GET, keys, found.model)
    rows, further = _rows(found, keys, place, None if more else total)
    before, beyond = (further, bool(rows)) if place.back else (not place.at_the_start, further)
    is_all = place.at_the_start and not further
    counted = len(rows) if total is None and is_all else total
    if counted is None:
        counted = (count or partial(_count, found))(most=EXACT_TO + 1)
    is_exact = not more and (total is not None or counted <= EXACT_TO)
    first = _first(rows, place, total=counted if is_exact else None, before=before, beyond=beyond)
    links = _Links(without_place(request.GET), keys, carried or {})
    return Page(
        rows=rows,
        total=counted,
        is_exact=is_exact,
        first=first,
        start="" if place.at_the_start else links.to(),
        previous=links.to(_BEFORE, rows[0], max(first - SIZE, 0)) if before and rows else "",
        next=links.to(_AFTER, rows[-1], first + len(rows) if first else 0) if beyond and rows else "",
    )


def place_asked(found: QuerySet, request: HttpRequest) -> Place:
    """Where in the ordered list the page lies that the address asks for."""
    return _asked(request.GET, keys_of(found), found.model)


def beyond(found: QuerySet, place: Place) -> QuerySet:
    """The rows of a list without empty values in its first column that lie beyond a place, in the direction of
    reading."""
    [rows] = stretches(found, keys_of(found), beyond=place.position, back=place.back)
    return rows


def place_of(found: QuerySet, row: Model) -> str:
    """The place of a row in the ordered list, as an address carries it."""
    return cursors.written(keys_of(found), row)


def neighbour(found: QuerySet, place: str, *, back: bool = False) -> Model | None:
    """The row that comes next in the ordered list after a place, or before it; without a place the first, or the
    last. None at the end, and where the place is none of this ordering. One query, and one more where the rows
    without a value begin."""
    keys = keys_of(found)
    position = cursors.read(keys, place, found.model) if place else None
    if place and position is None:
        return None
    for stretch in stretches(found, keys, beyond=position, back=back):
        # As many as of a page: asked for a single row, the database walks the whole order in the hope to meet it soon.
        for row in stretch[: SIZE + 1]:
            return row
    return None


def _asked(query: QueryDict, keys: tuple[Key, ...], model: type[Model]) -> Place:
    for name in (_AFTER, _BEFORE):
        position = cursors.read(keys, query.get(name, ""), model)
        if position is not None:
            number = query.get(_FROM, "")
            sensible = number.isascii() and number.isdigit() and len(number) <= _MOST_DIGITS
            return Place(position, name == _BEFORE, int(number) if sensible else 0)
    return Place()


def _rows(found: QuerySet, keys: tuple[Key, ...], place: Place, total: int | None) -> tuple[list, bool]:
    """The rows in their order, and whether there are more in the direction in which they were read."""
    if total == 0 and not _has_any(found):
        return [], False
    rows: list = []
    for stretch in stretches(found, keys, beyond=place.position, back=place.back):
        rows += stretch[: SIZE + 1 - len(rows)]
        if len(rows) > SIZE or (place.at_the_start and len(rows) == total):
            break
    shown = rows[:SIZE]
    return shown[::-1] if place.back else shown, len(rows) > SIZE


def _has_any(found: QuerySet) -> bool:
    """Whether a list that should be empty has rows all the same. To ask that, without an order and what belongs to
    the rows, takes a third of the time; the limit only keeps an error of the caller's from reading everything."""
    return bool(found.select_related(None).order_by().values_list("pk", flat=True)[:_BEYOND_DOUBT])


def _count(found: QuerySet, *, most: int) -> int:
    plain = found.select_related(None).prefetch_related(None).order_by()
    return plain.values("pk")[:most].count()


def _first(rows: list, place: Place, *, total: int | None, before: bool, beyond: bool) -> int:
    """The number of the first row. The ends of a list are known; between them the address is believed,
    as long as it makes sense."""
    if not rows:
        return 0
    if not before:
        return 1
    if total is not None and not beyond:
        return max(total - len(rows) + 1, 0)
    fits = total is None or place.number + len(rows) <= total
    return place.number if place.number > 1 and fits else 0


@dataclass(frozen=True)
class _Links:
    """Addresses of other pages of the same list."""

    query: QueryDict
    keys: tuple[Key, ...]
    carried: dict[str, str]

    def to(self, name: str = "", row: Model | None = None, number: int = 0) -> str:
        query = self.query.copy()
        if row is not None:
            query.update(self.carried | {name: cursors.written(self.keys, row)})
        if number > 1:
            query[_FROM] = str(number)
        return f"?{query.urlencode()}"
