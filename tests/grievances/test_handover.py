"""Handing open cases over before somebody leaves."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from grievances.models import Event, Opinion
from grievances.steps.record import Accused
from tests.factories import fresh, make_cadre, make_opinion, make_unit
from tests.grievances.bulk import chosen
from tests.grievances.cases import answered, assigned, in_hand
from villages.models import Cadre, Role, Unit


@pytest.fixture
def heads(client: Client, head: Cadre) -> Client:
    client.force_login(head)
    return client


@pytest.fixture
def case(visitor: Cadre, coordinator: Cadre, transport: Unit, handler: Cadre) -> Opinion:
    return in_hand(make_opinion(by=visitor), by=coordinator, unit=transport, person=handler)


@pytest.fixture
def colleague(transport: Unit) -> Cadre:
    return make_cadre(name="colleague", role=Role.HANDLER, unit=transport)


def hand_over(client: Client, leaving: Cadre, **fields: object) -> object:
    return client.post(reverse("handover", args=[leaving.pk]), {"reason": "调离"} | fields)


def person_of(case: Opinion) -> Cadre:
    return Opinion.objects.get(pk=case.pk).person


def test_a_head_hands_all_cases_to_a_colleague_and_the_post_can_end(
    heads: Client, case: Opinion, handler: Cadre, colleague: Cadre
) -> None:
    post = handler.posts.get()
    with pytest.raises(ValidationError):
        post.end(on=timezone.localdate())
    page = hand_over(heads, handler, cases=chosen([case]).split(), colleague=colleague.pk)
    assert page.url == reverse("handover", args=[handler.pk])
    assert person_of(case) == colleague
    post.end(on=timezone.localdate())


def test_each_hand_over_is_an_event_with_its_reason(
    heads: Client, case: Opinion, handler: Cadre, head: Cadre, colleague: Cadre
) -> None:
    hand_over(heads, handler, cases=chosen([case]).split(), colleague=colleague.pk)
    event = Event.objects.filter(opinion=case).latest("pk")
    assert (event.verb, event.actor, event.text) == ("transfer", head, "调离")


def test_only_the_ticked_cases_go(
    heads: Client, case: Opinion, handler: Cadre, colleague: Cadre, visitor: Cadre, coordinator: Cadre
) -> None:
    other = assigned(make_opinion(by=visitor), by=coordinator, unit=case.unit, person=handler)
    hand_over(heads, handler, cases=chosen([other]).split(), colleague=colleague.pk)
    assert (person_of(case), person_of(other)) == (handler, colleague)


def test_an_answered_case_waits_for_its_call_back_and_stops_no_other(
    heads: Client, case: Opinion, handler: Cadre, colleague: Cadre, visitor: Cadre, coordinator: Cadre
) -> None:
    done = answered(make_opinion(by=visitor), by=coordinator, unit=case.unit, person=handler)
    page = heads.get(reverse("handover", args=[handler.pk]))
    assert {row.number: row.movable for row in page.context["cases"]} == {
        case.number: True,
        done.number: False,
    }
    assert hand_over(heads, handler, cases=chosen([case]).split(), colleague=colleague.pk).status_code == 302
    assert person_of(case) == colleague
    assert hand_over(heads, handler, cases=chosen([done]).split(), colleague=colleague.pk).status_code == 422


def test_all_or_none_are_handed_over(
    heads: Client, case: Opinion, handler: Cadre, colleague: Cadre, visitor: Cadre, coordinator: Cadre
) -> None:
    accusing = make_opinion(by=visitor, accused=[Accused(cadre=colleague)])
    assigned(accusing, by=coordinator, unit=case.unit, person=handler)
    page = hand_over(heads, handler, cases=chosen([case, accusing]).split(), colleague=colleague.pk)
    assert page.status_code == 422 and accusing.number in page.content.decode()
    assert person_of(case) == person_of(accusing) == handler


@pytest.mark.parametrize("missing", ["cases", "colleague", "reason"])
def test_what_is_missing_is_said_and_what_was_typed_is_kept(
    heads: Client, case: Opinion, handler: Cadre, colleague: Cadre, missing: str
) -> None:
    fields = {"cases": chosen([case]).split(), "colleague": colleague.pk, "reason": "调到别处"}
    page = hand_over(heads, handler, **fields | {missing: []})
    assert page.status_code == 422 and missing in page.context["form"].errors
    assert missing == "reason" or "调到别处" in page.content.decode()
    assert person_of(case) == handler


def test_nobody_outside_the_unit_can_get_the_cases(
    heads: Client, case: Opinion, handler: Cadre, caller: Cadre, outsider: Cadre
) -> None:
    for stranger in (caller, outsider, handler):
        page = hand_over(heads, handler, cases=chosen([case]).split(), colleague=stranger.pk)
        assert page.status_code == 422 and "colleague" in page.context["form"].errors


def test_cases_of_other_units_are_not_the_heads_to_hand_over(
    heads: Client, case: Opinion, handler: Cadre, colleague: Cadre, visitor: Cadre, coordinator: Cadre
) -> None:
    other = make_unit(code="housing")
    handler.posts.create(role=Role.HANDLER, unit=other, region=other.region)
    theirs = assigned(make_opinion(by=visitor), by=coordinator, unit=other, person=fresh(handler))
    page = heads.get(reverse("handover", args=[handler.pk]))
    assert [row.number for row in page.context["cases"]] == [case.number] and page.context["count"] == 1
    assert (
        hand_over(heads, handler, cases=chosen([theirs]).split(), colleague=colleague.pk).status_code == 422
    )


def test_a_head_finds_nobody_of_other_units(heads: Client, caller: Cadre, outsider: Cadre) -> None:
    for stranger in (caller, outsider):
        assert heads.get(reverse("handover", args=[stranger.pk])).status_code == 404


def test_a_head_no_longer_finds_who_left_the_unit_nor_who_holds_there_what_the_head_may_not_see(
    heads: Client, case: Opinion, head: Cadre, transport: Unit, visitor: Cadre, coordinator: Cadre
) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    gone = make_cadre(name="gone", role=Role.HANDLER, unit=transport, until=yesterday)
    assert heads.get(reverse("handover", args=[gone.pk])).status_code == 404
    opinion = make_opinion(by=visitor, accused=[Accused(cadre=head)])
    Opinion.objects.filter(pk=opinion.pk).update(unit=transport, person=gone, state="handling")
    assert heads.get(reverse("handover", args=[gone.pk])).status_code == 404
    Opinion.objects.filter(pk=case.pk).update(person=gone)
    assert heads.get(reverse("handover", args=[gone.pk])).status_code == 200


@pytest.fixture
def kept_apart(visitor: Cadre, coordinator: Cadre, handler: Cadre, administrator: Cadre) -> Opinion:
    """The handler works on what complains about the administrator."""
    opinion = make_opinion(by=visitor, accused=[Accused(cadre=administrator)])
    return assigned(opinion, by=coordinator, unit=handler.unit, person=handler)


def test_an_accused_administrator_finds_the_accusation_in_no_number(
    client: Client, kept_apart: Opinion, handler: Cadre, administrator: Cadre
) -> None:
    client.force_login(administrator)
    assert client.get(reverse("handover", args=[handler.pk])).context["count"] == 0


@pytest.mark.parametrize("others", [0, 1])
def test_no_number_tells_of_an_accusation_when_its_handlers_post_is_to_end(
    kept_apart: Opinion, handler: Cadre, visitor: Cadre, coordinator: Cadre, others: int
) -> None:
    """With other cases there, the message is that of those alone."""
    for _case in range(others):
        assigned(make_opinion(by=visitor), by=coordinator, unit=handler.unit, person=handler)
    with translation.override("en"), pytest.raises(ValidationError) as refused:
        handler.posts.get().end(on=timezone.localdate())
    expected = "1 open case hangs" if others else "Work that is kept apart hangs"
    assert refused.value.messages[0].startswith(expected)
    assert handler.posts.get().until is None


def test_an_administrator_sees_the_number_and_no_case(
    client: Client, case: Opinion, handler: Cadre, administrator: Cadre, colleague: Cadre
) -> None:
    client.force_login(administrator)
    page = client.get(reverse("handover", args=[handler.pk]))
    assert page.context["count"] == 1 and case.number not in page.content.decode()
    assert hand_over(client, handler, cases=chosen([case]).split(), colleague=colleague.pk).status_code == 403


def test_others_may_not_hand_over(
    client: Client, case: Opinion, handler: Cadre, coordinator: Cadre, leader: Cadre
) -> None:
    for cadre in (handler, coordinator, leader):
        client.force_login(cadre)
        assert client.get(reverse("handover", args=[handler.pk])).status_code == 403


def test_the_desk_leads_a_head_to_the_people_with_open_cases(
    heads: Client, case: Opinion, head: Cadre, handler: Cadre
) -> None:
    assert reverse("handover", args=[head.pk]) in heads.get(reverse("desk"), follow=True).content.decode()
    page = heads.get(reverse("handover", args=[head.pk]))
    assert [(cadre, cadre.cases) for cadre in page.context["colleagues"]] == [(handler, 1)]


def test_a_person_without_cases_has_an_empty_page(heads: Client, colleague: Cadre) -> None:
    page = heads.get(reverse("handover", args=[colleague.pk]))
    assert page.status_code == 200 and page.context["cases"] == []


def test_a_unit_moves_under_the_accused_although_a_case_hangs_on_somebody_who_left_it(
    visitor: Cadre, coordinator: Cadre, transport: Unit, handler: Cadre, committee: Unit
) -> None:
    """Whoever belonged to the unit when the case came in counts as one of it: the database's rule."""
    today = timezone.localdate()
    team = make_unit(code="team", parent=transport)
    handler.posts.create(role=Role.VISITOR, unit=team, since=today - timedelta(days=9), until=today)
    case = make_opinion(by=visitor, accused=[Accused(unit=committee)])
    in_hand(case, by=coordinator, unit=transport, person=fresh(handler))
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        team.move(parent=committee)
        assert Opinion.objects.get(pk=case.pk).state == "collected"


