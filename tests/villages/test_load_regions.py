"""manage.py load_regions."""

import gzip
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from tests.factories import make_household
from tests.villages.files import REGIONS, load, refusal, write
from villages.loading.regions import load_regions, roots
from villages.models import Level, Region, RegionName

pytestmark = pytest.mark.django_db
DATA = Path("villages/data")
LAST = "320904101201,恒北村,village,320904101\n"
WITHOUT_LAST = REGIONS.replace(LAST, "")


@pytest.fixture
def loaded(tmp_path: Path, db: None) -> Path:
    load("load_regions", tmp_path, REGIONS)
    return tmp_path


def test_all_of_a_file_is_loaded(loaded: Path) -> None:
    village = Region.objects.get(code="320904101201")
    assert Region.objects.count() == 8
    assert (village.level, village.parent_id) == (Level.VILLAGE, "320904101")
    assert (village.name, village.name_en) == ("恒北村", "Hengbei village")


def test_a_district_gets_letters_for_its_numbers(loaded: Path) -> None:
    assert Region.objects.get(code="320904").abbreviation == "DF"


def test_loading_again_changes_nothing(loaded: Path) -> None:
    report = load_regions(write(loaded, REGIONS), continued={})
    assert (report["added"], report["renamed"], report["closed"], report["unchanged"]) == (0, 0, 0, 8)


def test_what_was_done_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    load("load_regions", tmp_path, REGIONS)
    assert "8 added, 0 renamed" in capsys.readouterr().out


def test_a_new_name_keeps_the_old_one_with_its_day(loaded: Path) -> None:
    load("load_regions", loaded, REGIONS.replace("恒北村", "恒南村"))
    old = RegionName.objects.get()
    assert (old.region_id, old.name, old.until) == ("320904101201", "恒北村", timezone.localdate())
    assert old.region.name_en == "Hengnan village"


def test_a_vanished_village_is_closed_not_deleted(loaded: Path) -> None:
    load("load_regions", loaded, WITHOUT_LAST, "--yes")
    assert Region.objects.get(code="320904101201").closed_on == timezone.localdate()


def test_closing_many_needs_a_yes(loaded: Path) -> None:
    assert "would close 1 of" in refusal("load_regions", loaded, WITHOUT_LAST)
    assert not Region.objects.exclude(closed_on=None).exists()


def test_closing_one_in_twenty_needs_no_yes(tmp_path: Path) -> None:
    many = "".join(f"3209041012{n},第{n}村,village,320904101\n" for n in range(10, 42))
    load("load_regions", tmp_path, REGIONS + many)
    load("load_regions", tmp_path, REGIONS.replace(LAST, "") + many)
    assert Region.objects.get(code="320904101201").closed_on


def test_a_village_that_comes_back_is_open_again(loaded: Path) -> None:
    load("load_regions", loaded, WITHOUT_LAST, "--yes")
    report = load_regions(write(loaded, REGIONS), continued={})
    assert report["reopened"] == 1
    assert Region.objects.get(code="320904101201").closed_on is None


def test_grids_are_never_closed(loaded: Path) -> None:
    Region.objects.create(code="320904101201001", name="第1网格", level="grid", parent_id="320904101201")
    load("load_regions", loaded, WITHOUT_LAST, "--yes")
    assert Region.objects.get(code="320904101201001").closed_on is None


def test_levels_that_the_file_lacks_stay_open(loaded: Path) -> None:
    towns = "".join(line for line in REGIONS.splitlines(keepends=True) if ",village," not in line)
    load("load_regions", loaded, towns)
    assert not Region.objects.exclude(closed_on=None).exists()


def test_a_file_of_one_district_leaves_the_others_alone(loaded: Path) -> None:
    Region.objects.create(code="320903", name="亭湖区", level="district", parent_id="3209")
    load("load_regions", loaded, REGIONS)
    assert Region.objects.get(code="320903").closed_on is None


def test_a_file_of_one_town_speaks_of_that_town_only(loaded: Path) -> None:
    load("load_regions", loaded, "code,name,level,parent\n320904001,丰华街道,town,320904\n")
    assert not Region.objects.exclude(closed_on=None).exists()


