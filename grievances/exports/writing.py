"""Sheets as CSV and XLSX. Nothing that somebody typed is ever a formula."""

import csv
from collections.abc import Callable
from io import TextIOWrapper
from typing import IO

from grievances.exports.sheet import Cell, Sheet
from grievances.exports.xlsx import write_xlsx

# What a spreadsheet may take for the beginning of a formula; the full-width forms too, as some take them alike.
_BEGINS_A_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


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


# format → (how it is written, media type)
FORMATS: dict[str, tuple[Callable[[Sheet, IO[bytes]], None], str]] = {
    "xlsx": (write_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": (write_csv, "text/csv; charset=utf-8"),
}
