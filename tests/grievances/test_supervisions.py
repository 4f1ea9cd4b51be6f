"""Supervision: who asked what, by when an answer is due, the late ones first, and what was answered."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grievances.models import Opinion
from grievances.steps.record import Accused
from tests.factories import make_opinion
from tests.grievances.cases import copied, in_hand
from villages.models import Cadre, Unit


@pytest.fixture
def cases(
    visitor: Cadre, coordinator: Cadre, leader: Cadre, transport: Unit, handler: Cadre, committee: Unit,
    secretary: Cadre,
) -> dict[str, Opinion]:  # fmt: skip
    """A late one and one due later of a department, an answered one, and one of a committee."""
    now, made = timezone.now(), {}

    def supervised(name: str, unit: Unit, person: Cadre, by: Cadre, *, ago: int, days: int) -> None:
        with time_machine.travel(now - timedelta(days=ago), tick=False):
            made[name] = in_hand(make_opinion(by=visitor), by=coordinator, unit=unit, person=person)
            due = timezone.localdate() + timedelta(days=days)
            made[name].supervise(by=by, text=f"请抓紧 {name}", due=due)

    supervised("later", transport, handler, coordinator, ago=1, days=5)
    supervised("late", transport, handler, leader, ago=9, days=3)
    supervised("committee", committee, secretary, coordinator, ago=2, days=4)
    supervised("done", transport, handler, leader, ago=6, days=9)
    made["done"].answer_supervision(by=handler, text="已经开工")
    return made


def listed(client: Client, cadre: Cadre, **asked: object) -> list[str]:
    client.force_login(cadre)
    page = client.get(reverse("supervision-list"), asked)
    assert page.status_code == 200
    return [one.opinion.number for one in page.context["supervisions"]]


def test_the_late_ones_come_first_each_with_who_asked_what(
    client: Client, cases: dict[str, Opinion], coordinator: Cadre, leader: Cadre
) -> None:
    expected = [cases[name].number for name in ("late", "committee", "later")]
    assert listed(client, coordinator) == expected == listed(client, leader)
    page = client.get(reverse("supervision-list"))
    first = page.context["supervisions"][0]
    assert first.asked.actor == leader and first.left.shape == "▲"
    assert "请抓紧 late" in page.content.decode() and leader.label in page.content.decode()


def test_what_was_answered_stands_apart_with_its_answer(
    client: Client, cases: dict[str, Opinion], leader: Cadre
) -> None:
    assert listed(client, leader, status="answered") == [cases["done"].number]
    text = client.get(reverse("supervision-list"), {"status": "answered"}).content.decode()
    assert "已经开工" in text and "请抓紧 done" in text


def test_what_was_asked_is_shown_as_it_was_written(
    client: Client, cases: dict[str, Opinion], leader: Cadre
) -> None:
    cases["later"].supervise(by=leader, text="<i>请抓紧</i>", due=timezone.localdate() + timedelta(days=2))
    client.force_login(leader)
    page = client.get(reverse("supervision-list")).content.decode()
    assert "&lt;i&gt;请抓紧&lt;/i&gt;" in page and "<i>请抓紧" not in page


def test_a_head_sees_those_of_the_own_unit(client: Client, cases: dict[str, Opinion], head: Cadre) -> None:
    assert listed(client, head) == [cases["late"].number, cases["later"].number]


def test_filters_by_who_asked_by_unit_and_by_place(
    client: Client, cases: dict[str, Opinion], leader: Cadre, transport: Unit, committee: Unit
) -> None:
    assert listed(client, leader, mine="on") == [cases["late"].number]
    assert listed(client, leader, unit=committee.pk) == [cases["committee"].number]
    assert listed(client, leader, status="late", unit=transport.pk) == [cases["late"].number]
    assert listed(client, leader, region="320904002") == []
    page = client.get(reverse("supervision-list"), {"status": "x"})
    assert page.status_code == 200 and "status" in page.context["filter"].form.errors


@pytest.mark.parametrize("who", ["coordinator", "leader", "head"])
def test_each_number_is_that_of_its_list(
    client: Client, cases: dict[str, Opinion], who: str, request: pytest.FixtureRequest
) -> None:
    client.force_login(request.getfixturevalue(who))
    numbers = client.get(reverse("supervision-list")).context["numbers"]
    for _status, n, exact, address in numbers:
        assert exact and client.get(address).context["page"].total == n
    assert [n for _status, n, _exact, _address in numbers] == [2 if who == "head" else 3, 1, 1]


def test_the_accused_neither_see_nor_count_it_and_protected_words_stay_hidden(
    client: Client,
    visitor: Cadre,
    coordinator: Cadre,
    transport: Unit,
    handler: Cadre,
    head: Cadre,
    leader: Cadre,
) -> None:
    case = make_opinion(by=visitor, accused=[Accused(cadre=head)])
    in_hand(case, by=coordinator, unit=transport, person=handler)
    case.supervise(by=leader, text="请查金丝雀", due=timezone.localdate())
    assert listed(client, head) == []
    numbers = client.get(reverse("supervision-list")).context["numbers"]
    assert {n for _status, n, _exact, _address in numbers} == {0}
    assert listed(client, leader) == [case.number]
    assert "金丝雀" not in client.get(reverse("supervision-list")).content.decode()


def test_who_neither_heads_nor_looks_after_gets_403(client: Client, handler: Cadre, caller: Cadre) -> None:
    for cadre in (handler, caller):
        client.force_login(cadre)
        assert client.get(reverse("supervision-list")).status_code == 403


def test_the_page_takes_the_same_queries_whatever_the_number(
    client: Client, cases: dict[str, Opinion], leader: Cadre, django_assert_max_num_queries: object
) -> None:
    clock = cases["late"].clocks.get(kind="supervision")
    for copy in copied(cases["late"], 20):
        clock.pk, clock.opinion = None, copy
        clock.save()
    client.force_login(leader)
    client.get(reverse("help"))
    with django_assert_max_num_queries(13):
        page = client.get(reverse("supervision-list"))
    assert page.context["page"].total == 23
