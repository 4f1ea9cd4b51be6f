"""manage.py create_administrator."""

import io
import sys

import pytest
from django.core.management import CommandError, call_command

from tests.factories import make_region, make_unit
from villages.models import Cadre, Role, Unit

pytestmark = pytest.mark.django_db
GOOD = "a long enough secret\n"


def create(
    monkeypatch: pytest.MonkeyPatch, *, unit: str = "office", password: str = GOOD, name: str = "root"
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(password))
    call_command(
        "create_administrator", "--username", name, "--name", "管理员", "--unit", unit, "--password-stdin"
    )


def test_an_administrator_of_a_known_unit_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    make_unit(code="office")
    create(monkeypatch)
    root = Cadre.objects.get()
    assert root.check_password(GOOD.strip())
    assert (root.roles, root.is_staff) == ({Role.ADMINISTRATOR}, True)


def test_the_first_unit_is_made_for_the_only_district(monkeypatch: pytest.MonkeyPatch) -> None:
    make_region(code="320904")
    create(monkeypatch)
    assert Unit.objects.get(code="office").region_id == "320904"


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"unit": "nowhere"}, "There is no unit nowhere"),
        ({"password": "short\n"}, "too short"),
        ({"name": "x" * 41}, "at most 40"),
    ],
)
def test_a_wrong_answer_makes_nobody(
    monkeypatch: pytest.MonkeyPatch, wrong: dict[str, str], reason: str
) -> None:
    make_unit(code="office")
    with pytest.raises(CommandError, match=reason):
        create(monkeypatch, **wrong)
    assert not Cadre.objects.exists()


def test_without_regions_there_is_no_first_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="Load the regions"):
        create(monkeypatch)


def test_a_name_is_taken_once(monkeypatch: pytest.MonkeyPatch) -> None:
    make_unit(code="office")
    create(monkeypatch)
    with pytest.raises(CommandError, match="already exists"):
        create(monkeypatch)
