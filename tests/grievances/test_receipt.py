"""The slip that the informant keeps, and the letter."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from grievances.answering.letters import letter, slip
from grievances.models import Look, Opinion
from tests.factories import make_opinion
from tests.grievances.cases import answered, assigned, in_hand
from villages.models import Cadre, Unit


@pytest.fixture
def case(visitor: Cadre) -> Opinion:
    return make_opinion(by=visitor)


def page_of(opinion: Opinion, by: Cadre) -> object:
    client = Client()
    client.force_login(by)
    return client.get(reverse("opinion-receipt", args=[opinion.number]))


def test_the_slip_says_number_words_and_day_but_no_name(case: Opinion, visitor: Cadre) -> None:
    page = page_of(case, visitor).content.decode()
    assert case.number in page and case.text in page
    assert "陈小明" not in page and "051588880000" not in page


def test_the_slip_names_the_unit_and_its_telephone(
    case: Opinion, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    Unit.objects.filter(pk=transport.pk).update(telephone="0515-83521111")
    assigned(case, by=coordinator, unit=transport, person=head)
    page = page_of(case, visitor).content.decode()
    assert transport.label in page and "0515-83521111" in page


def test_before_there_is_a_unit_the_slip_names_who_dispatches(
    case: Opinion, town_coordinator: Cadre, town: Unit
) -> None:
    Unit.objects.filter(pk=town.pk).update(telephone="0515-83520000")
    assert slip(case).telephone == "0515-83520000"


def test_the_slip_says_until_when(
    case: Opinion, coordinator: Cadre, transport: Unit, head: Cadre, caller: Cadre
) -> None:
    waiting = slip(case)
    assert waiting.until and waiting.promise
    answered(case, by=coordinator, unit=transport, person=head)
    case.call_back(by=caller, contacted=True, solved=True, satisfied=True)
    assert (slip(case).until, slip(case).promise) == (None, "")


def test_the_last_day_is_the_day_before_the_deadlines_midnight(case: Opinion) -> None:
    assert slip(case).until == timezone.localdate(case.due_at) - timedelta(days=1)


def test_an_outsider_gets_404_and_posting_405(
    case: Opinion, outsider: Cadre, visitor: Cadre, client: Client
) -> None:
    assert page_of(case, outsider).status_code == 404
    client.force_login(visitor)
    assert client.post(reverse("opinion-receipt", args=[case.number])).status_code == 405


def test_a_slip_of_a_confidential_case_leaves_a_trace(visitor: Cadre) -> None:
    case = make_opinion(by=visitor, kind="confidential")
    page_of(case, visitor)
    assert Look.objects.filter(cadre=visitor, kind="case").count() == 1


def test_the_letter_reads_from_salutation_to_signature(
    case: Opinion, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    in_hand(case, by=coordinator, unit=transport, person=head)
    with translation.override("en"):
        text = str(letter(case, "The road is mended.", names=["陈小明"]))
    assert text.startswith("Dear 陈小明,")
    places = [text.index(part) for part in (case.number, case.text, "mended", "30 days", "Unit transport")]
    assert places == sorted(places)


def test_the_letter_says_for_when_it_is_planned_and_to_whom_it_was_passed(
    case: Opinion, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    in_hand(case, by=coordinator, unit=transport, person=head)
    with translation.override("en"):
        planned = str(letter(case, "Done.", ground="planned", planned_for=date(2031, 5, 4)))
        passed = str(letter(case, "Done.", ground="outside", passed_to="the province"))
    assert "2031" in planned and "the province" in passed


def test_paper_says_days_as_the_pages_do_with_the_year(
    case: Opinion, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    client = Client(headers={"accept-language": "en"})
    client.force_login(visitor)
    page = client.get(reverse("opinion-receipt", args=[case.number])).content.decode()
    in_hand(case, by=coordinator, unit=transport, person=head)
    with translation.override("en"):
        today = f"{timezone.localdate():%a} {timezone.localdate().day} {timezone.localdate():%b %Y}"
        assert str(letter(case, "Done.")).endswith(today)
    assert today in page
