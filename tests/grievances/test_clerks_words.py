"""What a clerk reads about a case: of what the deadline is, what must still be told, what was asked."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grievances.flow.offers import offer
from grievances.flow.stories import asked, events_of, story, untold
from grievances.models import Opinion
from grievances.workflow import Verb
from tests.factories import TOWN, fresh, make_opinion
from tests.grievances.cases import answered, assigned, carried, in_hand
from villages.models import Cadre, Unit
from villages.templatetags.looks import day


@pytest.fixture
def case(visitor: Cadre) -> Opinion:
    return make_opinion(by=visitor)


@pytest.fixture
def taken(case: Opinion, coordinator: Cadre, transport: Unit, handler: Cadre) -> Opinion:
    """A case in the handler's hands; the informant was told that it was accepted."""
    return in_hand(case, by=coordinator, unit=transport, person=handler)


@pytest.fixture
def desk(client: Client, handler: Cadre) -> Client:
    client.force_login(handler)
    return client


def page_of(client: Client, opinion: Opinion, **headers: str) -> str:
    page = client.get(reverse("opinion", args=[opinion.number]), headers=headers)
    assert page.status_code == 200
    return page.content.decode()


def extended(opinion: Opinion, *, by: Cadre) -> Opinion:
    opinion.ask_extension(by=by, days=9, reason="雨")
    return opinion


def test_every_running_deadline_says_of_what_it_is(
    desk: Client, case: Opinion, coordinator: Cadre, transport: Unit, handler: Cadre, leader: Cadre
) -> None:
    assigned(case, by=coordinator, unit=transport, person=handler).accept(by=handler)
    case.supervise(by=leader, text="月底前答复", due=timezone.localdate() + timedelta(days=40))
    page = desk.get(reverse("opinion", args=[case.number]))
    kinds = ["acceptance", "supervision", "handling"]
    labels = [case.clocks.get(kind=kind, stopped_at=None).get_kind_display() for kind in kinds]
    assert [label for label, _left in page.context["running"]] == labels
    assert all(label in page.content.decode() for label in labels)


def test_an_approved_extension_says_the_new_day_in_the_story(taken: Opinion, head: Cadre) -> None:
    extended(taken, by=head).approve_extension(by=head)
    until = day(timezone.localdate() + timedelta(days=69))
    assert until in story(events_of(taken), veiled=False)[0].aside


def test_what_the_informant_must_still_be_told_is_said_until_it_was_told(
    taken: Opinion, head: Cadre, handler: Cadre
) -> None:
    extended(taken, by=handler).approve_extension(by=head)
    taken.resolve(by=handler, account="铺", public="好")
    assert len(untold(events_of(taken))) == 2
    taken.tell(by=handler, about="extended", means="telephone")
    assert len(untold(events_of(taken))) == 1
    taken.tell(by=handler, about="answered", means="telephone")
    assert untold(events_of(taken)) == []


def test_an_answer_that_was_taken_back_needs_no_telling(taken: Opinion, head: Cadre, handler: Cadre) -> None:
    taken.resolve(by=handler, account="铺", public="好")
    taken.rework(by=head, reason="没铺完")
    assert untold(events_of(taken)) == []


def test_an_answer_that_was_taken_back_is_marked(desk: Client, taken: Opinion, head: Cadre) -> None:
    taken.resolve(by=fresh(taken.person), account="铺", public="路修好了。")
    mark = 'data-shape="↺"'
    assert mark not in page_of(desk, taken)
    taken.rework(by=head, reason="没铺完")
    assert mark in page_of(desk, taken)


def test_the_answer_to_a_supervision_stands_under_what_was_asked_by_whom_and_until_when(
    desk: Client, taken: Opinion, leader: Cadre, coordinator: Cadre
) -> None:
    due = timezone.localdate() + timedelta(days=4)
    taken.supervise(by=coordinator, text="请尽快铺好", due=due)
    taken.instruct(by=leader, text="书记批示", due=due)
    form = desk.get(reverse("opinion-answer-supervision", args=[taken.number])).content.decode()
    for words in ("请尽快铺好", "书记批示", leader.label, coordinator.label, day(due)):
        assert words in form
    taken.answer_supervision(by=fresh(taken.person), text="铺好了")
    assert asked(taken) == []


def test_resolving_comes_first_beside_the_main_step(taken: Opinion, leader: Cadre) -> None:
    taken.supervise(by=leader, text="尽快", due=timezone.localdate() + timedelta(days=4))
    found = offer(taken, fresh(taken.person))
    assert (found.main, found.beside[0]) == (Verb.ANSWER_SUPERVISION, Verb.RESOLVE)


