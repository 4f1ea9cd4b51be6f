"""“The same matter?” on the visit form: offered while it is filled in, joined as the visit is saved."""

import pytest
from django.test import Client
from django.urls import reverse

from grievances.models import CommonProblem, Event, Opinion, Visit
from grievances.steps.record import Accused
from grievances.workflow import Verb
from tests.factories import fresh, make_category, make_household, make_opinion
from tests.grievances.test_alike import LIKE, TEXT
from tests.grievances.visits import said, sheet
from villages.models import Cadre, Unit


@pytest.fixture
def known(visitor: Cadre) -> Opinion:
    return make_opinion(by=visitor, text=TEXT)


@pytest.fixture
def door(visitor: Cadre) -> str:
    return reverse("visit-household", args=[make_household().pk])


@pytest.fixture
def phone(visitor: Cadre) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(fresh(visitor))
    return client


def block(number: int = 0, **typed: object) -> dict[str, object]:
    return said(number, make_category(), **({"text": LIKE} | typed))


def offered(phone: Client, door: str, **typed: object) -> str:
    sent = sheet(count="2", offer="o1", **block(1, **typed))
    return phone.post(door, sent, headers={"HX-Request": "true"}).content.decode()


def test_it_is_offered_while_it_is_typed_and_nothing_is_saved(
    phone: Client, door: str, known: Opinion
) -> None:
    part = offered(phone, door)
    assert known.number in part and 'name="o1-same"' in part and "<html" not in part
    assert known.number not in offered(phone, door, text="小学门口没有路灯，孩子看不见")
    picked = offered(phone, door, category="", pick=make_category().pk)
    assert known.number in picked
    assert not Visit.objects.exists()


def test_nothing_is_offered_of_an_accusation_nor_of_what_is_protected(
    phone: Client, door: str, known: Opinion, committee: Unit, visitor: Cadre
) -> None:
    secret = make_opinion(by=visitor, text=TEXT, kind="confidential")
    accusing = make_opinion(by=visitor, text=TEXT, accused=[Accused(unit=committee)])
    part = offered(phone, door)
    assert known.number in part and secret.number not in part and accusing.number not in part
    assert known.number not in offered(phone, door, accused=f"unit:{committee.pk}")


def test_who_may_not_visit_there_is_offered_nothing(known: Opinion, door: str, outsider: Cadre) -> None:
    client = Client()
    client.force_login(fresh(outsider))
    answer = client.post(door, sheet(offer="o0", **block()))
    assert answer.status_code in (403, 404) and known.number not in answer.content.decode()


@pytest.mark.parametrize(
    "wrong", [{"category": "x"}, {"category": "9" * 30}, {"text": ""}, {"accused": "?"}, {"same": "x" * 900}]
)
def test_odd_values_get_an_empty_offer(phone: Client, door: str, known: Opinion, wrong: dict) -> None:
    sent = sheet(offer="o0", **block(**wrong))
    assert phone.post(door, sent, headers={"HX-Request": "true"}).status_code == 200
    assert phone.post(door, sheet(offer="../x", **block())).status_code == 200


def test_without_script_it_is_offered_when_the_page_comes_again(
    phone: Client, door: str, known: Opinion
) -> None:
    for again in ({"reload": "1"}, {"add": "1"}, {"o0-people": "0"}):
        page = phone.post(door, sheet(**block(same=known.number)) | again).content.decode()
        assert f'value="{known.number}" checked' in page
    assert not Visit.objects.exists()


def test_what_is_chosen_is_joined_once_and_each_keeps_its_own(
    phone: Client, door: str, known: Opinion
) -> None:
    sent = sheet(**block(same=known.number))
    for _n in range(2):
        assert phone.post(door, sent).status_code == 302
    problem = CommonProblem.objects.get()
    assert set(Opinion.objects.in_problem(problem)) == set(Opinion.objects.all())
    assert Opinion.objects.count() == 2 == Event.objects.filter(verb=Verb.JOIN).count()
    other = make_opinion(by=Cadre.objects.get(pk=known.recorded_by_id), text=TEXT)
    assert phone.post(door, sent | {"o0-same": other.number}).status_code == 409
    assert phone.post(door, sent | {"o0-same": ""}).status_code == 409


def test_two_opinions_of_one_visit_join_what_each_is_like(
    phone: Client, door: str, known: Opinion, visitor: Cadre
) -> None:
    light = make_opinion(by=visitor, text="小学门口没有路灯，孩子看不见")
    sent = sheet(count="2", **block(0, same=light.number), **block(1, same=known.number))
    page = phone.post(door, sent, follow=True).content.decode()
    assert f"as {light.number}" in page and f"as {known.number}" in page
    assert CommonProblem.objects.count() == 2


@pytest.mark.parametrize("informant", ["confidential", "anonymous"])
def test_who_must_not_be_known_joins_nothing_at_this_moment(
    phone: Client, door: str, known: Opinion, informant: str
) -> None:
    page = phone.post(
        door, sheet(**block(same=known.number, informant=informant)), follow=True
    ).content.decode()
    assert "The coordinator joins it" in page
    assert Opinion.objects.count() == 2 and not CommonProblem.objects.exists()


def test_what_can_not_be_joined_any_more_is_written_down_all_the_same(
    phone: Client, door: str, known: Opinion, coordinator: Cadre
) -> None:
    known.withdraw(by=coordinator, reason="重复")
    page = phone.post(door, sheet(**block(same=known.number)), follow=True).content.decode()
    assert "but not joined" in page
    assert Opinion.objects.count() == 2 and not CommonProblem.objects.exists()


def test_a_number_that_one_does_not_see_joins_nothing(phone: Client, door: str, known: Opinion) -> None:
    assert phone.post(door, sheet(**block(same="DF26-99999-9"))).status_code == 302
    assert not CommonProblem.objects.exists()
