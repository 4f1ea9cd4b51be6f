"""The auditor's pages: looks, withdrawn opinions, and who was given which rights."""

from datetime import date, timedelta

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grievances.models import Look, Opinion
from grievances.steps.record import Accused
from tests.factories import make_cadre, make_household, make_opinion, make_unit
from villages.models import Cadre, Post, Role, Unit


@pytest.fixture
def page(client: Client, auditor: Cadre) -> Client:
    client.force_login(auditor)
    return client


@pytest.fixture
def hidden(visitor: Cadre) -> Opinion:
    return make_opinion(by=visitor, kind="confidential")


@pytest.fixture
def office(administrator: Cadre) -> Client:
    """The reference pages, as the administrator sees them."""
    client = Client()
    client.force_login(administrator)
    return client


def look(cadre: Cadre, *, days_ago: int = 0, kind: str = "case", **at: object) -> Look:
    moment = timezone.now() - timedelta(days=days_ago)
    return Look.objects.create(cadre=cadre, at=moment, kind=kind, **at)


def rows(auditing: Client, name: str = "audit", **asked: object) -> list:
    return auditing.get(reverse(name), asked).context["page"].rows


def test_the_looks_of_a_busy_year_are_all_there_page_by_page(
    page: Client, hidden: Opinion, caller: Cadre
) -> None:
    made = [look(caller, opinion=hidden) for _time in range(130)]
    shown, address = [], "?"
    while address:
        listed = page.get(reverse("audit") + address).context["page"]
        shown, address = shown + listed.rows, listed.next
    assert shown == made[::-1] and listed.total == 130


def test_looks_are_found_by_person_kind_and_day(
    page: Client, hidden: Opinion, caller: Cadre, coordinator: Cadre
) -> None:
    old = look(caller, days_ago=5, opinion=hidden)
    new = look(coordinator, kind="reveal", opinion=hidden, reason="核实")
    yesterday = timezone.localdate() - timedelta(days=1)
    assert rows(page, person="caller") == rows(page, kind="case") == rows(page, until=yesterday) == [old]
    assert rows(page, person=coordinator.name) == rows(page, kind="reveal") == rows(page, since=yesterday)
    assert rows(page, kind="reveal") == [new]
    assert "核实" in page.get(reverse("audit")).content.decode()


@pytest.mark.parametrize("asked", [{"kind": "x"}, {"since": "x"}, {"person": "x" * 99}, {"after": "-1"}])
def test_a_broken_filter_is_no_error_page(page: Client, asked: dict[str, str]) -> None:
    for name in ("audit", "audit-withdrawn", "audit-rights"):
        assert page.get(reverse(name), asked).status_code == 200


def test_a_telephone_number_that_was_shown_is_among_the_looks(page: Client, visitor: Cadre) -> None:
    household = make_household(number="20 号")
    elsewhere = make_household(grid="320903001001001")
    look(visitor, kind="phone", household=elsewhere)
    shown = look(visitor, kind="phone", household=household)
    assert rows(page) == [shown]
    text = page.get(reverse("audit")).content.decode()
    assert "20 号" in text and household.head not in text


def test_exports_are_among_the_looks(page: Client, leader: Cadre) -> None:
    look(leader, kind="export", rows=3907)
    assert "3907" in page.get(reverse("audit")).content.decode()


def test_what_somebody_wrote_is_no_markup_in_any_row(
    page: Client, visitor: Cadre, coordinator: Cadre, hidden: Opinion
) -> None:
    Cadre.objects.filter(pk__in=[visitor.pk, coordinator.pk]).update(name="<i>'\"&")
    look(visitor, kind="phone", household=make_household(number="<i>'\"&"))
    look(visitor, opinion=hidden, kind="reveal", reason="<i>'\"&")
    make_opinion(by=visitor).withdraw(by=coordinator, reason="<i>'\"&")
    for name, many in (("audit", 4), ("audit-withdrawn", 2)):
        text = page.get(reverse(name)).content.decode()
        assert "<i>" not in text and text.count("&lt;i&gt;&#x27;&quot;&amp;") == many


def test_households_are_read_in_one_more_question_whatever_their_number(
    page: Client, visitor: Cadre, hidden: Opinion, django_assert_max_num_queries: object
) -> None:
    look(visitor, opinion=hidden)
    rows(page)
    with django_assert_max_num_queries(3):  # the session, the person with their posts, the looks
        rows(page)
    for number in range(5):
        look(visitor, kind="phone", household=make_household(number=f"{number} 号"))
    with django_assert_max_num_queries(4):
        assert len(rows(page)) == 6


def test_an_auditor_does_not_read_of_the_case_that_accuses_them(
    page: Client, visitor: Cadre, auditor: Cadre, caller: Cadre
) -> None:
    case = make_opinion(by=visitor, accused=[Accused(cadre=auditor)])
    look(caller, opinion=case)
    case.withdraw(by=case_coordinator(), reason="重复")
    assert rows(page) == rows(page, "audit-withdrawn") == []


