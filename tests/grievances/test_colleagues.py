"""A unit's cases by colleague: handed on by choosing, with a reason, all or none."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from grievances.models import Event, Opinion
from grievances.steps.record import Accused
from tests.factories import make_cadre, make_opinion, make_unit
from tests.grievances.bulk import chosen
from tests.grievances.cases import answered, copied, in_hand
from villages.models import Cadre, Role, Unit


@pytest.fixture
def heads(client: Client, head: Cadre) -> Client:
    client.force_login(head)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def colleague(transport: Unit) -> Cadre:
    return make_cadre(name="colleague", role=Role.HANDLER, unit=transport)


@pytest.fixture
def case(visitor: Cadre, coordinator: Cadre, transport: Unit, handler: Cadre) -> Opinion:
    return in_hand(make_opinion(by=visitor), by=coordinator, unit=transport, person=handler)


def page(client: Client, unit: Unit) -> object:
    return client.get(reverse("unit-colleagues", args=[unit.pk]))


def hand_on(client: Client, unit: Unit, cases: list[Opinion], to: Cadre, **fields: object) -> object:
    form = {
        "case": chosen(cases).split(),
        "colleague": to.pk,
        "reason": "出差",
        "key": str(uuid.uuid4()),
    }
    return client.post(reverse("unit-colleagues", args=[unit.pk]), form | fields)


def person_of(case: Opinion) -> Cadre:
    return Opinion.objects.get(pk=case.pk).person


def test_each_colleague_stands_with_their_number_and_their_cases(
    heads: Client, case: Opinion, transport: Unit, handler: Cadre, colleague: Cadre, visitor: Cadre,
    coordinator: Cadre,
) -> None:  # fmt: skip
    answered(make_opinion(by=visitor), by=coordinator, unit=transport, person=handler)
    found = {one.cadre: one for one in page(heads, transport).context["colleagues"]}
    assert found[handler].number == 2 and found[handler].cases == [case]
    assert found[colleague].number == 0 and found[colleague].cases == []


def test_each_number_opens_a_list_as_long(
    heads: Client, case: Opinion, transport: Unit, handler: Cadre
) -> None:
    copied(case, 11)
    text = page(heads, transport).content.decode()
    assert reverse("handover", args=[handler.pk]) in text and "12 open cases" in text
    assert heads.get(reverse("handover", args=[handler.pk])).context["count"] == 12
    assert text.count('name="case" value=') == 8


def test_chosen_cases_go_to_the_colleague_with_the_reason(
    heads: Client, case: Opinion, transport: Unit, head: Cadre, colleague: Cadre
) -> None:
    assert hand_on(heads, transport, [case], colleague).status_code == 302
    event = Event.objects.filter(opinion=case).latest("pk")
    assert (event.verb, event.actor, event.text, person_of(case)) == ("transfer", head, "出差", colleague)


def test_the_same_form_twice_is_one_step(
    heads: Client, case: Opinion, transport: Unit, colleague: Cadre
) -> None:
    form = {"case": chosen([case]), "key": str(uuid.uuid4())}
    for _time in range(2):
        assert hand_on(heads, transport, [case], colleague, **form).status_code == 302
    assert Event.objects.filter(opinion=case, verb="transfer").count() == 1


def test_what_changed_meanwhile_is_said_and_nothing_is_handed_over(
    heads: Client, case: Opinion, transport: Unit, handler: Cadre, colleague: Cadre
) -> None:
    other = copied(case, 1)[0]
    seen = chosen([case, other]).split()
    case.remark(by=handler, text="记一笔")
    answer = hand_on(heads, transport, [case, other], colleague, case=seen)
    text = answer.content.decode()
    assert (
        answer.status_code == 409 and "Changed meanwhile" in text and case.number in text and "出差" in text
    )
    assert person_of(case) == person_of(other) == handler
    assert answer.context["form"].data["key"] and text.count("checked") == 2
    assert hand_on(heads, transport, [case], colleague).status_code == 302


@pytest.mark.parametrize(
    "wrong", [{"case": []}, {"case": "x"}, {"colleague": ""}, {"reason": ""}, {"key": "x"}, {"case": "1.1"}]
)
def test_what_is_wrong_is_said(
    heads: Client, case: Opinion, transport: Unit, handler: Cadre, colleague: Cadre, wrong: dict[str, object]
) -> None:
    answer = hand_on(heads, transport, [case], colleague, **wrong)
    expected = 409 if wrong == {"case": "1.1"} else 422
    assert answer.status_code == expected and answer.context["form"].errors
    assert person_of(case) == handler


def test_too_many_at_once_are_refused(
    heads: Client, case: Opinion, transport: Unit, colleague: Cadre
) -> None:
    answer = hand_on(heads, transport, [case, *copied(case, 100)], colleague)
    assert answer.status_code == 422


def test_nobody_outside_gets_a_case_and_the_accused_neither(
    heads: Client, case: Opinion, transport: Unit, handler: Cadre, colleague: Cadre, outsider: Cadre, visitor: Cadre,
    coordinator: Cadre,
) -> None:  # fmt: skip
    assert hand_on(heads, transport, [case], outsider).status_code == 422
    accusing = make_opinion(by=visitor, accused=[Accused(cadre=colleague)])
    in_hand(accusing, by=coordinator, unit=transport, person=handler)
    assert hand_on(heads, transport, [case, accusing], colleague).status_code == 409
    assert person_of(case) == person_of(accusing) == handler


def test_an_accused_head_neither_sees_nor_counts_it(
    heads: Client, head: Cadre, transport: Unit, handler: Cadre, visitor: Cadre, coordinator: Cadre
) -> None:
    accusing = make_opinion(by=visitor, accused=[Accused(cadre=head)])
    in_hand(accusing, by=coordinator, unit=transport, person=handler)
    answer = page(heads, transport)
    assert {one.number for one in answer.context["colleagues"]} == {0}
    assert accusing.number not in answer.content.decode()


def test_only_the_units_head_opens_it(
    client: Client, case: Opinion, transport: Unit, handler: Cadre, coordinator: Cadre, head: Cadre
) -> None:
    other = make_unit(code="housing")
    both = make_cadre(name="both", role=Role.HEAD, unit=other)
    both.posts.create(role=Role.COORDINATOR, unit=other, region=other.region)
    for cadre, status in ((handler, 403), (coordinator, 403), (both, 403)):
        client.force_login(cadre)
        assert page(client, transport).status_code == status
    client.force_login(head)
    assert page(client, other).status_code == 404


def test_the_page_takes_the_same_queries_whatever_the_number(
    heads: Client, case: Opinion, transport: Unit, django_assert_max_num_queries: object
) -> None:
    copied(case, 20)
    for n in range(12):
        make_cadre(name=f"more{n}", role=Role.HANDLER, unit=transport)
    heads.get(reverse("help"))
    with django_assert_max_num_queries(17):
        page(heads, transport)
