"""A substitute and the one away are told that standing in begins and ends: once each."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grievances.models import Notice
from grievances.people.standing_in import tell_of_the_day
from tests.factories import fresh, make_cadre
from tests.grievances.test_absence_pages import note
from villages.models import Absence, Cadre, Role, Unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def colleague(transport: Unit) -> Cadre:
    return make_cadre(name="colleague", role=Role.HANDLER, unit=transport)


def day(n: int) -> date:
    return timezone.localdate() + timedelta(days=n)


def at(n: int, hour: int = 9) -> datetime:
    """That hour, so many days from today."""
    return timezone.localtime().replace(hour=hour, minute=0) + timedelta(days=n)


def told() -> list[tuple[int, str]]:
    notices = Notice.objects.filter(kind="substitute").order_by("pk")
    return [(one.cadre_id, one.key.split(":")[1]) for one in notices]


def both(handler: Cadre, colleague: Cadre, first: str, second: str) -> list[tuple[int, str]]:
    return [(colleague.pk, first), (handler.pk, second)]


@pytest.fixture
def staff(client: Client, handler: Cadre) -> Client:
    client.force_login(handler)
    return client


def test_what_begins_today_is_told_at_once_and_only_once(
    staff: Client, handler: Cadre, colleague: Cadre
) -> None:
    note(staff, handler, colleague)
    begun = both(handler, colleague, "keeps", "is-kept")
    assert told() == begun
    tell_of_the_day(at(0))
    tell_of_the_day(at(1))
    assert told() == begun


def test_what_begins_later_is_told_in_the_morning_of_its_day_and_its_end_the_morning_after(
    staff: Client, handler: Cadre, colleague: Cadre
) -> None:
    note(staff, handler, colleague, since=day(2), until=day(3))
    for moment in (at(0), at(1), at(2, 5)):
        tell_of_the_day(moment)
    assert told() == []
    begun = both(handler, colleague, "keeps", "is-kept")
    for moment in (at(2), at(2, 10), at(3)):
        tell_of_the_day(moment)
        assert told() == begun
    for moment in (at(4), at(5), at(9)):
        tell_of_the_day(moment)
        assert told() == begun + both(handler, colleague, "kept", "is-back")


def test_it_is_told_late_where_the_program_stood_still_and_not_after_a_week(
    staff: Client, handler: Cadre, colleague: Cadre
) -> None:
    note(staff, handler, colleague, since=day(1), until=day(30))
    tell_of_the_day(at(4))
    assert told() == both(handler, colleague, "keeps", "is-kept")
    tell_of_the_day(at(40))
    assert len(told()) == 2


@pytest.mark.parametrize("since", [-1, 0])
def test_whoever_is_back_early_is_told_of_the_end_once(
    staff: Client, handler: Cadre, colleague: Cadre, since: int
) -> None:
    note(staff, handler, colleague, since=day(since))
    staff.post(reverse("absence-end", args=[Absence.objects.get().pk]))
    tell_of_the_day(at(0))
    tell_of_the_day(at(1))
    assert told() == both(handler, colleague, "keeps", "is-kept") + both(
        handler, colleague, "kept", "is-back"
    )


def test_nobody_is_told_of_what_is_called_off_before_it_began(
    staff: Client, handler: Cadre, colleague: Cadre
) -> None:
    note(staff, handler, colleague, since=day(2), until=day(3))
    staff.post(reverse("absence-end", args=[Absence.objects.get().pk]))
    tell_of_the_day(at(2))
    assert told() == []


def test_the_program_says_who_and_a_message_outside_does_not(
    staff: Client, handler: Cadre, colleague: Cadre
) -> None:
    note(staff, handler, colleague)
    client = Client(headers={"accept-language": "en"})
    client.force_login(fresh(colleague))
    page = client.get(reverse("notice-list")).content.decode()
    assert f"{handler.label}: you stand in for a colleague" in page
    assert f'href="{reverse("absence-list")}"' in page


def test_many_absences_cost_a_fixed_number_of_queries(
    handler: Cadre, transport: Unit, django_assert_max_num_queries: object
) -> None:
    for n in range(6):
        away, keeps = (make_cadre(name=f"{who}{n}", role=Role.HANDLER, unit=transport) for who in "ab")
        Absence.set(by=away, cadre=away, substitute=keeps, since=day(0), until=day(1))
    with django_assert_max_num_queries(9):
        tell_of_the_day(at(0))
    assert len(told()) == 12
    with time_machine.travel(at(0, 10)), django_assert_max_num_queries(2):
        tell_of_the_day(at(0, 10))
