"""Lists never show the words of a confidential opinion or an accusation: reading them leaves a trace."""

import pytest
from django.test import Client
from django.urls import reverse

from grievances.models import Look, Opinion
from grievances.steps.record import Accused
from tests.factories import make_cadre, make_category, make_household, make_opinion, make_unit
from tests.grievances.cases import answered, in_hand
from villages.models import Cadre, Household, Role, Unit

CANARY = "金丝雀八哥"
PROTECTED = "Protected: open the case to read it."


@pytest.fixture
def household(visitor: Cadre) -> Household:
    return make_household()


@pytest.fixture(params=["confidential", "accusing"])
def protected(request: pytest.FixtureRequest, visitor: Cadre, transport: Unit) -> Opinion:
    """A protected opinion that the visitor wrote down."""
    if request.param == "confidential":
        return make_opinion(by=visitor, kind="confidential", text=CANARY)
    return make_opinion(by=visitor, accused=[Accused(unit=transport)], text=CANARY)


def page(cadre: Cadre, name: str, *args: object) -> str:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(cadre)
    response = client.get(reverse(name, args=args))
    assert response.status_code == 200
    return response.content.decode()


def test_the_list_and_the_desk_say_that_it_is_protected(protected: Opinion, coordinator: Cadre) -> None:
    for address in (("opinion-list",), ("desk-queue", "to-dispatch")):
        shown = page(coordinator, *address)
        assert protected.number in shown and CANARY not in shown and PROTECTED in shown
    assert not Look.objects.exists()


def test_the_case_shows_it_and_leaves_the_trace(protected: Opinion, coordinator: Cadre) -> None:
    assert CANARY in page(coordinator, "opinion", protected.number)
    assert Look.objects.get().cadre == coordinator


def test_the_visitors_home_keeps_it_back(protected: Opinion, visitor: Cadre, coordinator: Cadre) -> None:
    protected.recategorise(by=coordinator, category=make_category(code="water-tap", name="自来水"))
    shown = page(visitor, "visitor-home")
    assert protected.number in shown and CANARY not in shown


def test_the_list_of_cases_to_hand_over_keeps_it_back(
    protected: Opinion, coordinator: Cadre, petitions: Unit, head: Cadre
) -> None:
    chief = make_cadre(name="chief", role=Role.HEAD, unit=petitions)
    in_hand(protected, by=coordinator, unit=petitions, person=chief)
    shown = page(chief, "handover", chief.pk)
    assert protected.number in shown and CANARY not in shown


def test_the_households_page_and_the_look_back_at_its_door_keep_an_accusation_back(
    household: Household, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    water = make_unit(code="water")
    worker = make_cadre(name="worker", role=Role.HEAD, unit=water)
    opinion = make_opinion(by=visitor, household=household, accused=[Accused(unit=transport)], text=CANARY)
    answered(opinion, by=coordinator, unit=water, person=worker)
    for name in ("household", "visit-household"):
        shown = page(visitor, name, household.pk)
        assert PROTECTED in shown and CANARY not in shown and "路已经修好" not in shown
        assert reverse("opinion", args=[opinion.number]) in shown


def test_a_plain_opinion_is_shown_in_the_list(visitor: Cadre, coordinator: Cadre) -> None:
    make_opinion(by=visitor, text=CANARY)
    assert CANARY in page(coordinator, "opinion-list")