def test_who_may_approve_more_time_may_refuse_it_beside(taken: Opinion, head: Cadre) -> None:
    found = offer(extended(taken, by=head), fresh(head))
    assert (found.main, found.beside[0]) == (Verb.APPROVE_EXTENSION, Verb.REFUSE_EXTENSION)


def test_the_title_names_the_village_too(desk: Client, taken: Opinion) -> None:
    assert f"{taken.region.place_label}</h1>" in page_of(desk, taken)


@pytest.mark.parametrize(
    ("before", "back"),
    [
        ("http://testserver/desk/in-hand/?text=路", "/desk/in-hand/?text=路"),
        ("http://testserver/opinions/?state=handling", "/opinions/?state=handling"),
        ("http://testserver/help/", "/opinions/"),
        ("http://elsewhere.example/desk/in-hand/", "/opinions/"),
        ("http://[", "/opinions/"),
        ("", "/opinions/"),
    ],
)
def test_the_case_leads_back_to_the_list_that_it_was_opened_from(
    desk: Client, taken: Opinion, before: str, back: str
) -> None:
    assert f'<a href="{back}">‹' in page_of(desk, taken, Referer=before)


def test_who_comes_second_gets_the_case_as_it_stands_with_the_form(
    desk: Client, taken: Opinion, head: Cadre
) -> None:
    old = carried(taken)
    taken.transfer(by=head, person=head, reason="换人")
    page = desk.post(
        reverse("opinion-remark", args=[taken.number]),
        old | {"text": "下午去看"},
        headers={"HX-Request": "true"},
    )
    words = page.content.decode()
    assert page.status_code == 409 and 'id="facts" hx-swap-oob' in words
    assert head.label in words and "下午去看" in words and reverse("opinion", args=[taken.number]) in words


def test_a_call_back_has_a_button_of_its_own_words(
    client: Client, case: Opinion, coordinator: Cadre, transport: Unit, head: Cadre, caller: Cadre
) -> None:
    answered(case, by=coordinator, unit=transport, person=head)
    client.force_login(caller)
    client.cookies["django_language"] = "en"
    assert (
        "Save the call-back" in client.get(reverse("opinion-call-back", args=[case.number])).content.decode()
    )


def test_the_last_day_never_lies_before_the_first(client: Client, leader: Cadre) -> None:
    client.force_login(leader)
    asked_for = {"recorded_from": "2026-03-02", "recorded_to": "2026-03-01"}
    page = client.get(reverse("opinion-list"), asked_for)
    assert "recorded_to" in page.context["filter"].form.errors


def test_newest_goes_by_the_day_and_an_anonymous_case_shows_no_minute(
    client: Client, leader: Cadre, visitor: Cadre
) -> None:
    now = timezone.now()
    old, new = (make_opinion(by=visitor, at=now - timedelta(days=days)) for days in (9, 1))
    hidden = make_opinion(by=visitor, kind="anonymous", at=now - timedelta(days=5))
    client.force_login(leader)
    for asked_for in ({}, {"order": "newest"}):
        rows = client.get(reverse("opinion-list"), asked_for).context["page"].rows
        assert [row.number for row in rows] == [new.number, hidden.number, old.number]
    recorded = timezone.localtime(Opinion.objects.get(pk=hidden.pk).recorded_at)
    assert (recorded.hour, recorded.minute) == (0, 0)


def test_a_notice_says_what_the_case_is_about_and_where(
    client: Client, case: Opinion, coordinator: Cadre, transport: Unit, head: Cadre,
    django_capture_on_commit_callbacks: object,
) -> None:  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        assigned(case, by=coordinator, unit=transport, person=head)
    client.force_login(head)
    page = client.get(reverse("notice-list")).content.decode()
    assert case.category.label in page and case.region.place_label in page


def test_an_upheld_hand_back_lies_again_on_the_desk_that_it_came_from(
    case: Opinion, coordinator: Cadre, transport: Unit, head: Cadre, town_coordinator: Cadre
) -> None:
    assert case.desk_id == TOWN
    assigned(case, by=coordinator, unit=transport, person=head).object(by=head, reason="不归我们")
    case.uphold(by=coordinator)
    assert (case.desk_id, case.state) == (TOWN, "collected")


def test_a_head_without_cases_is_asked_to_choose_whose_are_handed_over(
    client: Client, taken: Opinion, head: Cadre, handler: Cadre
) -> None:
    client.force_login(head)
    page = client.get(reverse("handover", args=[head.pk])).content.decode()
    assert reverse("handover", args=[handler.pk]) in page
    assert "请在上面选择" in page or "Choose above" in page
