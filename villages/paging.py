"""Pages of a list: no count of a big set is ever exact beyond a bound."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpRequest

SIZE = 50
EXACT_TO = 1000
_LAST_PAGE = 200


@dataclass(frozen=True)
class Page:
    """Rows of a page, with the total (at most ``EXACT_TO`` + 1: then it is "more than")."""

    rows: list
    number: int
    total: int
    has_next: bool

    @property
    def first(self) -> int:
        return (self.number - 1) * SIZE + 1 if self.rows else 0

    @property
    def last(self) -> int:
        return (self.number - 1) * SIZE + len(self.rows)

    @property
    def is_exact(self) -> bool:
        return self.total <= EXACT_TO


def page_of(found: QuerySet, request: HttpRequest, *, total: int | None = None) -> Page:
    """The page that ?page= asks for; a wrong number is the first page."""
    asked = request.GET.get("page", "1")
    number = (
        min(max(int(asked), 1), _LAST_PAGE) if asked.isascii() and asked.isdigit() and len(asked) < 5 else 1
    )
    start = (number - 1) * SIZE
    rows = list(found[start : start + SIZE + 1])
    if total is None:
        total = found.order_by()[: EXACT_TO + 1].count()
    return Page(rows[:SIZE], number, total, len(rows) > SIZE)
