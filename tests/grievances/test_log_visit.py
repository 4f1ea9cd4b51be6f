"""What logging a visit leaves behind: looking back, repeats, and who stays unknown."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grievances.models import CallBack, Event, Informant, Look, Opinion, Visit
from grievances.workflow import State
from tests.factories import (
    GRID,
    VILLAGE,
    make_cadre,
    make_campaign,
    make_category,
    make_household,
    make_opinion,
    make_unit,
)
from tests.grievances.cases import answered, assigned
from tests.grievances.visits import minutes, said, sheet
from villages.models import Cadre, Household, Role, Unit


@pytest.fixture
def household(visitor: Cadre) -> Household:
    return make_household()


@pytest.fixture
def before(visitor: Cadre, household: Household) -> Opinion:
    """What the household said last time."""
    return make_opinion(by=visitor, household=household)


@pytest.fixture
def resolved(before: Opinion, coordinator: Cadre, transport: Unit, head: Cadre) -> Opinion:
    return answered(before, by=coordinator, unit=transport, person=head)


@pytest.fixture
def phone(client: Client, visitor: Cadre) -> Client:
    client.force_login(visitor)
    return client


@pytest.fixture
def door(household: Household) -> str:
    return reverse("visit-household", args=[household.pk])


def look_back(phone: Client, door: str, opinion: Opinion, word: str, remark: str = "") -> Opinion:
    typed = {f"back{opinion.pk}-word": word, f"back{opinion.pk}-remark": remark}
    assert phone.post(door, sheet() | typed).status_code == 302
    return Opinion.objects.get(pk=opinion.pk)


def test_the_form_opens_with_what_was_said_last_time_and_the_answer(
    phone: Client, door: str, resolved: Opinion
) -> None:
    page = phone.get(door).content.decode()
    assert resolved.text in page and "路已经修好。" in page


def test_done_confirms_at_the_door_and_closes(phone: Client, door: str, resolved: Opinion) -> None:
    opinion = look_back(phone, door, resolved, "done")
    assert (opinion.state, opinion.contacted, opinion.solved, opinion.satisfied) == (
        "closed",
        True,
        True,
        True,
    )
    assert CallBack.objects.get().means == "door"


def test_words_of_a_visit_before_the_answer_are_noted_and_confirm_nothing(
    phone: Client, door: str, resolved: Opinion
) -> None:
    typed = {f"back{resolved.pk}-word": "done"}
    assert phone.post(door, sheet(said_at=minutes(-5)) | typed).status_code == 302
    opinion = Opinion.objects.get(pk=resolved.pk)
    assert (opinion.state, opinion.contacted) == (State.RESOLVED, None)
    assert opinion.events.last().verb == "remark"


def test_not_satisfied_closes_and_counts_as_not_satisfied(
    phone: Client, door: str, resolved: Opinion
) -> None:
    opinion = look_back(phone, door, resolved, "unhappy")
    assert (opinion.state, opinion.solved, opinion.satisfied) == ("closed", True, False)


def test_not_done_opens_a_new_round(phone: Client, door: str, resolved: Opinion) -> None:
    opinion = look_back(phone, door, resolved, "not_done", "还是漏水")
    assert (opinion.state, opinion.round) == (State.HANDLING, 2)
    assert opinion.events.last().text == "还是漏水"


@pytest.fixture
def own(before: Opinion, coordinator: Cadre, committee: Unit, secretary: Cadre) -> Opinion:
    """Answered by the visitor's own committee."""
    return answered(before, by=coordinator, unit=committee, person=secretary)


def test_a_visitor_of_the_lead_unit_never_confirms(phone: Client, door: str, own: Opinion) -> None:
    opinion = look_back(phone, door, own, "done")
    assert (opinion.state, opinion.contacted) == (State.RESOLVED, None)
    assert opinion.events.last().verb == "remark"


def test_a_colleague_of_the_lead_unit_who_did_not_hear_it_can_pass_on_the_words(
    client: Client, door: str, own: Opinion, committee: Unit
) -> None:
    client.force_login(make_cadre(name="colleague", role=Role.VISITOR, unit=committee, region=GRID))
    assert look_back(client, door, own, "done").events.last().verb == "remark"


def test_not_done_told_to_the_lead_unit_reopens(phone: Client, door: str, own: Opinion) -> None:
    opinion = look_back(phone, door, own, "not_done")
    assert (opinion.state, opinion.events.last().verb) == (State.HANDLING, "reopen")


