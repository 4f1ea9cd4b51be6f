"""The visitor's home: which household next, and what became of what they told me."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grievances.models import Opinion, Visit
from tests.factories import (
    GRID,
    VILLAGE,
    make_cadre,
    make_campaign,
    make_household,
    make_opinion,
    make_region,
)
from tests.grievances.cases import answered, in_hand
from villages.models import Cadre, Household, Need, Role, Unit

HOME, LIST = "visitor-home", "household-list"


@pytest.fixture
def phone(client: Client, visitor: Cadre) -> Client:
    make_campaign()
    client.force_login(visitor)
    return client


def visit(household: Household, by: Cadre, **fields: object) -> Visit:
    now = timezone.now()
    campaign = make_campaign() if "campaign" not in fields else fields.pop("campaign")
    return Visit.objects.create(
        household=household, region=household.grid, said_at=now, recorded_at=now, recorded_by=by,
        campaign=campaign, **fields,
    )  # fmt: skip


def test_it_says_how_many_households_were_visited_and_the_numbers_open_their_lists(
    phone: Client, visitor: Cadre
) -> None:
    houses = [make_household() for _ in range(3)]
    current = phone.get(reverse(HOME)).context["campaign"]
    visit(houses[0], visitor, campaign=current)
    page = phone.get(reverse(HOME))
    assert (page.context["coverage"].visited, page.context["coverage"].left) == (1, 2)
    for asked, rows in (("&left=no", 1), ("&left=yes", 2), ("", 3)):
        address = f"{reverse(LIST)}?grid={GRID}{asked}"
        assert address.replace("&", "&amp;") in page.content.decode()
        listed = phone.get(address)
        assert len(listed.context["page"].rows) == listed.context["exact"] == rows


def test_nobody_at_home_is_no_visit_but_an_attempt(phone: Client, visitor: Cadre) -> None:
    house = make_household()
    current = phone.get(reverse(HOME)).context["campaign"]
    visit(house, visitor, campaign=current, nobody_home=True)
    page = phone.get(reverse(HOME))
    assert page.context["coverage"].visited == 0
    assert [one.attempts for one in page.context["left"]] == [1]


def test_what_a_visitor_must_know_stands_beside_the_household(phone: Client) -> None:
    need = Need.objects.create(code="alone", name="独居老人", name_en="elderly person alone")
    make_household().needs.add(need)
    assert need.name in phone.get(reverse(HOME)).content.decode()


def test_each_of_my_grids_can_be_chosen(client: Client, committee: Unit) -> None:
    make_household()
    make_household(grid=f"{VILLAGE}002")
    make_household(grid=f"{VILLAGE}002")
    client.force_login(make_cadre(name="whole-village", role=Role.VISITOR, unit=committee))
    page = client.get(reverse(HOME), {"grid": f"{VILLAGE}002"})
    assert page.context["grid"].pk == f"{VILLAGE}002"
    assert [(grid.pk, seen.total) for grid, seen in page.context["grids"]] == [
        (GRID, 1),
        (f"{VILLAGE}002", 2),
    ]


def test_a_grid_of_somebody_else_is_never_chosen(phone: Client) -> None:
    make_region(code=f"{VILLAGE}002")
    assert phone.get(reverse(HOME), {"grid": f"{VILLAGE}002"}).context["grid"].pk == GRID


def test_a_visitor_without_a_grid_is_told_what_to_do(client: Client, town: Unit) -> None:
    client.force_login(make_cadre(name="new", role=Role.VISITOR, unit=town))
    response = client.get(reverse(HOME))
    assert response.status_code == 200 and response.context["grid"] is None


@pytest.fixture
def case(visitor: Cadre) -> Opinion:
    return make_opinion(by=visitor, household=make_household())


def changed(phone: Client) -> list[Opinion]:
    return phone.get(reverse(HOME)).context["page"].rows


def test_what_others_did_with_my_opinions_is_shown_once_a_case(
    phone: Client, case: Opinion, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    assert changed(phone) == []
    in_hand(case, by=coordinator, unit=transport, person=head)
    assert changed(phone) == [case]


def test_what_i_did_myself_is_no_news(phone: Client, case: Opinion, visitor: Cadre) -> None:
    case.remark(by=visitor, text="补充")
    assert changed(phone) == []


def test_once_seen_only_what_is_newer_is_shown(
    phone: Client, case: Opinion, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    in_hand(case, by=coordinator, unit=transport, person=head)
    page = phone.get(reverse(HOME)).content.decode()
    until = re.search(r'name="until" value="([^"]+)"', page)[1]
    case.resolve(by=head, account="铺了沥青", public="路已经修好。")
    phone.post(reverse("changes-seen"), {"until": until})
    assert changed(phone) == [case]
    phone.post(reverse("changes-seen"))
    assert changed(phone) == []


@pytest.mark.parametrize("until", ["", "x", "9999-99-99", "2999-01-01T00:00:00+08:00", "2026-01-01T00:00"])
def test_a_broken_or_future_moment_is_now(phone: Client, visitor: Cadre, until: str) -> None:
    assert phone.post(reverse("changes-seen"), {"until": until}).status_code == 302
    visitor.refresh_from_db()
    assert visitor.changes_seen_at <= timezone.now()


def test_opinions_that_another_visitor_wrote_down_are_not_mine(
    phone: Client, committee: Unit, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    other = make_cadre(name="other", role=Role.VISITOR, unit=committee, region=GRID)
    in_hand(make_opinion(by=other), by=coordinator, unit=transport, person=head)
    assert changed(phone) == []


def test_the_page_needs_at_most_12_queries_however_much_there_is(
    phone: Client, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre,
    django_assert_max_num_queries: object,
) -> None:  # fmt: skip
    need = Need.objects.create(code="alone", name="独居老人")
    for number in range(6):
        house = make_household()
        house.needs.add(need)
        answered(make_opinion(by=visitor, household=house), by=coordinator, unit=transport, person=head)
        make_household(grid=f"{VILLAGE}00{number + 2}")
    changed(phone)  # the first request of a session also writes it
    with django_assert_max_num_queries(10):
        assert len(changed(phone)) == 6


def test_only_visitors_have_this_home(client: Client, leader: Cadre) -> None:
    client.force_login(leader)
    assert client.get(reverse(HOME)).status_code == 403


def test_the_big_button_chooses_a_household_and_the_way_is_second(phone: Client) -> None:
    page = phone.get(reverse(HOME)).content.decode()
    buttons = page[page.index('class="thumb') :]
    choose, way = f"{reverse(LIST)}?grid={GRID}&amp;visit=yes", f"{reverse('visit-new')}?place={GRID}"
    assert f'class="btn btn-primary" href="{choose}"' in buttons
    assert buttons.index(choose) < buttons.index(way)


def test_changes_beyond_the_first_page_are_a_page_away_and_all_are_counted(
    phone: Client, case: Opinion, coordinator: Cadre
) -> None:
    copies = []
    for n in range(59):
        copy = Opinion.objects.get(pk=case.pk)
        copy.pk, copy.number = None, f"COPY-{n:02}"
        copies.append(copy)
    for one in (*Opinion.objects.bulk_create(copies), case):
        one.remark(by=coordinator, text="已经问过")
    home = phone.get(reverse(HOME), {"grid": GRID})
    first = home.context["page"]
    assert len(first.rows) == 50 and "· 60</h2>" in home.content.decode()
    assert f"grid={GRID}" in first.next
    second = phone.get(reverse(HOME) + first.next).context["page"]
    assert len({row.pk for row in (*first.rows, *second.rows)}) == 60


def test_where_more_households_or_grids_are_left_than_shown_a_link_leads_to_all(
    client: Client, committee: Unit
) -> None:
    for _house in range(13):
        make_household()
    for n in range(2, 62):
        make_region(code=f"{VILLAGE}{n:03}")
    client.force_login(make_cadre(name="whole-village", role=Role.VISITOR, unit=committee))
    client.cookies["django_language"] = "en"
    page = client.get(reverse(HOME), {"grid": GRID}).content.decode()
    assert "The first 12 are shown: to all 13" in page
    assert "Other grids of mine (the first 60)" in page
    assert f'href="{reverse(LIST)}?grid={GRID}&amp;left=yes&amp;visit=yes"' in page
    client.force_login(make_cadre(name="one-grid", role=Role.VISITOR, unit=committee, region=f"{VILLAGE}002"))
    page = client.get(reverse(HOME)).content.decode()
    assert "are shown" not in page and "Other grids" not in page
