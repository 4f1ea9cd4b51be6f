"""A dashboard's tables, and how much the units have to do, as columns."""

from collections.abc import Callable, Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grievances.exports.sheet import Cell, Column
from grievances.filters import FIGURE_LABELS
from grievances.measures.boards import Board, Row

# The tables of a dashboard, in the order of the page.
TABLES: dict[str, str | Promise] = {
    "figures": gettext_lazy("Figures"),
    "places": gettext_lazy("By place"),
    "categories": gettext_lazy("By category"),
    "units": gettext_lazy("By lead unit"),
    "weeks": gettext_lazy("By week"),
}
_ROWS: dict[str, Callable[[Board], Iterable]] = {
    "figures": lambda board: [(name, number.value) for name, number in board.figures().items()],
    "places": Board.by_place,
    "categories": Board.by_category,
    "units": Board.by_unit,
    "weeks": Board.by_week,
}


def rows_of(board: Board, table: str) -> list:
    return list(_ROWS[table](board))


def columns_of(table: str) -> list[Column]:
    if table == "figures":
        return [
            Column(_("Figure"), 26, lambda row: str(FIGURE_LABELS[row[0]])),
            Column(_("Number"), 12, lambda row: row[1]),
        ]
    if table == "weeks":
        return [
            Column(_("Week from"), 12, lambda row: row[0]),
            Column(_("Collected"), 12, lambda row: row[1].value),
            Column(_("Resolved"), 12, lambda row: row[2].value),
        ]
    return [Column(str(TABLES[table]), 24, lambda row: row.label), *_counts()]


def _counts() -> list[Column]:
    return [
        Column(_("Collected"), 12, lambda row: row.numbers[0].value),
        Column(_("Resolved"), 12, lambda row: row.numbers[1].value),
        Column(_("Explained"), 12, lambda row: row.numbers[2].value),
        Column(_("Late"), 10, lambda row: row.numbers[3].value),
        Column(_("Resolved rate (%)"), 12, lambda row: _percent(row.rate.share)),
        Column(_("Interval from (%)"), 12, lambda row: _percent(_interval(row, 0))),
        Column(_("Interval to (%)"), 12, lambda row: _percent(_interval(row, 1))),
        Column(_("Expected (%)"), 12, lambda row: _percent(row.expected)),
    ]


def _interval(row: Row, end: int) -> float | None:
    return row.rate.interval[end] if row.rate.whole else None


def _percent(share: float | None) -> Cell:
    return None if share is None else round(100 * share, 1)


def workload_columns() -> list[Column]:
    return [
        Column(_("Unit"), 28, lambda row: row.unit.label),
        Column(_("Code"), 16, lambda row: row.unit.code),
        Column(_("Waiting"), 10, lambda row: row.open.value),
        Column(_("Late"), 10, lambda row: row.late.value),
    ]
