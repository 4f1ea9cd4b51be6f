"""Columns and density of lists, as each has chosen them; rows that unfold."""

import pytest
from django.test import Client
from django.urls import reverse

from grievances.lists.columns import HEADINGS, OPTIONAL
from grievances.models import DeskSettings, Opinion, SavedView
from grievances.saved.finding import address_of
from tests.factories import make_opinion
from tests.grievances.cases import assigned, copied
from villages.models import Cadre, Unit

EVERY = [name for name, _heading in OPTIONAL]


@pytest.fixture
def desk(client: Client, head: Cadre) -> Client:
    client.force_login(head)
    return client


@pytest.fixture
def case(visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre) -> Opinion:
    return assigned(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)


def headings(page: str) -> list[str]:
    head = page.partition("<thead>")[2].partition("</thead>")[0]
    return [part.partition("</th>")[0] for part in head.split("<th>")[1:]]


def test_chosen_columns_are_remembered_and_hold_in_every_list(
    desk: Client, case: Opinion, head: Cadre
) -> None:
    back = reverse("desk-queue", args=["to-take"]) + "?order=due"
    saved = desk.post(
        reverse("list-columns"), {"columns": ["unit", "round"], "density": "compact", "next": back}
    )
    assert saved.url == back
    for address in (back, reverse("opinion-list")):
        page = desk.get(address).content.decode()
        assert "list panel mb-0 compact" in page
        assert [one for one in headings(page) if "visually-hidden" not in one][1:] == [
            str(HEADINGS[name]) for name in ("words", "round", "unit")
        ]
        assert case.unit.label in page and "第 1 轮" in page


def test_without_a_choice_lists_look_as_usual(desk: Client, case: Opinion) -> None:
    page = desk.get(reverse("desk-queue", args=["to-take"])).content.decode()
    usual = ("place", "category", "words", "deadline", "person")
    assert headings(page)[2:] == [str(HEADINGS[name]) for name in usual]
    assert not DeskSettings.objects.exists()


def test_a_view_has_its_own_columns(desk: Client, case: Opinion, head: Cadre) -> None:
    DeskSettings.objects.create(cadre=head, columns=["round"])
    view = SavedView.objects.create(owner=head, name="列", queue="to-take", columns=["kind", "gone-column"])
    page = desk.get(address_of(view)).content.decode()
    assert headings(page)[2:] == [str(HEADINGS["words"]), str(HEADINGS["kind"])]


@pytest.mark.parametrize("wrong", [{"columns": ["name"]}, {"density": "tiny"}, {"density": ""}])
def test_a_column_that_is_none_is_refused(desk: Client, head: Cadre, wrong: dict[str, object]) -> None:
    answer = desk.post(reverse("list-columns"), {"columns": ["unit"], "density": "compact"} | wrong)
    assert answer.status_code == 422 and not DeskSettings.objects.exists()


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_nobody_is_led_elsewhere(desk: Client, to: str) -> None:
    saved = desk.post(reverse("list-columns"), {"density": "compact", "next": to})
    assert saved.url == reverse("opinion-list")


@pytest.mark.parametrize("address", ["opinion-list", "past"])
def test_all_columns_take_no_more_queries(
    desk: Client, case: Opinion, head: Cadre, address: str, django_assert_max_num_queries: object
) -> None:
    DeskSettings.objects.create(cadre=head, columns=EVERY)
    copied(case, 55)
    asked = {"figure": "collected"} if address == "past" else {}
    desk.get(reverse("help"))
    with django_assert_max_num_queries(9):
        page = desk.get(reverse("opinion-list"), asked)
    assert len(page.context["page"].rows) == 50


def test_no_column_shows_more_of_a_protected_case(client: Client, visitor: Cadre, coordinator: Cadre) -> None:
    make_opinion(by=visitor, kind="confidential", name="李四", text="金丝雀" * 20)
    DeskSettings.objects.create(cadre=coordinator, columns=EVERY)
    client.force_login(coordinator)
    for address in (reverse("desk-queue", args=["to-dispatch"]), reverse("opinion-list")):
        page = client.get(address).content.decode()
        assert "李四" not in page and "金丝雀" not in page and "data-unfold" not in page
        assert "保密" in page


def test_a_row_holds_its_whole_text_and_a_link_without_script(
    client: Client, visitor: Cadre, coordinator: Cadre
) -> None:
    long = make_opinion(by=visitor, text="路灯" * 100 + "<b>")
    short = make_opinion(by=visitor, text="路灯坏")
    client.force_login(coordinator)
    page = client.get(reverse("desk-queue", args=["to-dispatch"])).content.decode()
    assert "路灯" * 100 + "&lt;b&gt;" in page and page.count("data-unfold") == 1
    assert f'data-unfold href="{reverse("opinion", args=[long.number])}"' in page
    assert f'data-unfold href="{reverse("opinion", args=[short.number])}"' not in page
