"""Pages of a list: no count of a big set is ever exact beyond a bound."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpRequest

SIZE = 50
EXACT_TO = 1000
_LAST_PAGE = 200


@dataclass(frozen=True)
class Page:
    """Rows of a page, with the total; unless it is exact, it says only that there are more."""

    rows: list
    number: int
    total: int
    is_exact: bool
    has_next: bool

    @property
    def first(self) -> int:
        return (self.number - 1) * SIZE + 1 if self.rows else 0

    @property
    def last(self) -> int:
        return (self.number - 1) * SIZE + len(self.rows)


def page_of(found: QuerySet, request: HttpRequest, *, total: int | None = None) -> Page:
    """The page that ?page= asks for; a wrong number is the first page. A ``total`` given is exact."""
    asked = request.GET.get("page", "1")
    number = (
        min(max(int(asked), 1), _LAST_PAGE) if asked.isascii() and asked.isdigit() and len(asked) < 5 else 1
    )
    start = (number - 1) * SIZE
    rows = list(found[start : start + SIZE + 1])
    counted = found.order_by()[: EXACT_TO + 1].count() if total is None else total
    is_exact = total is not None or counted <= EXACT_TO
    return Page(rows[:SIZE], number, counted, is_exact, len(rows) > SIZE and number < _LAST_PAGE)
