"""Sheets as CSV and XLSX. Nothing that somebody typed is ever a formula."""

import csv
import re
from collections.abc import Callable
from datetime import date
from io import TextIOWrapper
from typing import IO

from xlsxwriter import Workbook

from grievances.exports.sheet import Cell, Sheet

# What a spreadsheet may take for the beginning of a formula; the full-width forms too, as some take them alike.
_BEGINS_A_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_HEADING = 1  # an empty line between what stands above and the table
_LONGEST_NAME = 31
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\']")


def harmless(cell: Cell) -> Cell:
    """A cell as CSV may hold it: an apostrophe before a text that would be a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_BEGINS_A_FORMULA) else cell


def write_csv(sheet: Sheet, out: IO[bytes]) -> None:
    """UTF-8 with a byte order mark, as Excel needs it to read Chinese; days as 2026-11-25."""
    text = TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow([harmless(sheet.title)])
    writer.writerows([harmless(what), harmless(words)] for what, words in sheet.about)
    writer.writerow([])
    writer.writerow([harmless(column.label) for column in sheet.columns])
    writer.writerows([harmless(cell) for cell in cells] for cells in sheet.cells())
    text.detach()


def write_xlsx(sheet: Sheet, out: IO[bytes]) -> None:
    """An Excel workbook; rows leave memory as they are written."""
    options = {
        "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
        "strings_to_numbers": False, "default_date_format": "yyyy-mm-dd", "remove_timezone": True,
    }  # fmt: skip
    with Workbook(out, options) as book:
        page = book.add_worksheet(_NOT_IN_A_NAME.sub(" ", sheet.title)[:_LONGEST_NAME])
        bold = book.add_format({"bold": True})
        for place, column in enumerate(sheet.columns):
            page.set_column(place, place, column.width)
        page.write_string(0, 0, sheet.title, bold)
        for line, (what, words) in enumerate(sheet.about, start=1):
            page.write_string(line, 0, what)
            page.write_string(line, 1, words)
        head = len(sheet.about) + 1 + _HEADING
        for place, column in enumerate(sheet.columns):
            page.write_string(head, place, column.label, bold)
        page.freeze_panes(head + 1, 1)
        last = head
        for last, cells in enumerate(sheet.cells(), start=head + 1):
            for place, cell in enumerate(cells):
                _write(page, last, place, cell)
        page.autofilter(head, 0, last, len(sheet.columns) - 1)


def _write(page: object, line: int, place: int, cell: Cell) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, str):
        page.write_string(line, place, cell)
    elif isinstance(cell, date):
        page.write_datetime(line, place, cell)
    else:
        page.write_number(line, place, cell)


# format → (how it is written, media type)
FORMATS: dict[str, tuple[Callable[[Sheet, IO[bytes]], None], str]] = {
    "xlsx": (write_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": (write_csv, "text/csv; charset=utf-8"),
}