def case_coordinator() -> Cadre:
    return make_cadre(name="dispatcher", role=Role.COORDINATOR, unit=make_unit(code="dispatch"))


def test_withdrawn_opinions_are_listed_with_reason_and_person(
    page: Client, visitor: Cadre, coordinator: Cadre
) -> None:
    case = make_opinion(by=visitor)
    case.withdraw(by=coordinator, reason="重复登记")
    assert [event.opinion for event in rows(page, "audit-withdrawn", person="coordinator")] == [case]
    assert rows(page, "audit-withdrawn", person="visitor") == []
    text = page.get(reverse("audit-withdrawn")).content.decode()
    assert case.number in text and "重复登记" in text


def deeds(page: Client, **asked: str) -> list[tuple[str, str, str]]:
    response = page.get(reverse("audit-rights"), asked, headers={"accept-language": "en"})
    return [(deed.what, deed.to, deed.values) for deed in response.context["deeds"]]


def test_a_post_that_is_given_and_ended_stands_there_with_its_days(
    page: Client, office: Client, handler: Cadre, petitions: Unit
) -> None:
    given = {"cadre": handler.pk, "role": "caller", "unit": petitions.pk, "region": "", "since": "2026-03-01"}
    office.post(reverse("admin:villages_post_add"), given | {"until": ""})
    post = Post.objects.get(role="caller")
    until = timezone.localdate() + timedelta(days=3)
    office.post(reverse("admin:villages_post_change", args=[post.pk]), {"until": until})
    [ended, begun] = deeds(page)
    assert begun[0] == "post given" and begun[2] == "from: 2026-03-01, until: –"
    assert begun[1].endswith(f"(handler) · caller · {petitions.name_en} · 区划320904")
    assert ended == ("post changed", begun[1], f"until: {until}")


def test_an_account_and_each_one_time_password_stand_there(
    page: Client, office: Client, handler: Cadre
) -> None:
    office.post(reverse("admin:villages_cadre_add"), {"username": "li", "name": "李娜", "telephone": ""})
    chosen = {"action": "set_one_time_password", "_selected_action": [handler.pk]}
    office.post(reverse("admin:villages_cadre_changelist"), chosen)
    office.post(reverse("admin:villages_cadre_change", args=[handler.pk]), {"name": "x", "telephone": ""})
    [disabled, password, made] = deeds(page)
    assert made[0] == "account made, with a one-time password" and "(li)" in made[1]
    assert password[0] == "one-time password given" and "(handler)" in password[1]
    assert disabled[0] == "account changed" and "may sign in: no" in disabled[2]


def test_a_unit_that_is_moved_stands_there(page: Client, office: Client, transport: Unit, town: Unit) -> None:
    fields = {"name": transport.name, "name_en": transport.name_en, "kind": transport.kind, "telephone": ""}
    fields |= {"parent": town.pk, "region": transport.region_id}
    office.post(reverse("admin:villages_unit_change", args=[transport.pk]), fields)
    assert deeds(page) == [("unit changed", "Unit transport", "part of: town")]


def test_deeds_are_found_by_person_kind_and_day(
    page: Client, office: Client, handler: Cadre, administrator: Cadre
) -> None:
    chosen = {"action": "set_one_time_password", "_selected_action": [handler.pk]}
    office.post(reverse("admin:villages_cadre_changelist"), chosen)
    assert len(deeds(page, kind="cadre", person="administrator", since=str(timezone.localdate()))) == 1
    assert deeds(page, kind="post") == deeds(page, person="handler") == []
    assert deeds(page, until=str(date(2020, 1, 1))) == []


@pytest.mark.parametrize("message", ["", "changed by hand", "[1]", '{"changed": 1}', '[{"set": {"x": 1}}]'])
def test_entries_of_an_older_form_are_shown_too(
    page: Client, administrator: Cadre, handler: Cadre, message: str
) -> None:
    LogEntry.objects.log_actions(administrator.pk, [handler], CHANGE, message)
    assert [what for what, _to, _values in deeds(page)] == ["account changed"]


def test_a_page_of_deeds_takes_few_queries(
    page: Client, administrator: Cadre, handler: Cadre, django_assert_max_num_queries: object
) -> None:
    things = [handler, handler.posts.get(), handler.unit] * 10
    for thing in things:
        LogEntry.objects.log_actions(administrator.pk, [thing], CHANGE)
    deeds(page)
    with django_assert_max_num_queries(11):
        assert len(deeds(page)) == 30


@pytest.mark.parametrize("who", ["administrator", "leader", "coordinator", "head"])
def test_nobody_else_reads_them(who: str, client: Client, request: pytest.FixtureRequest) -> None:
    client.force_login(request.getfixturevalue(who))
    for name in ("audit", "audit-withdrawn", "audit-rights"):
        assert client.get(reverse(name)).status_code == 403
