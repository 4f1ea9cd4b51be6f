"""Categories that a rule assigns by itself: off by default, never for what must stay with people, and told."""

import pytest
from django.contrib.admin.models import LogEntry
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from grievances.dispatching.self_dispatch import assign_by_rule
from grievances.errors import StepRefused
from grievances.models import Category, DispatchRule, Event, Notice, Opinion
from grievances.steps.record import Accused
from tests.factories import TOWN, make_category, make_opinion, make_unit
from villages.models import Cadre, Unit


@pytest.fixture(autouse=True)
def jobs_wait(settings: object) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


@pytest.fixture
def switched_on(administrator: Cadre) -> Category:
    category = make_category()
    Category.objects.filter(pk=category.pk).update(assigns_itself=True, switched_on_by=administrator)
    return Category.objects.get(pk=category.pk)


@pytest.fixture
def rule(switched_on: Category, transport: Unit) -> DispatchRule:
    return DispatchRule.objects.create(category=switched_on.parent, unit=transport, note="道路归交通局")


def jobs() -> list[int]:
    return [row.args_kwargs["args"][0] for row in DBTaskResult.objects.order_by("enqueued_at")]


def work() -> None:
    """What the worker does."""
    for pk in jobs():
        assign_by_rule.func(pk)


def test_nothing_is_assigned_by_itself_unless_it_is_switched_on(
    visitor: Cadre, transport: Unit, head: Cadre
) -> None:
    DispatchRule.objects.create(unit=transport)
    make_opinion(by=visitor)
    assert jobs() == []


def test_what_is_written_down_is_assigned_by_the_rule_to_the_head_and_the_history_says_who_wanted_that(
    client: Client, visitor: Cadre, switched_on: Category, rule: DispatchRule, transport: Unit, head: Cadre,
    coordinator: Cadre, administrator: Cadre, django_capture_on_commit_callbacks: object,
) -> None:  # fmt: skip
    case = make_opinion(by=visitor, category=switched_on)
    with django_capture_on_commit_callbacks(execute=True):
        work()
    case.refresh_from_db()
    assert (case.unit, case.person, case.state) == (transport, head, "assigned")
    event = Event.objects.filter(opinion=case).latest("pk")
    assert (event.verb, event.actor) == ("assign_by_rule", None)
    assert event.details["switched_on_by"] == administrator.pk and event.details["rule"] == "道路归交通局"
    assert case.assignments.get().by is None
    assert Notice.objects.filter(cadre=head, event=event).exists()
    client.force_login(coordinator)
    client.cookies["django_language"] = "en"
    story = client.get(reverse("opinion", args=[case.number])).content.decode()
    assert "By the rule “道路归交通局”, switched on by" in story and administrator.label in story
    slip = client.get(reverse("opinion-dispatch-slip", args=[case.number])).content.decode()
    assert "a dispatch rule" in slip


def test_the_job_done_twice_or_too_late_changes_nothing(
    visitor: Cadre, switched_on: Category, rule: DispatchRule, head: Cadre, coordinator: Cadre, committee: Unit,
    secretary: Cadre,
) -> None:  # fmt: skip
    case = make_opinion(by=visitor, category=switched_on)
    case.assign(by=coordinator, unit=committee)
    work()
    work()
    case.refresh_from_db()
    assert case.unit == committee and case.events.count() == 2
    assign_by_rule.func(10**12)


@pytest.mark.parametrize("kind", ["confidential", "anonymous"])
def test_nothing_confidential_or_anonymous(
    visitor: Cadre, switched_on: Category, rule: DispatchRule, head: Cadre, kind: str
) -> None:
    case = make_opinion(by=visitor, category=switched_on, kind=kind)
    assert jobs() == []
    with pytest.raises(StepRefused):
        case.assign_by_rule(by=None)


@pytest.mark.parametrize("known", [True, False])
def test_no_accusation(
    visitor: Cadre, switched_on: Category, rule: DispatchRule, head: Cadre, known: bool
) -> None:
    accused = Accused(unit=make_unit(code="bad")) if known else Accused()
    case = make_opinion(by=visitor, category=switched_on, accused=[accused])
    assert jobs() == []
    with pytest.raises(StepRefused):
        case.assign_by_rule(by=None)


