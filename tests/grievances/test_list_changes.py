"""What changed in a list while it is open, and who else has the open case."""

import time
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grievances.desk import presence
from grievances.models import CasePresence, Opinion
from grievances.steps.record import Accused
from tests.factories import fresh, make_opinion
from tests.grievances.cases import answered, assigned, copied
from villages.models import Cadre, Unit

ADDRESS = reverse("list-changes")


@pytest.fixture
def case(visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre) -> Opinion:
    return assigned(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)


def as_shown(*opinions: Opinion) -> str:
    return " ".join(f"{one.pk}.{one.version}" for one in opinions)


def asked(client: Client, cadre: Cadre, **sent: str) -> dict[str, object]:
    client.force_login(fresh(cadre))
    answer = client.post(ADDRESS, sent)
    assert answer.status_code == 200
    return answer.json()


def test_a_row_that_was_worked_on_has_changed(client: Client, head: Cadre, case: Opinion) -> None:
    rows = as_shown(case)
    assert asked(client, head, rows=rows, list="to-take") == {"changed": [], "left": [], "here": ""}
    Opinion.objects.get(pk=case.pk).remark(by=head, text="看过了")
    assert asked(client, head, rows=rows, list="to-take")["changed"] == [case.pk]


def test_a_row_that_no_longer_fits_the_list_has_left(
    client: Client, head: Cadre, leader: Cadre, case: Opinion
) -> None:
    rows = as_shown(case)
    Opinion.objects.get(pk=case.pk).accept(by=head)
    assert asked(client, head, rows=rows, list="to-take")["left"] == [case.pk]
    assert asked(client, leader, rows=rows, query="?state=assigned")["left"] == [case.pk]
    assert asked(client, leader, rows=rows, query="?state=handling&text=没有")["changed"] == [case.pk]


def test_of_cases_that_are_not_theirs_nothing_is_told(
    client: Client,
    head: Cadre,
    outsider: Cadre,
    town: Unit,
    town_coordinator: Cadre,
    visitor: Cadre,
    case: Opinion,
) -> None:
    accusing = make_opinion(by=visitor, accused=[Accused(unit=town)])
    for cadre, one in ((outsider, case), (town_coordinator, accusing)):
        for version in (0, one.version):
            told = asked(client, cadre, rows=f"{one.pk}.{version}", case=one.number)
            assert told == {"changed": [], "left": [one.pk], "here": ""}
    assert not CasePresence.objects.exists()


@pytest.mark.parametrize("rows", ["x", "1", "1.x", "-1.0", "1.0;", "９.1", "1.0 " + "9" * 30 + ".0"])
def test_what_is_no_row_is_refused(client: Client, head: Cadre, rows: str) -> None:
    client.force_login(head)
    assert client.post(ADDRESS, {"rows": rows}).status_code == 400


@pytest.mark.parametrize("sent", [{}, {"query": "?a=%00&region=%00"}, {"case": "x" * 5000}])
def test_what_is_missing_or_broken_is_as_nothing(client: Client, head: Cadre, sent: dict[str, str]) -> None:
    assert asked(client, head, **sent) == {"changed": [], "left": [], "here": ""}


def test_a_queue_of_others_is_not_found(client: Client, head: Cadre, case: Opinion) -> None:
    client.force_login(head)
    assert client.post(ADDRESS, {"rows": as_shown(case), "list": "to-dispatch"}).status_code == 404


def test_one_request_for_a_whole_page_takes_few_queries(
    client: Client, head: Cadre, case: Opinion, django_assert_max_num_queries: object
) -> None:
    rows = as_shown(case, *copied(case, 49))
    client.force_login(head)
    client.get(reverse("help"))
    with django_assert_max_num_queries(7):
        told = client.post(ADDRESS, {"rows": rows, "list": "to-take", "case": case.number}).json()
    assert told["left"] == told["changed"] == []


