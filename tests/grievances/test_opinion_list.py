"""The list of opinions: all that one may see, and exactly the rows behind every figure."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grievances.measures import figures
from grievances.measures.boards import Board
from grievances.models import Opinion, OpinionSpan
from grievances.steps.record import Accused
from grievances.views import lists
from tests.factories import DISTRICT, TOWN, VILLAGE, fresh, make_cadre, make_campaign, make_opinion
from tests.grievances.cases import answered, assigned, copied
from villages.models import Cadre, Region, Role, Unit

MOST_QUERIES = 7


@pytest.fixture
def reader(client: Client, leader: Cadre) -> Client:
    client.force_login(leader)
    return client


@pytest.fixture
def story(visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre, caller: Cadre) -> Opinion:
    """Nine days of one case: written down, assigned, accepted, resolved, not solved."""
    now = timezone.now()
    opinion = make_opinion(by=visitor, at=now - timedelta(days=9), campaign=make_campaign())
    opinion.assign(by=coordinator, unit=transport, at=now - timedelta(days=8))
    opinion.accept(by=head, at=now - timedelta(days=7))
    opinion.resolve(by=head, account="补", public="好", at=now - timedelta(days=5))
    opinion.call_back(by=caller, contacted=True, solved=False, satisfied=False, at=now - timedelta(days=2))
    return opinion


def numbers_in(client: Client, address: str, **asked: object) -> list[str]:
    return [row.case.number for row in client.get(address, asked).context["page"].rows]


@pytest.mark.parametrize("days", [0, 1, 3, 6, 8, 12])
def test_every_figure_of_a_board_opens_a_list_with_that_many_rows(
    reader: Client, story: Opinion, visitor: Cadre, leader: Cadre, days: int
) -> None:
    make_opinion(by=visitor)
    day = timezone.localdate() - timedelta(days=days)
    for code, campaign in ((DISTRICT, None), (TOWN, None), (VILLAGE, story.campaign)):
        board = Board(cadre=fresh(leader), region=Region.objects.get(pk=code), campaign=campaign, as_of=day)
        numbers = board.figures()
        assert set(numbers) == set(figures.FIGURES)
        for name, number in numbers.items():
            page = reader.get(number.url)
            assert page.context["exact"] == len(page.context["page"].rows) == number.value, name


def test_a_past_day_shows_the_state_as_it_was(reader: Client, story: Opinion) -> None:
    day = timezone.localdate() - timedelta(days=3)
    page = reader.get(reverse("opinion-list"), {"as_of": day.isoformat(), "figure": "resolved"})
    assert [row.state for row in page.context["page"].rows] == ["resolved"]
    assert page.context["as_of"] == day and f'value="{day.isoformat()}"' in page.content.decode()
    assert numbers_in(reader, reverse("opinion-list"), figure="resolved") == []


def test_a_past_day_says_how_much_time_was_left_then(reader: Client, story: Opinion) -> None:
    Opinion.objects.filter(pk=story.pk).update(due_at=timezone.now() - timedelta(hours=1))
    day = timezone.localdate() - timedelta(days=6)
    rows = reader.get(reverse("opinion-list"), {"as_of": day.isoformat()}).context["page"].rows
    assert [row.left.look for row in rows] == [""]


def test_today_and_a_day_to_come_are_read_as_now(reader: Client, story: Opinion) -> None:
    for days in (0, 1):
        day = timezone.localdate() + timedelta(days=days)
        page = reader.get(reverse("opinion-list"), {"as_of": day.isoformat()})
        assert page.context["as_of"] is None and len(page.context["page"].rows) == 1


@pytest.mark.parametrize("days", [0, 3])
def test_all_filters_work_on_a_past_day_too(reader: Client, story: Opinion, days: int) -> None:
    day = timezone.localdate() - timedelta(days=days)
    asked = {
        "as_of": day.isoformat(), "category": story.category_id, "region": TOWN, "unit": story.unit_id,
        "person": story.person.username, "source": story.source, "kind": story.kind, "text": story.number,
        "urgency": story.urgency, "informant_kind": "named", "campaign": story.campaign_id,
        "recorded_from": (day - timedelta(days=9)).isoformat(), "recorded_to": day.isoformat(),
        "order": "number",
    }  # fmt: skip
    assert numbers_in(reader, reverse("opinion-list"), **asked) == [story.number]


@pytest.mark.parametrize("order", ["due", "newest", "number", "place"])
def test_every_order_works_on_a_past_day_too(reader: Client, story: Opinion, order: str) -> None:
    day = timezone.localdate() - timedelta(days=1)
    assert numbers_in(reader, reverse("opinion-list"), as_of=day.isoformat(), order=order) == [story.number]


def test_the_header_says_how_many_a_figure_counts(reader: Client, story: Opinion) -> None:
    page = reader.get(reverse("opinion-list"), {"figure": "collected"}).content.decode()
    assert '<span id="exact">1</span>' in page


def test_a_figure_is_never_more_than_a_thousand_but_a_number(
    reader: Client, story: Opinion, visitor: Cadre
) -> None:
    copied(story, 1001)
    listed = reader.get(reverse("opinion-list"), {"figure": "collected"})
    assert '<span id="exact">1,002</span>' in listed.content.decode()
    assert listed.context["page"].total == 1002 and listed.context["page"].is_exact
    assert reader.get(reverse("opinion-list")).context["page"].total == 1002
    by_kind = reader.get(reverse("opinion-list"), {"kind": story.kind}).context["page"]
    assert by_kind.total == 1001 and not by_kind.is_exact


@pytest.mark.parametrize("past", [0, 1])
def test_the_list_takes_few_queries_whatever_the_rows(
    reader: Client, visitor: Cadre, django_assert_max_num_queries: object, past: int
) -> None:
    at = timezone.now() - timedelta(days=4)
    for _n in range(8):
        make_opinion(by=visitor, at=at)
    day = timezone.localdate() - timedelta(days=past)
    reader.get(reverse("help"))  # a session's first page notes when it began
    with django_assert_max_num_queries(MOST_QUERIES):
        page = reader.get(
            reverse("opinion-list"), {"figure": "collected", "region": TOWN, "as_of": day.isoformat()}
        )
    assert len(page.context["page"].rows) == 8


def test_everyone_sees_only_their_own_part(
    client: Client, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre, outsider: Cadre
) -> None:
    mine = assigned(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
    make_opinion(by=visitor)
    for cadre, seen in ((head, [mine.number]), (outsider, [])):
        client.force_login(cadre)
        for more in ({}, {"as_of": "2099-01-01"}, {"figure": "collected"}, {"region": DISTRICT}):
            assert numbers_in(client, reverse("opinion-list"), **more) == seen


def test_no_filter_lets_the_accused_find_the_accusation(
    client: Client, visitor: Cadre, secretary: Cadre, committee: Unit, coordinator: Cadre, leader: Cadre
) -> None:
    case = make_opinion(by=visitor, accused=[Accused(cadre=leader)], text="金丝雀八哥")
    client.force_login(leader)
    for asked in ({"text": "金丝雀"}, {"text": case.number}, {"figure": "collected"}, {"region": VILLAGE}):
        page = client.get(reverse("opinion-list"), asked)
        assert page.context["page"].rows == [] and page.context["page"].total == 0
    client.force_login(coordinator)
    # Even who may see it finds it by its number only: the words of an accusation are not searched.
    assert numbers_in(client, reverse("opinion-list"), text=case.number) == [case.number]
    assert numbers_in(client, reverse("opinion-list"), text="金丝雀") == []


def test_an_administrator_has_no_list_of_opinions(client: Client, administrator: Cadre) -> None:
    client.force_login(administrator)
    assert client.get(reverse("opinion-list")).status_code == 403


def test_answered_cases_keep_their_answerer_in_the_list(
    reader: Client, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    answered(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
    assert head.label in reader.get(reverse("opinion-list"), {"figure": "resolved"}).content.decode()


def test_when_a_confidential_opinion_was_written_down_can_not_be_asked(
    reader: Client, visitor: Cadre
) -> None:
    """Neither by a moment that somebody invents, nor out of the address of the next page."""
    opinion = make_opinion(by=visitor, kind="confidential")
    copied(opinion, 60)
    asked = {"figure": "collected", "informant_kind": "confidential"}
    before = opinion.recorded_at - timedelta(hours=1)
    for invented in (str(round(before.timestamp() * 1_000_000)), before.isoformat()):
        page = reader.get(reverse("opinion-list"), asked | {"at": invented}).context["page"]
        assert len(page.rows) == 50
        moment = f"{opinion.recorded_at:%Y%m%dT%H%M}"
        assert page.next and moment not in page.next and opinion.recorded_at.isoformat()[:16] not in page.next


def test_all_pages_of_a_list_behind_a_figure_are_of_the_first_ones_moment(
    reader: Client, visitor: Cadre
) -> None:
    copied(make_opinion(by=visitor), 60)
    first = reader.get(reverse("opinion-list"), {"figure": "collected"}).context["page"]
    make_opinion(by=visitor)
    second = reader.get(reverse("opinion-list") + first.next).context["page"]
    assert len(first.rows) + len(second.rows) == 61


@pytest.mark.parametrize("asked", [{"figure": "collected"}, {"state": "collected"}, {"figure": "late"}])
def test_few_rows_are_gathered_in_the_order_in_which_many_are_walked(
    reader: Client, visitor: Cadre, monkeypatch: pytest.MonkeyPatch, asked: dict[str, str]
) -> None:
    opinions = copied(make_opinion(by=visitor), 70)
    late = timezone.now() - timedelta(days=1)
    for model, key in ((Opinion, "pk__in"), (OpinionSpan, "opinion__in")):
        model.objects.filter(**{key: [one.pk for one in opinions[::2]]}).update(due_at=late)

    def pages(few: int) -> list[str]:
        monkeypatch.setattr(lists, "_FEW", few)
        first = reader.get(reverse("opinion-list"), asked | {"region": VILLAGE}).context["page"]
        further = reader.get(reverse("opinion-list") + first.next).context["page"].rows if first.next else []
        return [row.case.number for row in [*first.rows, *further]]

    assert pages(2000) == pages(0) != []


def test_a_link_that_is_handed_on_tells_nobody_elses_total(
    reader: Client, visitor: Cadre, committee: Unit
) -> None:
    """Of a list behind a figure the first reader counts one more: what accuses the second."""
    copied(make_opinion(by=visitor), 60)
    make_opinion(by=visitor, accused=[Accused(unit=committee)])
    first = reader.get(reverse("opinion-list"), {"figure": "collected"}).context["page"]
    accused = make_cadre(name="accused-leader", role=Role.LEADER, unit=committee, region=DISTRICT)
    other = Client()
    other.force_login(accused)
    handed = other.get(reverse("opinion-list") + first.next).context
    again = reader.get(reverse("opinion-list") + first.next).context
    assert (first.total, again["page"].total, handed["page"].total) == (62, 62, 61)


def test_a_list_without_accusations_is_as_long_as_it_says(
    client: Client, visitor: Cadre, leader: Cadre, committee: Unit
) -> None:
    """A province links to it from places of which it knows no accusations."""
    plain = make_opinion(by=visitor)
    for accused in ([Accused()], [Accused(unit=committee)]):
        make_opinion(by=visitor, accused=accused)
    client.force_login(leader)
    for more in ({}, {"figure": "collected"}, {"figure": "collected", "category": plain.category_id}):
        asked = {"region": TOWN, **more}
        assert client.get("/opinions/", asked).context["page"].total == 3
        found = client.get("/opinions/", {**asked, "unaccusing": "on"}).context
        assert [row.case.number for row in found["page"].rows] == [plain.number] and found["page"].total == 1