def test_somebody_named_as_accused_before_the_job_runs_keeps_it_with_the_coordinator(
    visitor: Cadre,
    switched_on: Category,
    rule: DispatchRule,
    head: Cadre,
    coordinator: Cadre,
    transport: Unit,
) -> None:
    case = make_opinion(by=visitor, category=switched_on)
    case.name_accused(by=coordinator, unit=transport)
    work()
    case.refresh_from_db()
    assert case.unit is None and case.state == "collected"


def test_only_a_rule_decides_and_only_within_the_district(
    visitor: Cadre, switched_on: Category, outsider: Cadre, head: Cadre
) -> None:
    case = make_opinion(by=visitor, category=switched_on)
    work()
    DispatchRule.objects.create(category=switched_on, unit=outsider.unit)
    with pytest.raises(StepRefused):
        case.assign_by_rule(by=None)
    assert Opinion.objects.get(pk=case.pk).state == "collected"


def test_a_departments_hand_back_comes_to_those_who_dispatch_to_departments(
    visitor: Cadre, switched_on: Category, rule: DispatchRule, transport: Unit, head: Cadre, coordinator: Cadre,
    town_coordinator: Cadre, secretary: Cadre, committee: Unit,
) -> None:  # fmt: skip
    case = make_opinion(by=visitor, category=switched_on)
    assert case.desk_id == TOWN
    case.assign_by_rule(by=None)
    assert case.desk_id == transport.region_id
    case.object(by=head, reason="不归我们")
    case.reassign(by=coordinator, unit=committee, reason="归村里")
    DispatchRule.objects.all().update(unit=None, local="committee")
    near = make_opinion(by=visitor, category=switched_on)
    near.assign_by_rule(by=None)
    assert (near.desk_id, near.unit, near.person) == (TOWN, committee, secretary)


def test_switched_off_again_before_the_job_runs_it_stays(
    visitor: Cadre, switched_on: Category, rule: DispatchRule, head: Cadre
) -> None:
    case = make_opinion(by=visitor, category=switched_on)
    Category.objects.filter(pk=switched_on.pk).update(assigns_itself=False)
    work()
    case.refresh_from_db()
    assert case.unit is None


def test_nobody_does_the_programs_step(
    visitor: Cadre, switched_on: Category, rule: DispatchRule, head: Cadre, coordinator: Cadre
) -> None:
    case = make_opinion(by=visitor, category=switched_on)
    with pytest.raises(StepRefused):
        case.assign_by_rule(by=coordinator)


def test_an_administrator_switches_it_on_and_the_log_and_the_category_say_who(
    client: Client, administrator: Cadre
) -> None:
    category = make_category()
    client.force_login(administrator)
    address = reverse("admin:grievances_category_change", args=[category.pk])
    inline = {f"questions-{name}": "0" for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    form = {"name": "路面", "name_en": "Potholes", "day_kind": "calendar", "position": "0"} | inline
    assert client.post(address, form | {"assigns_itself": "on"}).status_code == 302
    category.refresh_from_db()
    assert category.assigns_itself and category.switched_on_by == administrator
    entry = LogEntry.objects.latest("pk")
    assert entry.user == administrator and "assigns_itself" in entry.change_message
    assert client.post(address, form).status_code == 302
    category.refresh_from_db()
    assert not category.assigns_itself and category.switched_on_by is None


def test_the_database_refuses_a_switch_that_nobody_turned(db: None) -> None:
    category = make_category()
    with pytest.raises(IntegrityError, match="category_switched_on_by_somebody"), transaction.atomic():
        Category.objects.filter(pk=category.pk).update(assigns_itself=True)


def test_an_opinion_that_is_not_written_down_leaves_no_job(
    visitor: Cadre, switched_on: Category, rule: DispatchRule
) -> None:
    with pytest.raises(ValidationError):
        make_opinion(by=visitor, category=switched_on.parent)
    assert jobs() == [] and not Opinion.objects.exists()
