"""The pages on which absences are noted and ended."""

from datetime import date, timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import fresh, make_cadre
from villages.models import Absence, Cadre, Role, Unit


def day(n: int) -> date:
    return timezone.localdate() + timedelta(days=n)


@pytest.fixture
def colleague(transport: Unit) -> Cadre:
    return make_cadre(name="colleague", role=Role.HANDLER, unit=transport)


def note(client: Client, who: Cadre, substitute: Cadre, /, **fields: object) -> object:
    asked = {"since": day(0), "until": day(2), "substitute": substitute.pk, "note": "培训"}
    return client.post(reverse("absence", args=[who.pk]), asked | fields)


def test_whoever_is_away_notes_it_and_ends_it(client: Client, handler: Cadre, colleague: Cadre) -> None:
    client.force_login(handler)
    assert note(client, handler, colleague).url == reverse("absence-list")
    absence = Absence.objects.get()
    assert (absence.cadre, absence.substitute, absence.set_by) == (handler, colleague, handler)
    page = client.get(reverse("absence-list")).content.decode()
    assert "培训" in page and reverse("absence-end", args=[absence.pk]) in page
    assert client.get(reverse("absence-end", args=[absence.pk])).status_code == 200
    assert fresh(colleague).lenders
    client.post(reverse("absence-end", args=[absence.pk]))
    assert not fresh(colleague).lenders
    assert client.post(reverse("absence-end", args=[absence.pk])).status_code == 404


@pytest.mark.parametrize("who", ["head", "administrator"])
def test_the_head_and_an_administrator_note_it_for_somebody_and_the_auditor_reads_it(
    client: Client, request: pytest.FixtureRequest, handler: Cadre, colleague: Cadre, auditor: Cadre, who: str
) -> None:
    by = request.getfixturevalue(who)
    client.force_login(by)
    assert note(client, handler, colleague).status_code == 302
    assert LogEntry.objects.get().user == by
    client.force_login(auditor)
    client.cookies["django_language"] = "en"
    page = client.get(reverse("audit-rights")).content.decode()
    assert "desk lent during an absence" in page and colleague.label in page


def test_nobody_else_notes_or_ends_it(
    client: Client, handler: Cadre, colleague: Cadre, secretary: Cadre, leader: Cadre
) -> None:
    absence = Absence.set(by=handler, cadre=handler, substitute=colleague, since=day(0), until=day(1))
    for other in (colleague, secretary, leader):
        client.force_login(other)
        assert note(client, handler, colleague, since=day(5), until=day(6)).status_code == 404
        assert client.post(reverse("absence-end", args=[absence.pk])).status_code == 404
    assert Absence.objects.get().until == day(1)


@pytest.mark.parametrize(
    ("field", "value"),
    [("since", ""), ("since", "x"), ("until", "2020-01-01"), ("substitute", ""), ("substitute", "999999")],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_noted(
    client: Client, handler: Cadre, colleague: Cadre, field: str, value: str
) -> None:
    client.force_login(handler)
    page = note(client, handler, colleague, **{field: value})
    assert page.status_code == 422 and field in page.context["form"].errors
    assert "培训" in page.content.decode() and not Absence.objects.exists()


def test_only_people_in_line_are_offered(
    client: Client, handler: Cadre, colleague: Cadre, secretary: Cadre, caller: Cadre
) -> None:
    client.force_login(handler)
    offered = client.get(reverse("absence", args=[handler.pk])).context["form"].fields["substitute"].queryset
    assert list(offered) == [colleague]
    assert note(client, handler, caller).status_code == 422


def test_a_person_who_is_away_already_is_named(client: Client, handler: Cadre, colleague: Cadre) -> None:
    client.force_login(handler)
    client.cookies["django_language"] = "en"
    note(client, handler, colleague)
    page = note(client, handler, colleague, since=day(1))
    assert page.status_code == 422 and "already: end that first" in page.content.decode()


def test_a_visitor_has_no_desk_to_lend(client: Client, visitor: Cadre) -> None:
    client.force_login(visitor)
    page = client.get(reverse("absence", args=[visitor.pk]))
    assert page.status_code == 200 and not page.context["has_desk"]


def test_the_lists_cost_the_same_whoever_is_away(
    client: Client, head: Cadre, handler: Cadre, transport: Unit, django_assert_max_num_queries: object
) -> None:
    people = [make_cadre(name=f"p{n}", role=Role.HANDLER, unit=transport) for n in range(8)]
    for absent, substitute in zip(people[::2], people[1::2], strict=True):
        Absence.set(by=absent, cadre=absent, substitute=substitute, since=day(0), until=day(1))
    client.force_login(head)
    client.get(reverse("help"))
    for name, args in (("absence-list", []), ("absence", [handler.pk])):
        with django_assert_max_num_queries(10):
            assert client.get(reverse(name, args=args)).status_code == 200
