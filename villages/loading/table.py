"""A strict reader of small tables: CSV, plain or gzipped, in UTF-8."""

import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .problems import LoadRefused, Problems

LARGEST = 64 * 1024 * 1024  # bytes, unpacked
_GZIP = b"\x1f\x8b"
# Control characters never belong into a name; a tab or line break inside a cell is a broken export.
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\ufffe\uffff]")


@dataclass(frozen=True)
class Column:
    """A column of a file. ``required`` cells can't be empty; an ``optional`` column may be missing."""

    name: str
    longest: int = 100
    required: bool = True
    optional: bool = False


class Row(dict[str, str]):
    """A row's cells by column, without surrounding spaces; ``number`` counts from the header, row 1."""

    def __init__(self, number: int, cells: dict[str, str]) -> None:
        super().__init__(cells)
        self.number = number


def read_table(path: Path | str, columns: list[Column], problems: Problems) -> list[Row]:
    """All rows; what is wrong with single cells goes to ``problems``. Raises LoadRefused for a bad file."""
    lines = csv.reader(io.StringIO(_text(Path(path)), newline=""), strict=True)
    rows = []
    try:
        header = [cell.strip() for cell in next(lines, [])]
        _check_header(header, columns, problems.file)
        for number, cells in enumerate(lines, start=2):
            if any(cell.strip() for cell in cells):
                rows.extend(_row(number, header, cells, columns, problems))
    except csv.Error as error:
        raise LoadRefused(f"{problems.file}, line {lines.line_num}: not a CSV file ({error}).") from error
    if not rows:
        problems.stop_if_any()
        raise LoadRefused(f"{problems.file} holds no rows.")
    return rows


def _text(path: Path) -> str:
    try:
        data = _unpacked(path)
    except (OSError, EOFError, zlib.error) as error:
        raise LoadRefused(f"{path} can't be read: {error}.") from error
    if len(data) > LARGEST:
        raise LoadRefused(f"{path} is larger than {LARGEST // 1024 // 1024} MB.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise LoadRefused(f"{path}, line {line}: not UTF-8. Save the table as “CSV UTF-8”.") from error


def _unpacked(path: Path) -> bytes:
    """At most one byte more than is allowed: a small file can't unpack to fill the memory."""
    with path.open("rb") as file:
        packed = file.read(2) == _GZIP
        file.seek(0)
        if packed:
            with gzip.open(file) as unpacked:
                return unpacked.read(LARGEST + 1)
        return file.read(LARGEST + 1)


def _check_header(header: list[str], columns: list[Column], file: str) -> None:
    known = [column.name for column in columns]
    missing = [column.name for column in columns if column.name not in header and not column.optional]
    unknown = [name for name in header if name not in known]
    doubled = sorted({name for name in header if header.count(name) > 1})
    for what, names in (("is missing", missing), ("is not known", unknown), ("stands twice", doubled)):
        if names:
            expected = ",".join(known)
            raise LoadRefused(f"{file}, row 1: the column {names[0]!r} {what}. Expected: {expected}")


def _row(
    number: int, header: list[str], cells: list[str], columns: list[Column], problems: Problems
) -> Iterator[Row]:
    if len(cells) != len(header):
        return problems.add(number, f"{len(cells)} cells instead of {len(header)}")
    row = Row(number, {name: cell.strip() for name, cell in zip(header, cells, strict=True)})
    for column in columns:
        reason = _wrong(row.get(column.name), column)
        if reason:
            problems.add(number, f"{column.name} {reason}")
    yield row


def _wrong(cell: str | None, column: Column) -> str:
    if cell is None:
        return ""
    if column.required and not cell:
        return "is empty"
    if len(cell) > column.longest:
        return f"is longer than {column.longest} characters"
    return "holds a control character" if _CONTROL.search(cell) else ""
