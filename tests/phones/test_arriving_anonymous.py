"""An anonymous opinion from a phone is written down once, and nothing ties it to anybody."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from grievances.models import Event, Informant, Opinion, UndecidedVisit, Visit
from tests.factories import GRID, VILLAGE, make_cadre, make_campaign, make_category, make_household, make_unit
from tests.phones.packets import Draft
from tests.phones.sending import Sender, ms, unnamed, visit
from villages.models import Cadre, Role


def test_it_arrives_with_its_number_and_without_anybody(visitor: Cadre) -> None:
    campaign, draft, phone = make_campaign(), Draft(), Sender(visitor)
    answer = phone.send(draft, unnamed(visitor, make_category()), kind="anonymous")
    assert answer.status_code == 201, answer.content
    opinion = Opinion.objects.get()
    assert answer.json()["opinions"] == [{"id": draft.id, "number": opinion.number}]
    assert (opinion.recorded_by, opinion.region_id, opinion.informant_kind) == (None, VILLAGE, "anonymous")
    assert opinion.campaign == campaign and not Informant.objects.exists() and not Visit.objects.exists()
    event = opinion.events.get()
    assert event.actor is None and str(event.key) != draft.id
    midnight = timezone.localtime(opinion.recorded_at)
    assert (midnight.hour, midnight.minute, opinion.said_at) == (0, 0, opinion.recorded_at)


def test_it_writes_no_row_of_anything_else(visitor: Cadre) -> None:
    make_campaign()
    content = unnamed(visitor, make_category())
    phone = Sender(visitor)
    tables = [one for one in apps.get_models() if one._meta.label != "sessions.Session"]
    before = {one: one._base_manager.count() for one in tables}
    assert phone.send(Draft(), content, kind="anonymous").status_code == 201
    grown = {one.__name__ for one in tables if one._base_manager.count() != before[one]}
    assert grown <= {"Opinion", "Event", "OpinionSpan", "Clock", "Tally", "TallyChange", "TallyMoment"}, grown


def test_again_it_is_the_same_one_and_with_other_words_a_conflict(visitor: Cadre) -> None:
    draft, phone, content = (
        Draft(),
        Sender(visitor),
        unnamed(visitor, make_category(), text=" 账没有公开\r\n"),
    )
    first, again = (phone.send(draft, content, kind="anonymous") for _n in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["opinions"] == again.json()["opinions"] and Opinion.objects.count() == 1
    other = phone.send(draft, content | {"text": "别的"}, kind="anonymous")
    assert (other.status_code, other.json()) == (409, {"state": "other_content"})


def test_five_at_once_are_one(committed_db: None) -> None:
    unit = make_unit(code="committee", region=VILLAGE)
    visitor = make_cadre(name="visitor", role=Role.VISITOR, unit=unit, region=GRID)
    packet = Draft().packet(unnamed(visitor, make_category()), kind="anonymous", clock=ms(timezone.now()))
    phones = [Sender(visitor) for _n in range(5)]

    def send(phone: Sender) -> int:
        try:
            return phone.post("phone-arrivals", packet).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        assert sorted(pool.map(send, phones)) == [200, 200, 200, 200, 201]
    assert (Opinion.objects.count(), Event.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"village": "320904001002"}, "village"),
        ({"village": GRID}, "village"),
        ({"village": "x"}, "village"),
        ({"text": ""}, "text"),
        ({"category": None}, "category"),
        ({"day": "2026-13-01"}, "day"),
        ({"day": "9999-12-31"}, "day"),
        ({"people": 0}, "people"),
    ],
)
def test_what_can_not_be_taken_stays_on_the_phone_and_nothing_of_it_here(
    changes: dict, field: str, visitor: Cadre
) -> None:
    content = unnamed(visitor, make_category()) | changes
    answer = Sender(visitor).send(Draft(), content, kind="anonymous")
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["problems"]] == [field]
    assert not Opinion.objects.exists() and not UndecidedVisit.objects.exists()


def test_a_retired_category_keeps_it_on_the_phone_too(visitor: Cadre) -> None:
    content = unnamed(visitor, make_category(retired=True))
    answer = Sender(visitor).send(Draft(), content, kind="anonymous")
    assert answer.status_code == 422 and not UndecidedVisit.objects.exists()


def test_only_its_author_sends_it(visitor: Cadre, coordinator: Cadre) -> None:
    answer = Sender(coordinator).send(Draft(), unnamed(visitor, make_category()), kind="anonymous")
    assert (answer.status_code, answer.json()) == (403, {"state": "somebody_elses"})


def test_the_day_of_a_clock_that_is_years_ahead_is_corrected(visitor: Cadre) -> None:
    ahead = timedelta(days=900)
    day = timezone.localdate(timezone.now() + ahead - timedelta(days=2)).isoformat()
    content = unnamed(visitor, make_category(), day=day)
    answer = Sender(visitor).send(Draft(), content, kind="anonymous", clock=ms(timezone.now() + ahead))
    assert answer.status_code == 201
    assert timezone.localdate(Opinion.objects.get().said_at) == timezone.localdate() - timedelta(days=2)


def test_the_visit_counts_them_whether_or_not_they_have_arrived(visitor: Cadre) -> None:
    answer = Sender(visitor).send(Draft(), visit(visitor, make_household(), anonymous=3))
    assert answer.status_code == 201
    assert Visit.objects.get().anonymous_opinions == 3 and not Opinion.objects.exists()
