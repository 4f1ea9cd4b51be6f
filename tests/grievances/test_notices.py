"""Notices: what happened in cases that concern somebody."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from grievances.messaging.notices import MOST_UNSEEN, notices_of, unseen
from grievances.models import Event, Notice, Opinion
from tests.factories import fresh, make_opinion
from tests.grievances.cases import answered, assigned
from villages.models import Cadre, Unit


@pytest.fixture
def told(
    visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre,
    django_capture_on_commit_callbacks: object,
) -> Opinion:  # fmt: skip
    """A case that was assigned to the head, who got a notice of it."""
    with django_capture_on_commit_callbacks(execute=True):
        return assigned(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)


def listed(client: Client) -> list[str]:
    notices = client.get(reverse("notice-list")).context["page"].rows
    return [notice.opinion.number for notice in notices]


def test_the_responsible_person_is_told_of_an_assignment(
    client: Client, told: Opinion, head: Cadre, handler: Cadre
) -> None:
    for cadre, numbers in ((head, [told.number]), (handler, [])):
        client.force_login(cadre)
        assert listed(client) == numbers


def test_a_notice_leads_to_its_case(client: Client, told: Opinion, head: Cadre) -> None:
    client.force_login(head)
    page = client.get(reverse("notice-list")).content.decode()
    assert reverse("opinion", args=[told.number]) in page


def test_the_number_of_unseen_notices_stands_on_every_page_until_they_are_seen(
    client: Client, told: Opinion, head: Cadre
) -> None:
    client.force_login(head)
    link = f'href="{reverse("notice-list")}"'
    assert link in client.get(reverse("help")).content.decode()
    client.get(reverse("notice-list"))
    assert Notice.objects.filter(cadre=head, seen_at=None).exists()
    assert client.post(reverse("notices-seen")).url == reverse("notice-list")
    assert link not in client.get(reverse("help")).content.decode()


def test_of_very_many_unseen_notices_no_page_counts_all(client: Client, told: Opinion, head: Cadre) -> None:
    Notice.objects.bulk_create(
        Notice(cadre=head, opinion=told, key=f"k{n}", kind="step") for n in range(MOST_UNSEEN + 20)
    )
    assert unseen(fresh(head)) == MOST_UNSEEN + 1
    client.force_login(head)
    page = client.get(reverse("help"), headers={"accept-language": "en"}).content.decode()
    assert f"more than {MOST_UNSEEN} notices" in page


def test_nobody_marks_the_notices_of_others(client: Client, told: Opinion, handler: Cadre) -> None:
    client.force_login(handler)
    client.post(reverse("notices-seen"))
    assert Notice.objects.filter(seen_at=None).exists()


def test_a_notice_vanishes_with_the_right_to_see_its_case(
    client: Client, told: Opinion, head: Cadre, coordinator: Cadre
) -> None:
    told.name_accused(by=coordinator, cadre=head)
    client.force_login(head)
    assert listed(client) == []
    assert reverse("notice-list") not in client.get(reverse("help")).content.decode()


def test_who_wrote_it_down_is_told_of_the_answer(
    client: Client, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre,
    django_capture_on_commit_callbacks: object,
) -> None:  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        case = answered(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
    client.force_login(visitor)
    assert listed(client) == [case.number]


def test_only_the_cases_of_the_notices_are_looked_up(told: Opinion, leader: Cadre) -> None:
    """A leader sees every case of the district: they are neither joined nor read to compare, but asked of each."""
    asked = str(notices_of(leader).query)
    assert "OUTER JOIN" not in asked and 'IN (SELECT U0."id" FROM "grievances_opinion"' not in asked
    assert asked.count("OFFSET 0") >= 1


def test_an_empty_list_says_so(client: Client, handler: Cadre) -> None:
    client.force_login(handler)
    page = client.get(reverse("notice-list"))
    assert page.status_code == 200 and page.context["page"].rows == []


def test_notices_take_the_same_queries_whatever_their_number(
    client: Client, told: Opinion, head: Cadre, django_assert_max_num_queries: object
) -> None:
    client.force_login(head)
    client.get(reverse("help"))  # a session's first page notes when it began
    with django_assert_max_num_queries(6):
        client.get(reverse("notice-list"))


def test_all_notices_are_there_page_by_page_the_newest_first(
    client: Client, told: Opinion, head: Cadre
) -> None:
    event = told.events.get(verb="assign")
    more = [
        Event(**_again(event), recorded_at=event.recorded_at + timedelta(minutes=n % 40)) for n in range(130)
    ]
    Event.objects.bulk_create(more)
    Notice.objects.bulk_create(
        [Notice(cadre=head, event=one, opinion=told, made_at=one.recorded_at) for one in more]
    )
    client.force_login(head)
    shown, address = [], "?"
    while address:
        page = client.get(reverse("notice-list") + address).context["page"]
        shown, address = shown + page.rows, page.next
    moments = [notice.made_at for notice in shown]
    assert len({notice.pk for notice in shown}) == 131 == page.total and moments == sorted(moments)[::-1]


def _again(event: Event) -> dict[str, object]:
    names = ("opinion_id", "verb", "to_state", "round", "actor_id", "said_at")
    return {name: getattr(event, name) for name in names}
