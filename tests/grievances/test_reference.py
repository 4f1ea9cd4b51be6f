"""The reference pages of the loop: categories, questions, dispatch rules, the working calendar."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grievances import reference
from grievances.flow.calendar import WorkingCalendar, last_day
from grievances.models import CalendarDay, Category, Clock, DispatchRule, Opinion, OpinionSpan
from tests.factories import make_category, make_opinion
from villages.models import Cadre, Unit


@pytest.fixture
def signed_in(client: Client, administrator: Cadre) -> Client:
    client.force_login(administrator)
    return client


def address(what: str, *arguments: object) -> str:
    return reverse(f"admin:grievances_{what}", args=arguments)


def category_form(**changed: object) -> dict[str, object]:
    values = {"name": "坑", "name_en": "Pits", "handling_days": "10", "day_kind": "working", "position": "0"}
    inline = {"questions-TOTAL_FORMS": "1", "questions-INITIAL_FORMS": "0", "questions-0-position": "0"}
    return values | inline | changed


def test_an_administrator_changes_a_category_and_adds_a_question(signed_in: Client) -> None:
    category = make_category()
    question = {"questions-0-kind": "choice", "questions-0-wording": "多深？", "questions-0-choices": "浅|深"}
    signed_in.post(address("category_change", category.pk), category_form(**question))
    category.refresh_from_db()
    assert (category.name, category.handling_days, category.day_kind) == ("坑", 10, "working")
    assert category.questions.get().wording == "多深？"


@pytest.mark.parametrize(
    "wrong",
    [
        {"handling_days": "61"},
        {"questions-0-kind": "choice", "questions-0-wording": "多深？"},
    ],
)
def test_a_wrong_category_is_refused_with_its_reason(signed_in: Client, wrong: dict[str, str]) -> None:
    category = make_category()
    page = signed_in.post(address("category_change", category.pk), category_form(**wrong))
    assert page.status_code == 200 and "errorlist" in page.content.decode()
    category.refresh_from_db()
    assert category.name == "路面坑洼" and not category.questions.exists()


def test_a_category_is_retired_but_neither_moved_nor_deleted(signed_in: Client) -> None:
    category, elsewhere = make_category(), Category.objects.create(code="water", name="水")
    moved = category_form(parent=elsewhere.pk, code="x", retired="on")
    signed_in.post(address("category_change", category.pk), moved)
    category.refresh_from_db()
    assert (category.code, category.parent.code, category.retired) == ("roads-potholes", "roads", True)
    assert signed_in.post(address("category_delete", category.pk), {"post": "yes"}).status_code == 403


def test_a_dispatch_rule_is_made_changed_and_deleted(signed_in: Client, transport: Unit) -> None:
    values = {
        "position": "1",
        "category": make_category().pk,
        "region": "",
        "unit": transport.pk,
        "note": "归口",
    }
    signed_in.post(address("dispatchrule_add"), values | {"local": ""})
    rule = DispatchRule.objects.get()
    assert (rule.unit, rule.note) == (transport, "归口")
    both = signed_in.post(address("dispatchrule_change", rule.pk), values | {"local": "town"})
    assert both.status_code == 200
    signed_in.post(address("dispatchrule_delete", rule.pk), {"post": "yes"})
    assert not DispatchRule.objects.exists()


@pytest.fixture
def clock(visitor: Cadre, coordinator: Cadre, head: Cadre, transport: Unit) -> Clock:
    """Ten working days from today."""
    category = make_category(handling_days=10, day_kind="working")
    opinion = make_opinion(by=visitor, category=category)
    opinion.assign(by=coordinator, unit=transport)
    opinion.accept(by=head, told="telephone")
    return Clock.objects.get(opinion=opinion, kind="handling")


def coming_weekday() -> date:
    return WorkingCalendar().add_working_days(timezone.localdate(), 1)


def test_a_new_day_in_the_calendar_moves_the_open_deadlines_that_it_touches(
    signed_in: Client, clock: Clock
) -> None:
    before = last_day(clock.due_at)
    values = {"day": coming_weekday(), "name": "节"}
    page = signed_in.post(address("calendarday_add"), values, follow=True)
    clock.refresh_from_db()
    assert last_day(clock.due_at) == WorkingCalendar().add_working_days(before, 1)
    opinion = Opinion.objects.get()
    assert opinion.due_at == OpinionSpan.objects.get(until=None).due_at
    assert opinion.events.last().verb == "reckon"
    assert len(page.context["messages"]) == 2


@pytest.mark.parametrize("how", ["page", "list"])
def test_a_day_taken_out_of_the_calendar_moves_them_back(signed_in: Client, clock: Clock, how: str) -> None:
    before = clock.due_at
    day = CalendarDay.objects.create(day=coming_weekday(), working=True)
    signed_in.post(address("calendarday_change", day.pk), {"day": "2029-04-01", "name": "节"})
    assert not Clock.objects.filter(pk=clock.pk, due_at=before).exists()
    assert CalendarDay.objects.get().day == day.day
    if how == "page":
        signed_in.post(address("calendarday_delete", day.pk), {"post": "yes"})
    else:
        chosen = {"action": "delete_selected", "_selected_action": [day.pk], "post": "yes"}
        signed_in.post(address("calendarday_changelist"), chosen)
    assert not CalendarDay.objects.exists()
    assert Clock.objects.filter(pk=clock.pk, due_at=before).exists()


@pytest.mark.parametrize("person", ["coordinator", "head", "leader", "auditor", "visitor"])
def test_others_get_403(client: Client, request: pytest.FixtureRequest, person: str) -> None:
    client.force_login(request.getfixturevalue(person))
    for page in ("category_changelist", "dispatchrule_add", "calendarday_add"):
        assert client.get(address(page), follow=True).status_code == 403


def test_loading_again_leaves_what_an_administrator_changed(db: None) -> None:
    assert reference.load_categories() > 50
    asked = Category.objects.filter(questions__isnull=False).first()
    Category.objects.filter(pk=asked.pk).update(name="我们的说法", handling_days=7, retired=True)
    reworded = asked.questions.first()
    asked.questions.filter(pk=reworded.pk).update(wording="我们的问法")
    questions = asked.questions.count()
    assert reference.load_categories() == 0
    asked.refresh_from_db()
    assert (asked.name, asked.handling_days, asked.retired) == ("我们的说法", 7, True)
    assert asked.questions.count() == questions and asked.questions.filter(wording="我们的问法").exists()


def test_loading_again_adds_a_category_that_is_missing(db: None) -> None:
    reference.load_categories()
    gone = Category.objects.filter(questions__isnull=False, children=None).first()
    code, questions = gone.code, gone.questions.count()
    gone.delete()
    assert reference.load_categories() == 1
    assert Category.objects.get(code=code).questions.count() == questions
