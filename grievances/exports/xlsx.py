"""A workbook of one sheet, written row by row as the XML that it is (ECMA-376, part 1). It knows no formulas.

A hundred thousand rows have millions of cells: what a library does for each of them took longer than all the rest.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile

from grievances.exports.sheet import Cell, Sheet

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"
_KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

# How cells look: places in the list of styles.
_PLAIN, _BOLD, _DAY = "", ' s="1"', ' s="2"'
_FONT = '<sz val="11"/><name val="Calibri"/>'
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
    f'<fonts count="2"><font>{_FONT}</font><font><b/>{_FONT}</font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
# What is the same in every workbook, by its name in the file.
_FIXED = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_LINKS}">'
        f'<Relationship Id="rId1" Type="{_KINDS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_LINKS}">'
        f'<Relationship Id="rId1" Type="{_KINDS}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_KINDS}/styles" Target="styles.xml"/></Relationships>'
    ),
    "xl/styles.xml": _STYLES,
}
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\']")
_LONGEST_NAME, _LONGEST_TEXT = 31, 32_767
# What XML must not hold, or holds only by another name; “_x0041_” stands for “A” in a workbook.
_TO_ESCAPE = re.compile("[&<>\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_BEFORE_THE_FIRST_DAY = date(1899, 12, 30).toordinal()
_ROWS_AT_ONCE = 500
# Of zip: higher levels take longer than they save.
_LEVEL = 3


def write_xlsx(sheet: Sheet, out: IO[bytes]) -> None:
    """An Excel workbook; rows leave memory as they are written."""
    with ZipFile(out, "w", ZIP_DEFLATED, compresslevel=_LEVEL) as file:
        for name, xml in _FIXED.items():
            file.writestr(name, _XML + xml)
        with file.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as page:
            head, last = _write_page(sheet, page)
        name = _NOT_IN_A_NAME.sub(" ", sheet.title)[:_LONGEST_NAME].strip() or "1"
        file.writestr("xl/workbook.xml", _XML + _book(name, len(sheet.columns), head, last))


def _book(name: str, wide: int, head: int, last: int) -> str:
    table = _escaped(f"'{name}'!$A${head}:${_letters(wide - 1)}${last}")
    shown = _escaped(name).replace('"', "&quot;")
    return (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_KINDS}"><bookViews><workbookView/></bookViews>'
        f'<sheets><sheet name="{shown}" sheetId="1" r:id="rId1"/></sheets>'
        f'<definedNames><definedName name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">{table}'
        "</definedName></definedNames></workbook>"
    )


def _write_page(sheet: Sheet, page: IO[bytes]) -> tuple[int, int]:
    """The sheet; the lines of the heading and of the last row."""
    letters = [_letters(place) for place in range(max(len(sheet.columns), 2))]
    top = [([sheet.title], _BOLD), *((list(line), _PLAIN) for line in sheet.about), ([], _PLAIN)]
    top.append(([column.label for column in sheet.columns], _BOLD))
    page.write(_page_begins(sheet, len(top)).encode())
    for line, (cells, look) in enumerate(top, start=1):
        page.write(_row(line, letters, cells, look).encode())
    last = len(top)
    waiting: list[str] = []
    for last, cells in enumerate(sheet.cells(), start=len(top) + 1):
        waiting.append(_row(last, letters, cells))
        if len(waiting) == _ROWS_AT_ONCE:
            page.write("".join(waiting).encode())
            waiting.clear()
    waiting.append(f'</sheetData><autoFilter ref="A{len(top)}:{letters[len(sheet.columns) - 1]}{last}"/>')
    page.write("".join([*waiting, "</worksheet>"]).encode())
    return len(top), last


def _page_begins(sheet: Sheet, head: int) -> str:
    widths = "".join(
        f'<col min="{n}" max="{n}" width="{column.width}" customWidth="1"/>'
        for n, column in enumerate(sheet.columns, start=1)
    )
    pane = f'xSplit="1" ySplit="{head}" topLeftCell="B{head + 1}" activePane="bottomRight" state="frozen"'
    return (
        f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView tabSelected="1" workbookViewId="0">'
        f"<pane {pane}/></sheetView></sheetViews><cols>{widths}</cols><sheetData>"
    )


def _row(line: int, letters: Sequence[str], cells: Iterable[Cell], look: str = _PLAIN) -> str:
    made = []
    for letter, cell in zip(letters, cells, strict=False):
        if cell is None or cell == "":
            continue
        if isinstance(cell, str):
            made.append(f'<c r="{letter}{line}" t="inlineStr"{look}><is>{_text(cell)}</is></c>')
        elif isinstance(cell, date):
            made.append(f'<c r="{letter}{line}"{_DAY}><v>{cell.toordinal() - _BEFORE_THE_FIRST_DAY}</v></c>')
        else:
            made.append(f'<c r="{letter}{line}"><v>{cell}</v></c>')
    return f'<row r="{line}">{"".join(made)}</row>'


@lru_cache(maxsize=4096)
def _text(words: str) -> str:
    """A text as it stands in a cell. Most are the same few, again and again: places, units, states."""
    words = words[:_LONGEST_TEXT]
    # Else blanks at the ends would be lost.
    keep = "" if words == words.strip() else ' xml:space="preserve"'
    return f"<t{keep}>{_escaped(words)}</t>"


def _escaped(words: str) -> str:
    return _TO_ESCAPE.sub(_escape, words) if _TO_ESCAPE.search(words) else words


def _escape(found: re.Match[str]) -> str:
    one = found[0]
    if one >= "\ud800":
        return "\ufffd"
    return _ENTITIES.get(one) or f"_x{ord(one):04X}_"


def _letters(place: int) -> str:
    """How a column is called, counted from 0: A, B … Z, AA."""
    more, last = divmod(place, 26)
    return (_letters(more - 1) if more else "") + chr(ord("A") + last)
