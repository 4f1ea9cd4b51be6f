"""Cases reach more people by rules: whom, once, and in one message a day."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grievances import reference
from grievances.escalating import sweep
from grievances.messaging import sending
from grievances.messaging.notices import notices_of
from grievances.models import (
    Clock,
    Escalation,
    EscalationDay,
    EscalationRule,
    Notice,
    Opinion,
    Reach,
)
from grievances.steps.record import Accused
from tests.factories import DISTRICT, make_cadre, make_category, make_opinion
from tests.grievances.cases import in_hand
from tests.messaging.servers import Mailbox
from villages.models import Cadre, Post, Role, Unit

MONDAY = date(2026, 11, 30)
pytestmark = pytest.mark.django_db


def make_rule(**fields: object) -> EscalationRule:
    usual = {"clock": "handling", "days": 0, "when": "after", "level": "head"}
    return EscalationRule.objects.create(**usual | fields)


def at(day: date, hour: int = 7) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day, hour))


def run(day: date = MONDAY, hour: int = 7) -> None:
    sweep.escalate(at(day, hour))


def due_on(opinion: Opinion, last: date) -> None:
    """The running deadlines end with a day."""
    moment = at(last + timedelta(days=1), 0)
    Clock.objects.filter(opinion=opinion, stopped_at=None).update(due_at=moment)
    Opinion.objects.filter(pk=opinion.pk).update(due_at=moment)


def reached(opinion: Opinion) -> list[str]:
    found = Reach.objects.filter(escalation__opinion=opinion).order_by("pk")
    return list(found.values_list("cadre__username", flat=True))


@pytest.fixture
def late(visitor: Cadre, coordinator: Cadre, transport: Unit, handler: Cadre) -> Opinion:
    """In hand of the handler, late since the Sunday before MONDAY."""
    case = in_hand(make_opinion(by=visitor), by=coordinator, unit=transport, person=handler)
    due_on(case, MONDAY - timedelta(days=1))
    return case


@pytest.mark.parametrize(
    ("level", "whom"),
    [
        ("person", ["handler"]), ("head", ["head"]), ("coordinator", ["coordinator"]), ("leader", ["leader"]),
    ],
)  # fmt: skip
def test_a_late_case_reaches_the_level_of_the_rule(
    late: Opinion, head: Cadre, leader: Cadre, level: str, whom: list[str]
) -> None:
    make_rule(level=level)
    run()
    assert reached(late) == whom


def test_a_level_without_anybody_goes_to_the_next(late: Opinion, leader: Cadre) -> None:
    make_rule(level="head")
    run()
    assert reached(late) == ["coordinator"]


def test_the_nearest_coordinator_above_is_meant_and_the_next_where_there_is_none(
    visitor: Cadre, coordinator: Cadre, town_coordinator: Cadre
) -> None:
    case = make_opinion(by=visitor)
    due_on(case, MONDAY - timedelta(days=1))
    make_rule(clock="dispatch", level="coordinator")
    run()
    assert reached(case) == ["town-coordinator"]
    make_rule(clock="dispatch", level="coordinator", days=1)
    Post.objects.filter(cadre=town_coordinator).update(until=timezone.localdate() - timedelta(days=1))
    run(MONDAY + timedelta(days=1))
    assert reached(case) == ["town-coordinator", "coordinator"]


def test_the_accused_are_passed_over_up_to_discipline_inspection(
    visitor: Cadre, coordinator: Cadre, leader: Cadre, auditor: Cadre, petitions: Unit
) -> None:
    case = make_opinion(by=visitor, accused=[Accused(unit=petitions)])
    alone = make_opinion(by=visitor, accused=[Accused(unit=petitions), Accused(unit=leader.unit)])
    for one in (case, alone):
        due_on(one, MONDAY - timedelta(days=1))
    make_rule(clock="dispatch", level="coordinator")
    run()
    assert (reached(case), reached(alone)) == (["leader"], ["auditor"])
    assert not notices_of(coordinator).exists()


def test_what_reaches_nobody_is_tried_again_the_next_working_day(
    visitor: Cadre, petitions: Unit, caplog: pytest.LogCaptureFixture
) -> None:
    case = make_opinion(by=visitor)
    due_on(case, MONDAY - timedelta(days=1))
    make_rule(clock="dispatch", level="leader")
    run()
    assert "reach nobody" in caplog.text and not Escalation.objects.exists()
    make_cadre(name="new", role=Role.LEADER, unit=petitions, region=DISTRICT)
    run(MONDAY + timedelta(days=1))
    assert reached(case) == ["new"]


def test_a_case_is_escalated_once_a_rule_and_round_however_often_it_is_looked_at(
    late: Opinion, head: Cadre, leader: Cadre
) -> None:
    make_rule(level="head")
    make_rule(level="leader", days=2)
    for n in range(8):
        for hour in (5, 6, 7, 12):
            run(MONDAY + timedelta(days=n), hour)
    assert reached(late) == ["head", "leader"]
    days = list(Reach.objects.order_by("pk").values_list("day", flat=True))
    assert days == [MONDAY, MONDAY + timedelta(days=1)]
    Opinion.objects.filter(pk=late.pk).update(round=2)
    run(MONDAY + timedelta(days=8))
    assert reached(late) == ["head", "leader", "head", "leader"]


def test_nothing_happens_before_the_morning_and_on_days_off(late: Opinion, head: Cadre) -> None:
    make_rule()
    due_on(late, MONDAY - timedelta(days=4))
    for day, hour in ((MONDAY - timedelta(days=2), 9), (MONDAY - timedelta(days=1), 9), (MONDAY, 5)):
        run(day, hour)
    assert not EscalationDay.objects.exists()
    run(MONDAY, 6)
    assert reached(late) == ["head"]


def test_what_was_answered_in_time_is_left_alone(late: Opinion, head: Cadre, handler: Cadre) -> None:
    make_rule()
    late.resolve(by=handler, account="铺了沥青", public="路已经修好。")
    run()
    assert not Escalation.objects.exists()


def test_a_rule_of_a_category_means_it_and_what_is_below_it(
    visitor: Cadre, coordinator: Cadre, transport: Unit, handler: Cadre, head: Cadre
) -> None:
    road, water = make_category(code="roads-potholes"), make_category(code="water-pipes")
    cases = []
    for category in (road, water):
        case = in_hand(
            make_opinion(by=visitor, category=category), by=coordinator, unit=transport, person=handler
        )
        due_on(case, MONDAY - timedelta(days=1))
        cases.append(case)
    make_rule(category=road.parent)
    make_rule(category=water, level="person")
    run()
    assert [reached(case) for case in cases] == [["head"], ["handler"]]


def test_a_retired_rule_does_nothing(late: Opinion, head: Cadre) -> None:
    make_rule(retired=True)
    run()
    assert not Escalation.objects.exists()


def test_a_rule_made_during_the_day_begins_the_next(late: Opinion, head: Cadre) -> None:
    run()
    make_rule()
    run(MONDAY, 15)
    assert not Escalation.objects.exists()
    run(MONDAY + timedelta(days=1))
    assert Notice.objects.get().key == f"escalation:{MONDAY + timedelta(days=1)}"


def test_each_person_gets_one_notice_a_day_with_the_number_of_the_list(
    client: Client, late: Opinion, visitor: Cadre, coordinator: Cadre, transport: Unit, handler: Cadre,
    head: Cadre,
) -> None:  # fmt: skip
    for _n in range(3):
        case = in_hand(make_opinion(by=visitor), by=coordinator, unit=transport, person=handler)
        due_on(case, MONDAY - timedelta(days=1))
    make_rule()
    make_rule(level="head", when="before", days=1)
    run()
    notice = Notice.objects.get(cadre=head)
    client.force_login(head)
    [shown] = client.get(reverse("notice-list")).context["page"].rows
    page = client.get(notice.address).context["page"]
    assert shown.count == page.total == len(page.rows) == 8


def test_the_number_and_the_list_lose_what_accuses_the_reader(
    client: Client, late: Opinion, coordinator: Cadre, head: Cadre
) -> None:
    make_rule()
    run()
    late.name_accused(by=coordinator, cadre=head)
    client.force_login(head)
    page = client.get(reverse("escalation-list"))
    assert page.context["page"].rows == [] and late.number not in page.content.decode()
    [shown] = client.get(reverse("notice-list")).context["page"].rows
    assert shown.count == 0


def test_the_message_tells_how_many_and_where_and_not_which(
    mailbox: Mailbox, commits: Callable, late: Opinion, head: Cadre
) -> None:
    Cadre.objects.filter(pk=head.pk).update(email="head@dafeng.example.cn")
    make_rule()
    with commits(), time_machine.travel(at(MONDAY), tick=False):
        run()
    with time_machine.travel(at(MONDAY, 8), tick=False):
        sending.ask_for_sending(timezone.now())
    [mail] = mailbox.kept
    assert "1 件临近期限或已超期" in mail.get_content() and late.number not in mail.get_content()
    assert f"https://voices.example.cn/escalations/?day={MONDAY}" in mail.get_content()


def test_an_accused_head_gets_no_message_of_a_list_that_became_empty(
    mailbox: Mailbox, late: Opinion, head: Cadre, coordinator: Cadre
) -> None:
    Cadre.objects.filter(pk=head.pk).update(email="head@dafeng.example.cn")
    make_rule()
    run()
    late.name_accused(by=coordinator, cadre=head)
    with time_machine.travel(at(MONDAY, 9), tick=False):
        sending.ask_for_sending(timezone.now())
    assert mailbox.kept == []


def test_a_sweep_that_was_broken_off_goes_on_and_tells_everything(
    late: Opinion, visitor: Cadre, coordinator: Cadre, transport: Unit, handler: Cadre, head: Cadre,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(sweep, "_AT_ONCE", 2)
    cases = [late]
    for _n in range(6):
        case = in_hand(make_opinion(by=visitor), by=coordinator, unit=transport, person=handler)
        due_on(case, MONDAY - timedelta(days=1))
        cases.append(case)
    make_rule()
    real, batches = sweep._escalate, []

    def killed(*arguments: object) -> None:
        if len(batches) == 2:
            raise KeyboardInterrupt
        batches.append(real(*arguments))

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(sweep, "_escalate", killed)
        run()
    assert Escalation.objects.count() == 4 and not Notice.objects.filter(kind="escalation").exists()
    run(MONDAY + timedelta(days=1))
    assert [reached(case) for case in cases] == [["head"]] * 7
    told = Notice.objects.filter(cadre=head, kind="escalation").order_by("key")
    assert [notice.key for notice in told] == [f"escalation:{MONDAY + timedelta(days=n)}" for n in range(2)]
    assert not EscalationDay.objects.filter(told_at=None).exists()


def test_a_round_that_takes_too_long_leaves_the_rest_to_the_next(
    late: Opinion, head: Cadre, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_rule()
    with monkeypatch.context() as patch:
        patch.setattr(sweep, "LONGEST_SECONDS", 0)
        run()
    assert not Escalation.objects.exists() and EscalationDay.objects.get().told_at is None
    run()
    assert reached(late) == ["head"] and Notice.objects.filter(kind="escalation").count() == 1


def test_rounds_that_end_early_come_to_an_end_though_cases_reach_nobody(
    visitor: Cadre, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _n in range(5):
        due_on(make_opinion(by=visitor), MONDAY - timedelta(days=1))
    make_rule(clock="dispatch", level="leader")
    monkeypatch.setattr(sweep, "_AT_ONCE", 2)
    ticks = iter(range(1000))
    monkeypatch.setattr(sweep, "monotonic", lambda: next(ticks))
    monkeypatch.setattr(sweep, "LONGEST_SECONDS", 2)
    for _n in range(4):
        assert EscalationDay.objects.exclude(told_at=None).count() == 0
        run()
        if EscalationDay.objects.exclude(told_at=None).exists():
            break
    assert EscalationDay.objects.get().told_at is not None and _n == 2


def test_an_index_leads_to_the_deadlines_of_a_rule(late: Opinion) -> None:
    rule = make_rule()
    held = EscalationDay(day=MONDAY, rule=rule, due_at=late.recorded_at, clock=1)
    found = sweep._beyond(sweep._clocks(rule, at(MONDAY)), held, rule)[:500]
    with connection.cursor() as cursor:
        for way in ("seqscan", "bitmapscan", "sort"):  # so few rows are read in any way
            cursor.execute(f"SET LOCAL enable_{way} = off")
        plan = found.explain()
    assert "clock_running" in plan and "escalation_once_a_round" in plan


def test_the_sweep_asks_the_same_whatever_the_number_of_cases(
    late: Opinion, visitor: Cadre, coordinator: Cadre, transport: Unit, handler: Cadre, head: Cadre,
    django_assert_max_num_queries: Callable,
) -> None:  # fmt: skip
    for _n in range(20):
        case = in_hand(make_opinion(by=visitor), by=coordinator, unit=transport, person=handler)
        due_on(case, MONDAY - timedelta(days=1))
    make_rule()
    with django_assert_max_num_queries(27):
        run()
    assert Reach.objects.count() == 21


def test_the_list_says_why_each_case_came(client: Client, late: Opinion, head: Cadre) -> None:
    make_rule()
    make_rule(days=2, when="before")
    run()
    client.force_login(head)
    client.cookies["django_language"] = "en"
    page = client.get(reverse("escalation-list")).content.decode()
    assert "Handling: 2 working days left" in page and "Handling: late" in page
    assert reverse("opinion", args=[late.number]) in page


def test_names_are_no_markup_in_the_list(client: Client, late: Opinion, head: Cadre) -> None:
    make_rule()
    run()
    for thing in (late.category, late.region, late.person or head):
        type(thing).objects.filter(pk=thing.pk).update(name="<i>'\"&")
    client.force_login(head)
    page = client.get(reverse("escalation-list")).content.decode()
    assert "<i>" not in page and page.count("&lt;i&gt;&#x27;&quot;&amp;") >= 2


def test_others_see_nothing_of_what_reached_somebody(
    client: Client, late: Opinion, head: Cadre, coordinator: Cadre, administrator: Cadre
) -> None:
    make_rule()
    run()
    client.force_login(coordinator)
    assert client.get(reverse("escalation-list")).context["page"].rows == []
    client.force_login(administrator)
    assert client.get(reverse("escalation-list")).status_code == 403


@pytest.mark.parametrize("day", ["x", "2026-13-40", "26-11-2026x", "' OR 1=1"])
def test_a_day_that_is_none_is_said_and_all_are_shown(
    client: Client, late: Opinion, head: Cadre, day: str
) -> None:
    make_rule()
    run()
    client.force_login(head)
    client.cookies["django_language"] = "en"
    page = client.get(reverse("escalation-list"), {"day": day})
    assert "This is no day" in page.content.decode() and len(page.context["page"].rows) == 1


def test_the_list_takes_the_same_queries_whatever_its_length(
    client: Client, late: Opinion, head: Cadre, django_assert_max_num_queries: Callable
) -> None:
    for days in range(1, 20):
        make_rule(days=days, when="before")
    run()
    client.force_login(head)
    client.get(reverse("help"))
    with django_assert_max_num_queries(7):
        assert len(client.get(reverse("escalation-list")).context["page"].rows) == 19


class TestRules:
    """The administrator's page of rules."""

    GOOD = {"clock": "handling", "days": "3", "when": "before", "level": "head"}

    @pytest.fixture
    def keeps(self, client: Client, administrator: Cadre) -> Client:
        client.force_login(administrator)
        client.cookies["django_language"] = "en"
        return client

    def test_a_rule_is_made_changed_and_retired_but_not_deleted(self, keeps: Client) -> None:
        keeps.post(reverse("admin:grievances_escalationrule_add"), self.GOOD)
        rule = EscalationRule.objects.get()
        address = reverse("admin:grievances_escalationrule_change", args=[rule.pk])
        keeps.post(address, self.GOOD | {"days": "5", "retired": "on"})
        rule.refresh_from_db()
        assert (rule.days, rule.retired, rule.level) == (5, True, "head")
        gone = reverse("admin:grievances_escalationrule_delete", args=[rule.pk])
        assert keeps.post(gone, {"post": "yes"}).status_code == 403

    @pytest.mark.parametrize(
        "wrong",
        [
            {"days": "0"},
            {"days": "61"},
            {"days": "-1"},
            {"days": "x"},
            {"clock": "lunch"},
            {"level": "village"},
        ],
    )
    def test_a_wrong_rule_is_refused_with_a_reason(self, keeps: Client, wrong: dict[str, str]) -> None:
        page = keeps.post(reverse("admin:grievances_escalationrule_add"), self.GOOD | wrong)
        assert "errorlist" in page.content.decode() and not EscalationRule.objects.exists()

    def test_the_same_rule_twice_is_refused(self, keeps: Client) -> None:
        for _n in range(2):
            page = keeps.post(reverse("admin:grievances_escalationrule_add"), self.GOOD)
        assert "This rule is there already." in page.content.decode()
        assert EscalationRule.objects.count() == 1

    def test_others_may_not_look(self, client: Client, leader: Cadre) -> None:
        client.force_login(leader)
        address = reverse("admin:grievances_escalationrule_changelist")
        assert client.get(address, follow=True).status_code == 403


def test_the_rules_of_the_product_are_loaded_once_and_then_the_districts_own() -> None:
    assert reference.load_escalation_rules() > 10
    EscalationRule.objects.exclude(clock="handling").delete()
    left = EscalationRule.objects.count()
    assert reference.load_escalation_rules() == 0 and EscalationRule.objects.count() == left
    for rule in EscalationRule.objects.all():
        rule.full_clean()
