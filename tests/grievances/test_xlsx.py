"""The workbook as a spreadsheet reads it: the same words, numbers and days, and no formula, whatever was typed."""

from collections.abc import Sequence
from datetime import date
from io import BytesIO
from zipfile import ZipFile

from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.utils.escape import unescape

from grievances.exports.sheet import Cell, Column, Sheet
from grievances.exports.xlsx import write_xlsx

# As XML has them: no lone halves of a pair, and nothing that it has no name for.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"), max_size=60)
CELLS = st.one_of(
    st.none(), TEXTS, st.integers(-(10**9), 10**9), st.dates(date(1900, 3, 1), date(2199, 12, 31))
)


def book_of(
    rows: Sequence[Sequence[Cell]], *, title: str = "表", wide: int = 3, about: Sequence = ()
) -> Workbook:
    columns = [Column(f"c{n}", 12, lambda row, n=n: row[n]) for n in range(wide)]
    out = BytesIO()
    write_xlsx(Sheet(title, about, columns, rows), out)
    return load_workbook(BytesIO(out.getvalue()))


def read(cell: object) -> Cell:
    if isinstance(cell.value, str):
        return unescape(cell.value)
    return cell.value.date() if cell.is_date else cell.value


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=5))
def test_whatever_was_written_is_read_back(rows: list[tuple[Cell, ...]]) -> None:
    page = book_of(rows, about=[("一", "二")]).active
    found = [[read(cell) for cell in line] for line in page.iter_rows(5, 4 + len(rows), max_col=3)]
    wanted = [[None if cell == "" else cell for cell in row] for row in rows]
    assert found == wanted
    assert not [cell for line in page.iter_rows() for cell in line if cell.data_type == "f"]


def test_title_and_filters_stand_above_a_heading_that_stays_and_filters() -> None:
    page = book_of([("甲", 1, date(2026, 11, 25))], about=[("地点", "=1+1")]).active
    top = [[cell.value for cell in line] for line in page.iter_rows(max_row=4)]
    assert top == [["表", None, None], ["地点", "=1+1", None], [None] * 3, ["c0", "c1", "c2"]]
    assert (page.freeze_panes, page.auto_filter.ref) == ("B5", "A4:C5")
    assert page["A4"].font.b and not page["A5"].font.b and page.column_dimensions["A"].width == 12
    assert page["C5"].number_format == r"yyyy\-mm\-dd"


def test_a_title_that_no_sheet_may_have_is_cut_and_cleaned() -> None:
    for title, name in (("a/b[c]:*?\\'<\"&", 'a b c      <"&'), ("长" * 40, "长" * 31), ("?", "1")):
        assert book_of([], title=title).sheetnames == [name]


def test_many_columns_and_many_rows_are_where_they_belong() -> None:
    page = book_of([[n * 30 + place for place in range(30)] for n in range(1203)], wide=30).active
    assert page["AD3"].value == "c29" and page["AD1206"].value == 1202 * 30 + 29
    assert page.auto_filter.ref == "A3:AD1206"


def test_a_text_longer_than_a_cell_holds_is_cut_and_not_lost() -> None:
    assert book_of([("言" * 40_000, None, None)]).active["A4"].value == "言" * 32_767


def test_half_a_pair_and_what_xml_has_no_name_for_leave_a_file_that_opens() -> None:
    assert book_of([("a\ud800b\uffffc", None, None)]).active["A4"].value == "a\ufffdb\ufffdc"


def test_the_parts_of_the_file_are_there_once() -> None:
    out = BytesIO()
    write_xlsx(Sheet("t", (), [Column("c", 9, str)], []), out)
    names = ZipFile(out).namelist()
    assert names[0] == "[Content_Types].xml" and len(names) == len(set(names)) == 6
