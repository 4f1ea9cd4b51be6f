"""How many questions a form costs that was sent."""

import pytest
from django.test import Client
from django.urls import reverse

from grievances.models import Event, Opinion
from tests.factories import GRID, make_category, make_household, make_opinion
from tests.grievances.cases import carried, in_hand
from tests.grievances.visits import said, sheet
from villages.models import Cadre, Unit


@pytest.fixture
def case(visitor: Cadre) -> Opinion:
    return make_opinion(by=visitor)


def send(client: Client, case: Opinion, verb: str, **fields: object) -> object:
    return client.post(reverse(f"opinion-{verb}", args=[case.number]), carried(case, **fields))


def test_steps_take_few_queries(
    client: Client, case: Opinion, coordinator: Cadre, transport: Unit, head: Cadre,
    django_assert_max_num_queries: object,
) -> None:  # fmt: skip
    """Two of them are the savepoint that a test's own transaction makes of theirs."""
    client.force_login(coordinator)
    client.get(reverse("help"))  # a session's first page notes when it began
    with django_assert_max_num_queries(10):
        assert send(client, case, "assign", unit=transport.pk, person="").status_code == 302
    client.force_login(head)
    client.get(reverse("help"))
    case.refresh_from_db()
    with django_assert_max_num_queries(8):
        assert send(client, case, "accept", told="").status_code == 302
    case.refresh_from_db()
    with django_assert_max_num_queries(8):
        assert send(client, case, "remark", text="看过").status_code == 302


def test_a_visits_form_reads_once_for_all_its_opinions_and_of_last_time_only_what_is_answered(
    client: Client, visitor: Cadre, django_assert_max_num_queries: object
) -> None:
    household, roads = make_household(grid=GRID), make_category()
    lamps = make_category(code="roads-lamps")
    before = make_opinion(by=visitor, household=household, category=roads)
    client.force_login(visitor)
    door = reverse("visit-household", args=[household.pk])
    client.get(door)
    opinions = said(0, roads) | said(1, lamps)
    with django_assert_max_num_queries(15) as asked:
        assert client.post(door, sheet(count="2") | opinions).status_code == 302
    assert not any(before.text[:5] in one["sql"] or '"grievances_answer"' in one["sql"] for one in asked)
    assert client.post(door, sheet() | {f"back{before.pk}-word": "done"}).status_code == 302
    assert Event.objects.filter(opinion=before, verb="remark").exists()


def test_an_answer_after_a_bad_form_still_shows_last_time(client: Client, visitor: Cadre) -> None:
    household = make_household(grid=GRID)
    before = make_opinion(by=visitor, household=household)
    client.force_login(visitor)
    page = client.post(reverse("visit-household", args=[household.pk]), sheet(said_at="2999-01-01T00:00"))
    assert page.status_code == 422 and f"back{before.pk}-word" in page.content.decode()


def test_an_answer_is_given_in_one_trip_to_read_and_one_to_write(
    visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre, django_assert_num_queries: object
) -> None:
    """The savepoint makes four of it."""
    case = in_hand(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
    with django_assert_num_queries(4):
        case.resolve(by=head, account="铺了沥青", public="路已经修好。", version=case.version)