def test_a_file_is_about_what_lies_below_its_headings() -> None:
    assert roots({"32": "", "3209": "32", "320904": "3209", "320904001": "320904"}) == ["320904"]
    assert roots({"32": "", "3209": "32", "3201": "32"}) == ["32"]


def test_a_recoded_village_goes_on_as_another(loaded: Path) -> None:
    recoded = REGIONS.replace("320904101201,", "320904101202,")
    load("load_regions", loaded, recoded, "--continue", "320904101201=320904101202")
    old = Region.objects.get(code="320904101201")
    assert (old.closed_on, old.continued_as_id) == (timezone.localdate(), "320904101202")


def test_a_village_closed_earlier_can_still_be_continued(loaded: Path) -> None:
    load("load_regions", loaded, WITHOUT_LAST, "--yes")
    load("load_regions", loaded, WITHOUT_LAST, "--continue", "320904101201=320904001201")
    assert Region.objects.get(code="320904101201").continued_as_id == "320904001201"


@pytest.mark.parametrize(
    ("pair", "reason"),
    [
        ("320904101999=320904101202", "there is no region"),
        ("320904001001=320904001201", "still stands in the file"),
        ("320904101201=320904001", "different levels"),
        ("320904101201=320904101299", "there is no open region"),
        ("320904101201", "OLD=NEW"),
    ],
)
def test_an_impossible_continuation_is_refused(loaded: Path, pair: str, reason: str) -> None:
    assert reason in refusal("load_regions", loaded, WITHOUT_LAST, "--yes", "--continue", pair)
    assert not Region.objects.exclude(closed_on=None).exists()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("320904102201,远村,village,320904102", "unknown parent 320904102"),
        ("32090410120,短村,village,320904101", "has 11 digits; a village has 12"),
        ("320904101201,恒北村,village,320904101", "stands in row 9 already"),
        ("320904103,某镇,borough,320904", "unknown level 'borough'"),
        ("32090410X,某镇,town,320904", "is not a number"),
        ("320904001202,错村,village,320904101", "unknown parent '320904101'"),
        ("320904101202,,village,320904101", "name is empty"),
        ("320904101202,坏\x00村,village,320904101", "control character"),
        ("320904101202,少一格,village", "3 cells instead of 4"),
        (f"320904101202,{'长' * 101},village,320904101", "longer than 100"),
    ],
)
def test_a_bad_row_stops_the_load_and_is_named(tmp_path: Path, row: str, reason: str) -> None:
    said = refusal("load_regions", tmp_path, REGIONS + row + "\n")
    assert "file.csv, row 10: " in said
    assert reason in said
    assert not Region.objects.exists()


def test_a_child_can_not_stay_when_its_parent_vanishes(loaded: Path) -> None:
    orphaned = REGIONS.replace("320904101,草堰镇,town,320904\n", "")
    assert "the parent 320904101 is missing" in refusal("load_regions", loaded, orphaned, "--yes")


def test_a_district_with_letters_taken_gets_longer_ones(loaded: Path) -> None:
    load("load_regions", loaded, REGIONS + "320905,东峰区,district,3209\n")
    assert Region.objects.get(code="320905").abbreviation == "DFE"


def test_a_gzipped_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "regions.csv.gz"
    path.write_bytes(gzip.compress(REGIONS.encode("utf-8-sig")))
    call_command("load_regions", str(path))
    assert Region.objects.count() == 8


def test_dafeng_has_its_towns_and_villages() -> None:
    call_command("load_regions", str(DATA / "dafeng_regions.csv"))
    assert Region.objects.level(Level.TOWN).count() == 19
    assert Region.objects.level(Level.VILLAGE).count() == 273
    assert sum(region.is_empty_place for region in Region.objects.all()) == 4


def test_all_of_jiangsu_is_loaded_and_dafeng_after_it_closes_nothing() -> None:
    call_command("load_regions", str(DATA / "jiangsu_regions.csv.gz"))
    letters = Region.objects.level(Level.DISTRICT).values_list("abbreviation", flat=True)
    assert Region.objects.count() == 23_563
    assert len(set(letters)) == len(letters) and all(2 <= len(each) <= 6 for each in letters)
    report = load_regions(DATA / "dafeng_regions.csv", continued={})
    assert (report["closed"], report["unchanged"]) == (0, 295)
    assert make_household().grid.parent_id == "320904001001"
