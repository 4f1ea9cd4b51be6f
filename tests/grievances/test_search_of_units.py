"""People of units search and count among their own cases, and find all that lists show them."""

from urllib.parse import parse_qsl

import pytest
from django.test import Client
from django.urls import reverse

from grievances.models import Opinion
from grievances.search import searching
from grievances.sight.access import gathered_by_units
from grievances.steps.record import Accused
from tests.factories import LONG_AGO, VILLAGE, fresh, make_cadre, make_opinion, make_unit
from tests.grievances.cases import assigned
from tests.grievances.test_search import found, look
from villages import paging
from villages.models import Cadre, Role, Unit


@pytest.fixture
def lamps(visitor: Cadre, coordinator: Cadre, head: Cadre, transport: Unit) -> list[str]:
    """Numbers of what the head sees, the newest first: cases led, one assisted in; beside them one of another unit, and
    one that accuses the head."""
    water = make_unit(code="water")
    other = make_cadre(name="other", role=Role.HEAD, unit=water)
    own = [make_opinion(by=visitor, text=f"路灯坏了{n}") for n in range(3)]
    for opinion in own:
        assigned(opinion, by=coordinator, unit=transport, person=head)
    assisted, foreign = (make_opinion(by=visitor, text=f"路灯不亮{n}") for n in range(2))
    for opinion in (assisted, foreign):
        assigned(opinion, by=coordinator, unit=water, person=other)
    assisted.assist(by=coordinator, unit=transport)
    accusing = make_opinion(by=visitor, text="路灯没人修", accused=[Accused(cadre=head)])
    assigned(accusing, by=coordinator, unit=water, person=other)
    return [opinion.number for opinion in (assisted, *reversed(own))]


@pytest.mark.parametrize("exact_to", [1000, 2])
@pytest.mark.parametrize("query", ["路灯", "路", "灯坏 路灯"])
def test_people_of_units_find_their_own_on_every_page(
    head: Cadre, lamps: list[str], exact_to: int, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (searching, paging):
        monkeypatch.setattr(module, "SIZE", 2)
        monkeypatch.setattr(module, "EXACT_TO", exact_to)
    expected = lamps[1:] if " " in query else lamps
    page, seen = look(head, query).context["page"], []
    assert page.is_exact == (exact_to >= len(expected))
    assert not page.is_exact or page.total == len(expected)
    while page:
        seen += [row.number for row in page.rows]
        asked = dict(parse_qsl(page.next.removeprefix("?"))) if page.next else None
        page = look(head, query, **(asked | {"q": query})).context["page"] if asked else None
    assert seen == expected


def test_the_list_of_a_unit_holds_the_same(head: Cadre, lamps: list[str]) -> None:
    client = Client()
    client.force_login(fresh(head))
    page = client.get(reverse("opinion-list"), {"text": "路灯"}).context["page"]
    assert [row.number for row in page.rows] == lamps and page.total == 4


@pytest.mark.parametrize(("exact_to", "exact"), [(1000, True), (4, True), (3, False), (2, False)])
def test_all_cases_of_a_unit_are_counted_up_to_the_bound(
    head: Cadre, lamps: list[str], exact_to: int, exact: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "EXACT_TO", exact_to)
    monkeypatch.setattr(paging, "SIZE", 3)
    client = Client()
    client.force_login(fresh(head))
    page = client.get(reverse("opinion-list")).context["page"]
    assert (page.is_exact, page.total) == (exact, 4 if exact else exact_to + 1)
    assert [row.number for row in page.rows] == lamps[:3]


def test_whoever_sees_more_than_units_is_not_narrowed_to_them(
    head: Cadre, leader: Cadre, visitor: Cadre, administrator: Cadre, lamps: list[str], transport: Unit
) -> None:
    assert gathered_by_units(head) is not None
    both = make_cadre(name="both", role=Role.HEAD, unit=transport)
    both.posts.create(role=Role.VISITOR, unit=transport, region_id=VILLAGE, since=LONG_AGO)
    for cadre in (leader, visitor, administrator, fresh(both)):
        assert gathered_by_units(cadre) is None
    assert set(found(fresh(both), "路灯")) > set(lamps)
    seen = Opinion.objects.visible_to(head)
    assert set(seen.filter(gathered_by_units(head))) == set(seen)