def test_a_case_stays_with_whoever_left_the_unit_before_it_came_in(
    visitor: Cadre, coordinator: Cadre, transport: Unit, handler: Cadre, committee: Unit
) -> None:
    team, left = make_unit(code="team"), timezone.localdate() - timedelta(days=1)
    handler.posts.create(role=Role.VISITOR, unit=team, since=left - timedelta(days=9), until=left)
    case = make_opinion(by=visitor, accused=[Accused(unit=committee)])
    in_hand(case, by=coordinator, unit=transport, person=fresh(handler))
    team.move(parent=committee)
    assert Opinion.objects.get(pk=case.pk).state == "handling"


def test_more_cases_than_one_form_holds_are_handed_over_in_turns(
    heads: Client, case: Opinion, handler: Cadre
) -> None:
    copies = []
    for n in range(500):
        copy = Opinion.objects.get(pk=case.pk)
        copy.pk, copy.number = None, f"COPY-{n:03}"
        copies.append(copy)
    heads.cookies["django_language"] = "en"
    address = reverse("handover", args=[handler.pk])
    assert "others follow" not in heads.get(address).content.decode()
    Opinion.objects.bulk_create(copies)
    page = heads.get(address)
    assert len(page.context["cases"]) == 500 and page.context["count"] == 501
    assert "The 500 cases with the nearest deadlines are shown." in page.content.decode()
