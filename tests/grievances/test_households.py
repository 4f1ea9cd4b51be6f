"""Finding a household, and its page."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grievances.models import Look, Visit
from tests.factories import (
    GRID,
    VILLAGE,
    make_cadre,
    make_campaign,
    make_household,
    make_opinion,
    make_region,
)
from tests.grievances.visits import sheet
from villages.models import Cadre, Household, HouseholdContact, Need, Role, Unit


@pytest.fixture
def phone(client: Client, visitor: Cadre) -> Client:
    client.force_login(visitor)
    return client


@pytest.fixture
def household(visitor: Cadre) -> Household:
    found = make_household(number="20 号", head="陈小明")
    HouseholdContact.objects.create(household=found, telephone="13912345678")
    return found


def found(phone: Client, **asked: str) -> list[str]:
    return [one.head for one in phone.get(reverse("household-list"), asked).context["page"].rows]


@pytest.mark.parametrize("words", ["20", "陈小", "cxm", "C", "后街"])
def test_a_household_is_found_by_number_name_initials_and_address(
    phone: Client, household: Household, words: str
) -> None:
    household.address = "后街 3 弄"
    household.save()
    make_household(number="31 号", head="李四")
    assert found(phone, words=words) == ["陈小明"]


def test_at_a_door_stand_those_who_see_the_household(
    household: Household, visitor: Cadre, coordinator: Cadre, handler: Cadre, committee: Unit,
    django_assert_num_queries: object,
) -> None:  # fmt: skip
    elsewhere = make_cadre(name="elsewhere", role=Role.VISITOR, unit=committee, region=VILLAGE[:9] + "009")
    unreachable = make_household(number="31 号")
    for cadre in (visitor, coordinator, handler, elsewhere):
        cadre = Cadre.objects.get(pk=cadre.pk)
        for one in (household, unreachable):
            visible = Household.objects.visible_to(cadre).filter(pk=one.pk).first()
            assert Household.at_door(one.pk, cadre) == visible
    visitor = Cadre.objects.get(pk=visitor.pk)
    assert visitor.own_posts
    with django_assert_num_queries(1):
        there = Household.at_door(household.pk, visitor)
        assert (there.grid.code, there.contact.telephone) == (GRID, "13912345678")
    with django_assert_num_queries(1):
        assert not hasattr(Household.at_door(unreachable.pk, visitor), "contact")
    assert Household.at_door(0, visitor) is None
    with django_assert_num_queries(1) as asked:
        assert Household.at_door(10**30, visitor) is None
    assert str(10**30) not in asked[0]["sql"], "no index holds such a number: all rows would be read"


def test_households_are_filtered_by_need(phone: Client, household: Household) -> None:
    need = Need.objects.create(code="alone", name="独居老人", name_en="elderly person alone")
    household.needs.add(need)
    make_household(head="李四")
    assert found(phone, need=str(need.pk)) == ["陈小明"]


def test_a_household_that_moved_away_is_in_no_list(phone: Client, household: Household) -> None:
    Household.objects.filter(pk=household.pk).update(gone_on="2025-01-01")
    assert found(phone) == []


def test_households_of_other_grids_are_in_no_list(phone: Client) -> None:
    make_household(grid=f"{VILLAGE}002")
    assert found(phone) == [] and found(phone, grid=f"{VILLAGE}002") == []


@pytest.mark.parametrize("asked", [{"left": "perhaps"}, {"need": "x"}, {"campaign": "x"}, {"grid": "é" * 30}])
def test_a_broken_filter_is_no_error_page(phone: Client, household: Household, asked: dict[str, str]) -> None:
    assert phone.get(reverse("household-list"), asked).status_code == 200


def test_the_list_needs_at_most_12_queries(
    phone: Client, django_assert_max_num_queries: object, visitor: Cadre
) -> None:
    for _ in range(30):
        make_household()
    found(phone)  # the first request of a session also writes it
    with django_assert_max_num_queries(10):
        assert len(found(phone, grid=GRID, left="yes")) == 30


def test_the_page_shows_who_lives_there_what_they_said_and_the_visits(
    phone: Client, household: Household, visitor: Cadre
) -> None:
    opinion = make_opinion(by=visitor, household=household)
    phone.post(reverse("visit-household", args=[household.pk]), sheet())
    page = phone.get(reverse("household", args=[household.pk])).content.decode()
    assert "陈小明" in page and opinion.text in page
    assert reverse("visit", args=[Visit.objects.get().key]) in page


@pytest.mark.parametrize("kind", ["confidential", "anonymous"])
def test_what_was_said_in_confidence_is_not_on_the_page_of_the_household(
    phone: Client, household: Household, visitor: Cadre, coordinator: Cadre, kind: str
) -> None:
    make_opinion(by=visitor, household=household, kind=kind, text="金丝雀八哥")
    for cadre in (visitor, coordinator):
        phone.force_login(cadre)
        assert "金丝雀" not in phone.get(reverse("household", args=[household.pk])).content.decode()


def test_the_telephone_is_masked_until_the_button_is_pressed(phone: Client, household: Household) -> None:
    address = reverse("household", args=[household.pk])
    assert "13912345678" not in phone.get(address).content.decode()
    assert "5678" in phone.get(address).content.decode()
    assert "13912345678" in phone.post(address).content.decode()


def test_showing_the_telephone_leaves_a_trace_and_looking_at_the_page_none(
    phone: Client, household: Household, visitor: Cadre
) -> None:
    address = reverse("household", args=[household.pk])
    phone.get(address)
    assert not Look.objects.exists()
    assert "no-store" in phone.post(address)["Cache-Control"]
    look = Look.objects.get()
    assert (look.kind, look.household, look.cadre, look.opinion) == ("phone", household, visitor, None)


def test_where_no_number_is_known_nothing_is_shown_and_no_trace_left(
    phone: Client, household: Household
) -> None:
    HouseholdContact.objects.all().delete()
    phone.post(reverse("household", args=[household.pk]))
    assert not Look.objects.exists()


def test_a_visitor_of_another_grid_gets_404(client: Client, household: Household, committee: Unit) -> None:
    make_region(code=f"{VILLAGE}002")
    client.force_login(
        make_cadre(name="neighbour", role=Role.VISITOR, unit=committee, region=f"{VILLAGE}002")
    )
    address = reverse("household", args=[household.pk])
    assert (client.get(address).status_code, client.post(address).status_code) == (404, 404)


def test_who_does_not_visit_gets_403(
    client: Client, household: Household, leader: Cadre, caller: Cadre
) -> None:
    for cadre in (leader, caller):
        client.force_login(cadre)
        assert client.get(reverse("household", args=[household.pk])).status_code == 403
        assert client.get(reverse("household-list")).status_code == 403


def test_the_page_needs_at_most_16_queries(
    phone: Client, household: Household, visitor: Cadre, django_assert_max_num_queries: object
) -> None:
    for _ in range(5):
        make_opinion(by=visitor, household=household)
        phone.post(reverse("visit-household", args=[household.pk]), sheet())
    with django_assert_max_num_queries(14):
        phone.get(reverse("household", args=[household.pk]))


def test_house_numbers_are_in_counting_order(phone: Client) -> None:
    numbers = ["1 号", "3 号", "10 号", "11 号", "11-2 号", "11-10 号", "甲2 号", "甲12 号"]
    for number in reversed(numbers):
        make_household(number=number, head=number)
    assert found(phone) == numbers


def test_a_number_that_is_changed_or_loaded_takes_its_new_place(phone: Client) -> None:
    make_household(number="20 号", head="李四")
    moved = make_household(number="30 号", head="陈小明")
    Household.objects.bulk_create([Household(grid_id=GRID, number="7 号", head="王五")])
    Household.objects.filter(pk=moved.pk).update(number="8 号")
    assert found(phone) == ["王五", "陈小明", "李四"]


def test_for_a_visit_those_who_are_left_come_first_and_lead_to_the_form(
    phone: Client, household: Household, visitor: Cadre
) -> None:
    left = make_household(number="31 号", head="李四")
    make_campaign()
    phone.post(reverse("visit-household", args=[household.pk]), sheet())
    assert found(phone, grid=GRID) == ["陈小明", "李四"]
    assert found(phone, grid=GRID, visit="yes") == ["李四", "陈小明"]
    page = phone.get(reverse("household-list"), {"visit": "yes"}).content.decode()
    assert reverse("visit-household", args=[left.pk]) in page
    assert 'name="visit" value="yes"' in page


def test_a_coordinator_who_visits_nobody_is_led_to_no_form(
    client: Client, household: Household, coordinator: Cadre
) -> None:
    client.force_login(coordinator)
    page = client.get(reverse("household-list"), {"visit": "yes"}).content.decode()
    assert reverse("visit-household", args=[household.pk]) not in page


def test_all_visits_of_many_years_are_there_and_the_last_one_is_always_named(
    phone: Client, household: Household, visitor: Cadre
) -> None:
    now = timezone.now()
    Visit.objects.bulk_create(
        Visit(
            household=household, region=household.grid, said_at=now - timedelta(days=n), recorded_at=now,
            recorded_by=visitor,
        )
        for n in range(60)
    )  # fmt: skip
    address = reverse("household", args=[household.pk])
    first = phone.get(address).context["page"]
    second = phone.get(address + first.next)
    assert len({one.pk for one in (*first.rows, *second.context["page"].rows)}) == 60
    assert second.context["last"] == first.rows[0]


def test_where_a_household_said_more_than_is_shown_the_page_says_so(
    phone: Client, household: Household, visitor: Cadre
) -> None:
    phone.cookies["django_language"] = "en"
    address, form = (reverse(name, args=[household.pk]) for name in ("household", "visit-household"))
    for n in range(51):
        make_opinion(by=visitor, household=household)
        if n == 8:
            assert "newest" not in phone.get(address).content.decode() + phone.get(form).content.decode()
    assert "The 50 newest are shown." in phone.get(address).content.decode()
    assert "At most the 10 newest matters" in phone.get(form).content.decode()
