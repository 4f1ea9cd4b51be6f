"""manage.py load_households and load_needs."""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import VILLAGE, make_region
from tests.villages.files import load, refusal, write
from villages.loading.households import load_households
from villages.models import Household, Need, Region
from villages.secrets import keyed_hash

HEADER = "grid,number,head,address,members,needs,telephone,centre\n"
CHEN = "320904001001001,1号,陈小明,中心路1号,3,elderly-alone|low-income,0515 8888 0001,是\n"
WANG = "320904001001001,2号,王芳,,2,,,\n"


@pytest.fixture
def folder(db: None, tmp_path: Path) -> Path:
    make_region(code="320904001001001")
    call_command("load_needs")
    return tmp_path


def test_a_household_comes_with_needs_and_contact(folder: Path) -> None:
    load("load_households", folder, HEADER + CHEN)
    household = Household.objects.get()
    assert (household.head, household.initials, household.members, household.is_centre) == (
        "陈小明",
        "cxm",
        3,
        True,
    )
    assert {need.code for need in household.needs.all()} == {"elderly-alone", "low-income"}
    assert household.contact.telephone == "0515 8888 0001"
    assert household.contact.telephone_hash == keyed_hash("051588880001")


def test_the_database_holds_the_telephone_only_encrypted(folder: Path) -> None:
    load("load_households", folder, HEADER + CHEN)
    with connection.cursor() as cursor:
        cursor.execute("SELECT telephone FROM villages_householdcontact")
        assert "8888" not in cursor.fetchone()[0]


def test_loading_again_makes_no_doubles(folder: Path) -> None:
    path = write(folder, HEADER + CHEN + WANG)
    load_households(path)
    report = load_households(path)
    assert (report["added"], report["changed"], report["unchanged"]) == (0, 0, 2)
    assert Household.objects.count() == 2


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("陈小明", "陈大明"),
        (",3,", ",4,"),
        ("|low-income", ""),
        ("0001", "0002"),
        ("0515 8888 0001", ""),
        ("是", "否"),
    ],
)
def test_a_changed_cell_changes_that_household_only(folder: Path, old: str, new: str) -> None:
    load("load_households", folder, HEADER + CHEN + WANG)
    report = load_households(write(folder, HEADER + CHEN.replace(old, new) + WANG))
    assert (report["changed"], report["unchanged"]) == (1, 1)
    again = load_households(write(folder, HEADER + CHEN.replace(old, new) + WANG))
    assert again["unchanged"] == 2


def test_a_column_that_the_file_lacks_stays(folder: Path) -> None:
    load("load_households", folder, HEADER + CHEN)
    load("load_households", folder, "grid,number,head\n320904001001001,1号,陈大明\n")
    household = Household.objects.get()
    assert (household.head, household.address, household.needs.count()) == ("陈大明", "中心路1号", 2)
    assert household.contact.telephone


def test_missing_grids_are_made_when_asked(folder: Path) -> None:
    load("load_households", folder, HEADER + CHEN.replace("01001,", "01002,"), "--make-grids")
    grid = Region.objects.get(code="320904001001002")
    assert (grid.parent_id, grid.level, grid.name, grid.name_en) == (VILLAGE, "grid", "第2网格", "Grid 2")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("320904001001009,1号,李娜,,,,,\n", "unknown grid 320904001001009"),
        ("320904001009001,1号,李娜,,,,,\n", "unknown village 320904001009"),
        ("320904001001,1号,李娜,,,,,\n", "is not a grid's code"),
        ("320904001001001,3号,李娜,,many,,,\n", "longer than 3"),
        ("320904001001001,3号,李娜,,-1,,,\n", "members is not a number"),
        ("320904001001001,3号,李娜,,,rich,,\n", "unknown need 'rich'"),
        ("320904001001001,3号,李娜,,,,call me,\n", "telephone is not"),
        ("320904001001001,3号,李娜,,,,,x\n", "neither yes nor no"),
        ("320904001001001,1号,李娜,,,,,\n", "stands in row 2"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_loaded(folder: Path, row: str, reason: str) -> None:
    said = refusal("load_households", folder, HEADER + CHEN + row)
    assert "file.csv, row 3: " in said and reason in said
    assert not Household.objects.exists()


def test_many_households_take_few_queries(folder: Path) -> None:
    rows = "".join(f"320904001001001,{n}号,陈小明,,1,low-income,0515888800,\n" for n in range(500))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        load_households(write(folder, HEADER + rows))
    assert Household.objects.count() == 500
    assert len(queries) < 25


def test_needs_load_in_the_order_of_the_file(folder: Path) -> None:
    load("load_needs", folder, "code,name,name_en\nlow-income,低收入家庭,low income\nnew,新增,new\n")
    assert Need.objects.get(code="low-income").name == "低收入家庭"
    assert Need.objects.get(code="new").position == 2
    assert Need.objects.count() == 14


def test_a_need_that_stands_twice_is_refused(folder: Path) -> None:
    assert "row 3: the code a stands twice" in refusal(
        "load_needs", folder, "code,name,name_en\na,甲,\na,乙,\n"
    )
