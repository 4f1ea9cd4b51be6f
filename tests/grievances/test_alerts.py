"""Views that call their owner: daily, or when they have grown."""

from datetime import datetime, timedelta

import pytest
from django.db import connection, connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grievances.messaging.notices import unseen
from grievances.models import Opinion, SavedView
from grievances.saved.alerts import due_alerts
from tests.factories import fresh, make_cadre, make_opinion
from tests.grievances.cases import assigned, copied
from villages.models import Cadre, Role, Unit

MORNING = timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0)


@pytest.fixture
def case(visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre) -> Opinion:
    return assigned(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)


def calling(owner: Cadre, **fields: object) -> SavedView:
    return SavedView.objects.create(
        **{"owner": owner, "name": "视图", "queue": "to-take", "calls": "daily"} | fields
    )


def told(now: datetime = MORNING) -> list[tuple[str, int, int]]:
    return [(one.cadre.username, one.count, one.grown_by) for one in due_alerts(now)]


def test_a_daily_view_calls_once_a_day_from_the_morning_on(head: Cadre, case: Opinion) -> None:
    calling(head)
    assert told(MORNING.replace(hour=6)) == []
    assert told() == [("head", 1, 0)]
    assert told(MORNING.replace(hour=18)) == []
    assert told(MORNING + timedelta(days=1)) == [("head", 1, 0)]


def test_a_view_in_which_nothing_is_stays_silent_until_something_comes(head: Cadre, case: Opinion) -> None:
    calling(head, query="urgency=danger")
    assert told() == []
    Opinion.objects.filter(pk=case.pk).update(urgency="danger")
    assert told() == [("head", 1, 0)]


def test_a_view_calls_when_it_has_grown_since_it_last_did(head: Cadre, case: Opinion) -> None:
    calling(head, calls="grown", grow_by=3)
    assert told() == []  # from here on growth is counted
    copied(case, 2)
    assert told() == []
    copied(case, 1, called="ONE")
    assert told() == [("head", 4, 3)]
    assert told() == []
    Opinion.objects.filter(number__startswith="COPY").update(state="handling")
    assert told() == []
    copied(case, 3, called="NEW")
    assert told() == [("head", 5, 3)]  # from the fewest, not from the most


def test_each_view_is_counted_with_its_owners_rights(
    head: Cadre, outsider: Cadre, coordinator: Cadre, case: Opinion
) -> None:
    for cadre in (head, outsider):
        calling(cadre)
    calling(coordinator)  # a queue that is none of theirs
    assert told() == [("head", 1, 0)]


def test_nobody_is_called_after_the_post_or_the_account_has_ended(
    head: Cadre, handler: Cadre, case: Opinion
) -> None:
    calling(head)
    calling(handler)
    head.posts.update(until=timezone.localdate() - timedelta(days=1))
    Cadre.objects.filter(pk=handler.pk).update(is_active=False)
    assert told() == []


def test_a_view_whose_filter_no_longer_fits_calls_nobody(head: Cadre, case: Opinion) -> None:
    calling(head, query="weather=rain")
    calling(head, name="二", query="category=999999")
    assert told() == []


@pytest.mark.parametrize("many", [2, 40])
def test_many_views_take_as_many_queries_as_few(
    transport: Unit, case: Opinion, many: int, django_assert_max_num_queries: object
) -> None:
    for n in range(many):
        calling(
            make_cadre(name=f"h{n}", role=Role.HANDLER, unit=transport), query=f"category={case.category_id}"
        )
    with django_assert_max_num_queries(16):
        assert len(due_alerts(MORNING)) == many


def test_a_call_stands_on_the_page_of_notices_until_it_was_seen(
    client: Client, head: Cadre, handler: Cadre, case: Opinion
) -> None:
    view = calling(head, name="要签收的")
    calling(handler, name="别人的")
    due_alerts(MORNING)
    client.force_login(head)
    link = f'href="{reverse("notice-list")}"'
    assert link in client.get(reverse("help")).content.decode()
    page = client.get(reverse("notice-list")).content.decode()
    address = reverse("view-open", args=[view.pk])
    assert "要签收的" in page and address in page and "别人的" not in page
    assert client.get(address)["Location"].startswith(reverse("desk-queue", args=["to-take"]))
    client.post(reverse("notices-seen"))
    assert link not in client.get(reverse("help")).content.decode()
    assert unseen(fresh(handler)) == 1
    head.posts.update(role=Role.AUDITOR)
    client.force_login(fresh(head))
    assert "要签收的" not in client.get(reverse("notice-list")).content.decode()


def test_whoever_was_told_nothing_costs_one_query(
    head: Cadre, case: Opinion, django_assert_num_queries: object
) -> None:
    cadre = fresh(head)
    assert cadre.posts_in_force
    with django_assert_num_queries(1):
        assert unseen(cadre) == 0


def test_what_fails_on_the_way_has_told_nobody(
    head: Cadre, case: Opinion, monkeypatch: pytest.MonkeyPatch
) -> None:
    calling(head)

    def broken(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched, pytest.raises(RuntimeError), transaction.atomic():
        patched.setattr("grievances.saved.alerts.call", broken)
        due_alerts(MORNING)
    assert told() == [("head", 1, 0)]


@pytest.mark.usefixtures("committed_db")
def test_two_rounds_at_once_call_once() -> None:
    """A view in the hands of one is left alone by the other."""
    from tests.factories import make_unit

    unit = make_unit(code="transport")
    head = make_cadre(name="head", role=Role.HEAD, unit=unit)
    visitor = make_cadre(name="visitor", role=Role.VISITOR, unit=unit)
    coordinator = make_cadre(name="coordinator", role=Role.COORDINATOR, unit=unit)
    assigned(make_opinion(by=visitor, region="320904"), by=coordinator, unit=unit, person=head)
    calling(head)
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN; SELECT id FROM grievances_savedview FOR UPDATE")
            assert told() == []
            cursor.execute("ROLLBACK")
    finally:
        other.close()
    assert told() == [("head", 1, 0)] and told() == []
    assert connection.in_atomic_block is False
