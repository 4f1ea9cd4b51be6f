"""Reading CSV files strictly."""

import gzip
from pathlib import Path

import pytest

from villages.loading import Column, LoadRefused, Problems, Row, table

COLUMNS = [Column("code"), Column("name"), Column("note", required=False, optional=True)]


def read(folder: Path, data: bytes) -> list[Row]:
    path = folder / "t.csv"
    path.write_bytes(data)
    problems = Problems("t.csv")
    rows = table.read_table(path, COLUMNS, problems)
    problems.stop_if_any()
    return rows


def test_a_byte_order_mark_and_spaces_do_not_matter(tmp_path: Path) -> None:
    assert read(tmp_path, "\ufeffcode,name\n a , 村 \n".encode()) == [{"code": "a", "name": "村"}]


def test_rows_are_numbered_from_the_header(tmp_path: Path) -> None:
    rows = read(tmp_path, b"code,name\na,b\n,\nc,d\n")
    assert [row.number for row in rows] == [2, 4]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "'code' is missing"),
        (b"code\na\n", "'name' is missing"),
        (b"code,name,colour\na,b,c\n", "'colour' is not known"),
        (b"code,name,name\na,b,c\n", "'name' stands twice"),
        (b"code,name\n", "holds no rows"),
        (b"code,name\na,\xd6\xd0\n", "line 2: not UTF-8"),
        (b'code,name\na,"b\n', "not a CSV file"),
        (b"\x1f\x8bnot really", "can't be read"),
        (gzip.compress(b"code,name\na,b\n", mtime=0)[:-9], "can't be read"),
    ],
)
def test_a_bad_file_is_refused_with_the_reason(tmp_path: Path, data: bytes, reason: str) -> None:
    with pytest.raises(LoadRefused, match=reason):
        read(tmp_path, data)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LoadRefused, match="can't be read"):
        table.read_table(tmp_path / "none.csv", COLUMNS, Problems("none.csv"))


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LoadRefused, match="larger than 64 MB"):
        read(tmp_path, gzip.compress(b"a" * (table.LARGEST + 1), compresslevel=1))


def test_only_the_first_wrong_rows_are_shown(tmp_path: Path) -> None:
    with pytest.raises(LoadRefused, match="and 5 more\nNothing was changed"):
        read(tmp_path, b"code,name\n" + b",b\n" * 25)
