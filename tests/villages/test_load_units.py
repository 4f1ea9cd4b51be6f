"""manage.py load_units."""

from pathlib import Path

import pytest

from tests.factories import make_region
from tests.villages.files import load, refusal, write
from villages.loading.units import load_units
from villages.models import Unit

HEADER = "code,name,name_en,kind,parent,region\n"
TRANSPORT = "transport,区交通局,Transport,department,,320904\n"
ROADS = "roads,养护队,Roads team,team,transport,320904\n"


@pytest.fixture
def folder(db: None, tmp_path: Path) -> Path:
    make_region(code="320904001")
    return tmp_path


def test_sub_units_may_stand_before_the_unit_above(folder: Path) -> None:
    load("load_units", folder, HEADER + ROADS + TRANSPORT)
    assert Unit.objects.get(code="roads").path == "/transport/roads/"


def test_loading_again_changes_nothing(folder: Path) -> None:
    path = write(folder, HEADER + TRANSPORT + ROADS)
    load_units(path)
    report = load_units(path)
    assert (report["added"], report["changed"], report["unchanged"]) == (0, 0, 2)


def test_a_new_parent_moves_the_unit_with_its_sub_units(folder: Path) -> None:
    load("load_units", folder, HEADER + TRANSPORT + ROADS)
    housing = "housing,区住建局,Housing,department,,320904\n"
    report = load_units(
        write(folder, HEADER + housing + TRANSPORT.replace("department,,", "department,housing,"))
    )
    assert (report["added"], report["changed"]) == (1, 1)
    assert Unit.objects.get(code="roads").path == "/housing/transport/roads/"


def test_two_units_can_change_places(folder: Path) -> None:
    load("load_units", folder, HEADER + TRANSPORT + ROADS)
    load(
        "load_units",
        folder,
        HEADER + ROADS.replace("team,transport,", "team,,") + TRANSPORT.replace(",,", ",roads,"),
    )
    assert Unit.objects.get(code="transport").path == "/roads/transport/"


def test_names_change_and_missing_units_stay(folder: Path) -> None:
    load("load_units", folder, HEADER + TRANSPORT + ROADS)
    load("load_units", folder, HEADER + TRANSPORT.replace("区交通局", "交通运输局"))
    assert list(Unit.objects.values_list("name", flat=True)) == ["交通运输局", "养护队"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("x,某局,,office,,320904\n", "unknown kind 'office'"),
        ("x,某局,,department,nobody,320904\n", "unknown parent nobody"),
        ("x,某局,,department,x,320904\n", "part of itself"),
        ("x,某局,,department,,320999\n", "no open region 320999"),
        ("X Y,某局,,department,,320904\n", "code: "),
        ("transport,又一个,,department,,320904\n", "stands in row 2 too"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_loaded(folder: Path, row: str, reason: str) -> None:
    said = refusal("load_units", folder, HEADER + TRANSPORT + row)
    assert "file.csv, row 3: " in said and reason in said
    assert not Unit.objects.exists()