def test_a_page_that_asks_by_itself_keeps_no_session_alive(
    client: Client, head: Cadre, settings: object
) -> None:
    client.force_login(head)
    client.get(reverse("help"))
    session = client.session
    session["seen"] = before = int(time.time()) - settings.SESSION_IDLE_SECONDS + 100
    session.save()
    client.post(ADDRESS, headers={"Unattended": "1"})
    assert client.session["seen"] == before
    client.get(reverse("help"))
    assert client.session["seen"] > before


def test_lists_of_now_ask_and_those_of_a_past_moment_do_not(
    client: Client, leader: Cadre, case: Opinion
) -> None:
    client.force_login(leader)
    yesterday = (timezone.localdate() - timedelta(days=1)).isoformat()
    for query, asks in (("", True), ("?figure=collected", False), (f"?as_of={yesterday}", False)):
        page = client.get(reverse("opinion-list") + query).content.decode()
        assert ("data-poll" in page) == (asks and case.number in page)


# Who else is there


def test_two_at_one_case_learn_of_each_other(
    client: Client, head: Cadre, handler: Cadre, case: Opinion
) -> None:
    assert asked(client, head, case=case.number)["here"] == ""
    assert head.name in asked(client, handler, case=case.number)["here"]
    assert handler.name in asked(client, head, case=case.number)["here"]


def test_a_presence_ends_with_the_next_case_or_by_itself(
    client: Client, head: Cadre, handler: Cadre, case: Opinion
) -> None:
    [other] = copied(case, 1)
    asked(client, head, case=case.number)
    asked(client, head, case=other.number)
    assert asked(client, handler, case=case.number)["here"] == ""
    assert head.name in asked(client, handler, case=other.number)["here"]
    CasePresence.objects.filter(cadre=head).update(until=timezone.now() - timedelta(seconds=1))
    assert asked(client, handler, case=other.number)["here"] == ""
    assert not CasePresence.objects.filter(cadre=head).exists()
    asked(client, handler)
    assert not CasePresence.objects.exists()


def test_what_is_over_is_forgotten_also_where_nobody_asks(head: Cadre, case: Opinion) -> None:
    now = timezone.now()
    presence.meet(head, case, now=now)
    presence.forget(now + presence.LASTS - timedelta(seconds=1))
    assert CasePresence.objects.exists()
    presence.forget(now + presence.LASTS)
    assert not CasePresence.objects.exists()


@pytest.mark.parametrize("kind", ["confidential", "accusing"])
def test_nobody_is_seen_at_a_protected_case(
    client: Client, visitor: Cadre, coordinator: Cadre, caller: Cadre, committee: Unit, kind: str
) -> None:
    opinion = (
        make_opinion(by=visitor, kind="confidential", name="李四")
        if kind == "confidential"
        else make_opinion(by=visitor, accused=[Accused(unit=committee)])
    )
    for cadre in (coordinator, caller, coordinator):
        assert asked(client, cadre, case=opinion.number)["here"] == ""
    assert not CasePresence.objects.exists()
    client.force_login(coordinator)
    assert "data-presence" not in client.get(reverse("opinion", args=[opinion.number])).content.decode()


def test_those_who_only_look_leave_no_presence_and_see_none(
    client: Client, head: Cadre, leader: Cadre, auditor: Cadre, visitor: Cadre, case: Opinion
) -> None:
    asked(client, head, case=case.number)
    for cadre in (leader, auditor, visitor):
        assert asked(client, cadre, case=case.number)["here"] == ""
    assert asked(client, head, case=case.number)["here"] == ""
    assert CasePresence.objects.count() == 1


def test_whoever_may_not_see_the_case_is_not_told_who_is_there(
    client: Client,
    visitor: Cadre,
    coordinator: Cadre,
    transport: Unit,
    head: Cadre,
    outsider: Cadre,
    caller: Cadre,
) -> None:
    case = answered(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
    asked(client, caller, case=case.number)
    assert asked(client, outsider, case=case.number)["here"] == ""
    assert caller.name in asked(client, head, case=case.number)["here"]
