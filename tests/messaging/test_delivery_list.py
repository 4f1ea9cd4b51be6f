"""The administrator's list of messages that failed."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grievances.models import Delivery, Notice, Opinion
from tests.factories import make_opinion
from tests.messaging.servers import Gateway
from villages.models import Cadre

ADDRESS = "/jobs/messages/"


@pytest.fixture
def case(visitor: Cadre) -> Opinion:
    return make_opinion(by=visitor)


@pytest.fixture
def keeps(client: Client, administrator: Cadre) -> Client:
    client.force_login(administrator)
    client.cookies["django_language"] = "en"
    return client


def failed(cadre: Cadre, case: Opinion, *, key: str = "k", **fields: object) -> Delivery:
    now = timezone.now()
    notice = Notice.objects.create(cadre=cadre, opinion=case, key=key, kind="given")
    return Delivery.objects.create(
        **{
            "notice": notice, "cadre": cadre, "channel": "webhook", "how": "at_once", "made_at": now,
            "next_at": now, "state": "failed", "attempts": 8, "error": "the gateway answered 500",
        }
        | fields
    )  # fmt: skip


def test_an_empty_list_says_so(keeps: Client) -> None:
    assert "No message has failed." in keeps.get(ADDRESS).content.decode()


def test_it_says_to_whom_of_what_kind_and_why_but_not_of_which_case(
    keeps: Client, case: Opinion, head: Cadre
) -> None:
    failed(head, case)
    failed(head, case, key="sent", state="sent")
    page = keeps.get(ADDRESS)
    text = page.content.decode()
    assert len(page.context["page"].rows) == 1
    assert "A case is given to me" in text and "answered 500" in text and "8 attempts" in text
    assert case.number not in text and case.category.label not in text


def test_what_is_tried_again_by_itself_is_said_and_can_go_at_once(
    keeps: Client, gateway: Gateway, case: Opinion, head: Cadre, coordinator: Cadre
) -> None:
    later = timezone.now() + timedelta(hours=3)
    untried = failed(coordinator, case, key="untried", state="waiting", attempts=0, error="", next_at=later)
    assert keeps.get(ADDRESS).context["retrying"] is None
    for n in range(2):
        failed(coordinator, case, key=f"k{n}", state="waiting", attempts=3, next_at=later)
    page = keeps.get(ADDRESS).content.decode()
    assert "2 messages could not be sent" in page and "answered 500" in page and case.number not in page
    page = keeps.post(ADDRESS, {"now": "1"}, follow=True).content.decode()
    assert "2 messages wait to be sent again." in page and "could not be sent" not in page
    assert len(gateway.kept) == 2
    untried.refresh_from_db()
    assert untried.state == "waiting" and untried.next_at == later


def test_trying_again_sends_once_though_asked_twice(
    keeps: Client, gateway: Gateway, case: Opinion, head: Cadre, coordinator: Cadre
) -> None:
    delivery = failed(coordinator, case)
    for _n in range(2):
        assert keeps.post(ADDRESS, {"delivery": delivery.pk}).url == ADDRESS
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("sent", 1) and len(gateway.kept) == 1


@pytest.mark.parametrize("delivery", ["", "x", "0", "-1", "9" * 40])
def test_a_delivery_that_is_none_is_not_found(keeps: Client, delivery: str) -> None:
    assert keeps.post(ADDRESS, {"delivery": delivery}).status_code == 404


def test_others_may_neither_look_nor_try(
    client: Client, case: Opinion, leader: Cadre, auditor: Cadre, head: Cadre
) -> None:
    delivery = failed(head, case)
    for cadre in (leader, auditor, head):
        client.force_login(cadre)
        assert client.get(ADDRESS).status_code == 403
        assert client.post(ADDRESS, {"delivery": delivery.pk}).status_code == 403
    delivery.refresh_from_db()
    assert delivery.state == "failed"


def test_the_list_takes_the_same_queries_whatever_its_length(
    keeps: Client, case: Opinion, head: Cadre, django_assert_max_num_queries: Callable
) -> None:
    for n in range(60):
        failed(head, case, key=f"k{n}")
    keeps.get(reverse("help"))
    with django_assert_max_num_queries(6):
        assert len(keeps.get(ADDRESS).context["page"].rows) == 50


def test_after_a_night_without_the_gateway_all_are_tried_again_at_once(
    keeps: Client, gateway: Gateway, case: Opinion, head: Cadre, coordinator: Cadre
) -> None:
    for n in range(3):
        failed(coordinator, case, key=f"k{n}")
    done = failed(coordinator, case, key="sent", state="sent")
    page = keeps.post(ADDRESS, {"every": "1"}, follow=True).content.decode()
    assert "3 messages wait to be sent again." in page and "No message has failed." in page
    assert set(Delivery.objects.exclude(pk=done.pk).values_list("state", "attempts")) == {("sent", 1)}
    assert len(gateway.kept) == 3


def test_what_our_gateway_says_is_read_in_chinese_too(keeps: Client, case: Opinion, head: Cadre) -> None:
    failed(head, case, error="TimeoutError: the gateway can't be reached")
    failed(head, case, key="answered")
    failed(head, case, key="mail", error="SMTPServerDisconnected: Connection unexpectedly closed")
    keeps.cookies["django_language"] = "zh-hans"
    page = keeps.get(ADDRESS).content.decode()
    assert "TimeoutError: 消息网关无法连接" in page and "消息网关返回 500" in page
    assert "SMTPServerDisconnected: Connection unexpectedly closed" in page and "gateway" not in page