def test_words_on_a_case_in_hand_are_noted(
    phone: Client, door: str, before: Opinion, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    assigned(before, by=coordinator, unit=transport, person=head)
    opinion = look_back(phone, door, before, "not_done", "没人来过")
    assert (opinion.state, opinion.events.last().text) == (State.ASSIGNED, "没人来过")


def test_an_explained_one_that_they_do_not_accept_is_taken_up_again(
    phone: Client, door: str, before: Opinion, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    assigned(before, by=coordinator, unit=transport, person=head).accept(by=head)
    before.explain(by=head, account="没有预算", public="明年再修。", ground="policy")
    assert look_back(phone, door, before, "not_done").state == State.HANDLING


def test_after_thirty_days_the_words_are_noted_and_the_visit_is_still_saved(
    phone: Client, door: str, visitor: Cadre, household: Household, coordinator: Cadre, transport: Unit,
    head: Cadre, caller: Cadre,
) -> None:  # fmt: skip
    long_ago = timezone.now() - timedelta(days=200)
    opinion = make_opinion(by=visitor, household=household, at=long_ago)
    opinion.assign(by=coordinator, unit=transport, person=head, at=long_ago)
    opinion.accept(by=head, at=long_ago)
    opinion.resolve(by=head, account="修了", public="修好了。", at=long_ago)
    opinion.call_back(by=caller, contacted=True, solved=True, satisfied=True, at=long_ago)
    after = look_back(phone, door, opinion, "not_done", "又坏了")
    assert (after.state, after.events.last().text) == (State.CLOSED, "又坏了")
    assert Visit.objects.count() == 1


def test_a_remark_without_a_word_asks_for_the_word(phone: Client, door: str, resolved: Opinion) -> None:
    response = phone.post(door, sheet() | {f"back{resolved.pk}-remark": "还行"})
    assert response.status_code == 422 and not Visit.objects.exists()


@pytest.mark.parametrize("kind", ["confidential", "anonymous"])
def test_looking_back_shows_no_confidential_or_anonymous_opinion(
    phone: Client, door: str, visitor: Cadre, household: Household, kind: str
) -> None:
    make_opinion(by=visitor, household=household, kind=kind, text="金丝雀八哥")
    assert "金丝雀" not in phone.get(door).content.decode()


def test_nobody_answers_for_another_household(phone: Client, door: str, visitor: Cadre) -> None:
    other = make_opinion(by=visitor, household=make_household(head="李四"))
    phone.post(door, sheet() | {f"back{other.pk}-word": "not_done"})
    assert other.events.count() == 1


def test_yesterday_stands_in_the_history_as_said_and_today_as_recorded(phone: Client, door: str) -> None:
    make_campaign()
    phone.post(door, sheet(said_at=minutes(-24 * 60)) | said(0, make_category()))
    event = Event.objects.get()
    assert event.recorded_at - event.said_at >= timedelta(hours=23)
    assert (event.channel, Visit.objects.get().said_at) == ("phone", event.said_at)


def test_a_visit_outside_every_campaign_belongs_to_none(phone: Client, door: str) -> None:
    make_campaign(region="320903")
    phone.post(door, sheet())
    assert Visit.objects.get().campaign is None


def test_a_confidential_opinion_stands_at_its_village_and_not_on_the_page_of_the_visit(
    phone: Client, door: str, coordinator: Cadre
) -> None:
    phone.post(door, sheet() | said(0, make_category(), informant="confidential"))
    opinion, visit = Opinion.objects.get(), Visit.objects.get()
    assert opinion.region_id == VILLAGE and Informant.objects.get().visit == visit
    phone.get(reverse("visit", args=[visit.key]))
    for cadre in (visit.recorded_by, coordinator):
        phone.force_login(cadre)
        page = phone.get(reverse("visit", args=[visit.key])).content.decode()
        assert opinion.number not in page and opinion.text not in page
    assert not Look.objects.exists()


def test_an_anonymous_opinion_leaves_no_link_and_its_number_is_shown_once(phone: Client, door: str) -> None:
    phone.post(door, sheet() | said(0, make_category(), informant="anonymous"))
    opinion, visit = Opinion.objects.get(), Visit.objects.get()
    page = reverse("visit", args=[visit.key])
    assert opinion.number in phone.get(page).content.decode()
    assert opinion.number not in phone.get(page).content.decode()
    assert (opinion.region_id, opinion.recorded_by, Informant.objects.count()) == (VILLAGE, None, 0)
    assert (opinion.events.get().key, opinion.events.get().actor, visit.anonymous_opinions) == (None, None, 1)


def test_only_who_logged_it_sees_that_there_were_anonymous_ones(
    phone: Client, door: str, coordinator: Cadre
) -> None:
    phone.post(door, sheet() | said(0, make_category(), informant="anonymous"))
    page = reverse("visit", args=[Visit.objects.get().key])
    assert phone.get(page).context["is_mine"]
    phone.force_login(coordinator)
    assert not phone.get(page).context["is_mine"]


def test_an_anonymous_opinion_sent_twice_is_one(phone: Client, door: str) -> None:
    form = sheet() | said(0, make_category(), informant="anonymous")
    phone.post(door, form)
    phone.post(door, form)
    assert Opinion.objects.count() == 1


def test_when_one_opinion_is_refused_nothing_is_saved(phone: Client, door: str, secretary: Cadre) -> None:
    roads = make_category()
    wrong = said(1, roads, on_the_spot="on", account="已办", accused=f"unit:{secretary.unit.pk}")
    response = phone.post(door, sheet(count=2) | said(0, roads) | wrong)
    assert response.status_code == 422
    assert (Visit.objects.count(), Opinion.objects.count(), Informant.objects.count()) == (0, 0, 0)
    assert response.context["sheet"].opinions[1].errors


def test_five_times_the_same_form_at_once_is_one_visit(committed_db: None) -> None:
    household = make_household()
    visitor = make_cadre(name="visitor", role=Role.VISITOR, unit=make_unit(code="committee"), region=GRID)
    form = sheet() | said(0, make_category())
    door = reverse("visit-household", args=[household.pk])

    def send(_number: int) -> str:
        try:
            client = Client()
            client.force_login(visitor)
            return client.post(door, form).url
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        assert len(set(pool.map(send, range(5)))) == 1
    assert (Visit.objects.count(), Opinion.objects.count()) == (1, 1)
