"""manage.py load_people."""

import csv
import io
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from tests.factories import fresh, make_opinion
from tests.villages.files import load, refusal, write
from villages.loading.people import load_people
from villages.models import Cadre, Post, Role, Unit

HEADER = "username,name,telephone,role,unit,region,since,until\n"
CHEN = "chen,陈伟,0515-88880000,head,transport,,2026-01-01,\n"
CHEN_TOO = "chen,陈伟,0515-88880000,leader,transport,320904001,2026-01-01,\n"


@pytest.fixture
def folder(transport: Unit, town: Unit, tmp_path: Path) -> Path:
    return tmp_path


def test_a_person_with_two_posts_has_two_rows(folder: Path) -> None:
    load("load_people", folder, HEADER + CHEN + CHEN_TOO)
    chen = Cadre.objects.get()
    assert chen.roles == {Role.HEAD, Role.LEADER}
    assert [post.region_id for post in chen.posts.all()] == ["320904", "320904001"]


def test_the_printed_password_signs_in_once_and_must_be_changed(
    folder: Path, capsys: pytest.CaptureFixture, client: Client
) -> None:
    load("load_people", folder, HEADER + CHEN)
    table = capsys.readouterr().out.split("\n\n")[0]
    password = next(csv.DictReader(io.StringIO(table)))["password"]
    client.post("/sign-in/", {"username": "chen", "password": password})
    assert client.get("/people/").headers["location"] == "/password/"


def test_passwords_go_into_a_private_file(folder: Path, capsys: pytest.CaptureFixture) -> None:
    secret = folder / "passwords.csv"
    load("load_people", folder, HEADER + CHEN, "--passwords", str(secret))
    assert secret.stat().st_mode & 0o777 == 0o600
    assert "chen,陈伟," in secret.read_text()
    assert "chen,陈伟," not in capsys.readouterr().out


def test_an_existing_password_file_is_not_written_over(folder: Path) -> None:
    taken = folder / "passwords.csv"
    taken.write_text("older")
    assert "can't be written" in refusal("load_people", folder, HEADER + CHEN, "--passwords", str(taken))
    assert (taken.read_text(), Cadre.objects.count()) == ("older", 0)


def test_loading_again_changes_nothing_and_gives_no_password(folder: Path) -> None:
    path = write(folder, HEADER + CHEN + CHEN_TOO)
    load_people(path)
    loaded = load_people(path)
    assert loaded.passwords == []
    assert (loaded.report["people unchanged"], loaded.report["posts unchanged"]) == (1, 2)


def test_an_old_file_gives_nobody_back_an_ended_post(folder: Path) -> None:
    path = write(folder, HEADER + CHEN.replace("2026-01-01", ""))
    load_people(path)
    Post.objects.update(since=date(2026, 1, 1), until=date(2026, 1, 31))
    load_people(path)
    assert not Post.objects.in_force().exists()


def test_a_date_in_until_ends_the_post(folder: Path) -> None:
    load("load_people", folder, HEADER + CHEN)
    yesterday = timezone.localdate() - timedelta(days=1)
    loaded = load_people(write(folder, HEADER + CHEN.replace("2026-01-01,", f"2026-01-01,{yesterday}")))
    assert loaded.report["posts ended"] == 1
    assert not Cadre.objects.get().roles


def test_an_ended_post_is_not_prolonged(folder: Path) -> None:
    load("load_people", folder, HEADER + CHEN.replace("2026-01-01,", "2026-01-01,2026-01-31"))
    longer = HEADER + CHEN.replace("2026-01-01,", "2026-01-01,2099-01-31")
    assert "this post ended on 2026-01-31" in refusal("load_people", folder, longer)


def test_a_post_with_open_cases_is_not_ended(
    folder: Path, handler: Cadre, coordinator: Cadre, visitor: Cadre, transport: Unit
) -> None:
    opinion = make_opinion(by=visitor)
    opinion.assign(by=coordinator, unit=transport, person=handler)
    row = "handler,干部handler,,handler,transport,,2020-01-01,2026-01-31\n"
    said = refusal("load_people", folder, HEADER + row)
    assert "row 2: 1 open case hangs on this person" in said
    assert fresh(handler).roles == {Role.HANDLER}


def test_names_and_telephones_change(folder: Path) -> None:
    load("load_people", folder, HEADER + CHEN)
    load("load_people", folder, HEADER + CHEN.replace("0515-88880000", "0515-88881111"))
    assert Cadre.objects.get().telephone == "0515-88881111"


MAILED = HEADER.replace("until", "until,email")


def chen_at(address: str) -> str:
    return CHEN.replace("\n", f",{address}\n")


def test_an_address_is_loaded_and_an_empty_cell_or_no_column_leaves_it(folder: Path) -> None:
    load("load_people", folder, MAILED + chen_at("chen@dafeng.example"))
    for again in (MAILED + chen_at(""), HEADER + CHEN):
        assert load_people(write(folder, again)).report["people unchanged"] == 1
        assert Cadre.objects.get().email == "chen@dafeng.example"
    load("load_people", folder, MAILED + chen_at("wei.chen@dafeng.example"))
    assert Cadre.objects.get().email == "wei.chen@dafeng.example"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("li,李娜,,head,transport,,,,nobody\n", "email is not an e-mail address"),
        (f"li,李娜,,head,transport,,,,{'x' * 250}@a.cn\n", "email"),
        ("chen,陈伟,0515-88880000,leader,transport,,,,b@dafeng.example\n", "telephone or email in row 2"),
    ],
)
def test_a_wrong_address_is_named_and_nobody_is_loaded(folder: Path, row: str, reason: str) -> None:
    said = refusal("load_people", folder, MAILED + chen_at("a@dafeng.example") + row)
    assert "file.csv, row 3: " in said and reason in said
    assert not Cadre.objects.exists()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("li,李娜,,boss,transport,,,\n", "unknown role 'boss'"),
        ("li,李娜,,head,nowhere,,,\n", "there is no unit nowhere"),
        ("li,李娜,,head,transport,320999,,\n", "no open region 320999"),
        ("li,李娜,,head,transport,,2026-02-30,\n", "since is not a date"),
        ("li,李娜,,head,transport,,2026-03-01,2026-02-01\n", "until lies before since"),
        ("l i,李娜,,head,transport,,,\n", "a sign-in name has letters"),
        ("chen,陈大伟,,leader,transport,,,\n", "another name, telephone or email in row 2"),
        (CHEN, "the same post stands in row 2"),
    ],
)
def test_a_bad_row_is_named_and_nobody_is_loaded(folder: Path, row: str, reason: str) -> None:
    said = refusal("load_people", folder, HEADER + CHEN + row)
    assert "file.csv, row 3: " in said and reason in said
    assert not Cadre.objects.exists()


def test_hashing_a_one_time_password_is_quick_but_the_chosen_one_is_not(
    folder: Path, settings: object, capsys: pytest.CaptureFixture, client: Client
) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    call_command("load_people", write(folder, HEADER + CHEN))
    table = capsys.readouterr().out.split("\n\n")[0]
    given = Cadre.objects.get().password
    client.post(
        "/sign-in/", {"username": "chen", "password": next(csv.DictReader(io.StringIO(table)))["password"]}
    )
    rounds = [int(encoded.split("$")[1]) for encoded in (given, Cadre.objects.get().password)]
    assert rounds[0] == 10_000 and rounds[1] >= 600_000
