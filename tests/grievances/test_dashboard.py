"""The dashboard: the campaign and the day that it is read for, its links, and what its chart says."""

from datetime import date, timedelta
from io import StringIO
from itertools import pairwise

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grievances.measures import charts
from grievances.measures.boards import Number, Row
from grievances.measures.rates import Rate
from grievances.models import Campaign, Opinion
from tests.factories import DISTRICT, TOWN, make_campaign, make_opinion, make_region
from tests.grievances.cases import answered
from villages.models import Cadre, Unit
from villages.templatetags.looks import percent


@pytest.fixture
def reader(client: Client, leader: Cadre) -> Client:
    client.force_login(leader)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def last_year(db: None) -> Campaign:
    today = timezone.localdate()
    return make_campaign(
        name="去年大走访",
        name_en="Last year's visit",
        starts=today - timedelta(days=500),
        ends=today - timedelta(days=400),
    )


@pytest.fixture
def this_year(last_year: Campaign) -> Campaign:
    return make_campaign(starts=timezone.localdate() - timedelta(days=100))


@pytest.fixture
def opinions(visitor: Cadre, last_year: Campaign, this_year: Campaign) -> list[Opinion]:
    """One of last year's visit, two of this year's, three by telephone."""
    campaigns = [last_year, *[this_year] * 2, *[None] * 3]
    return [make_opinion(by=visitor, campaign=campaign) for campaign in campaigns]


def dashboard(client: Client, code: str = DISTRICT, **asked: object) -> object:
    return client.get(reverse("dashboard-place", args=[code]), asked)


def test_the_current_campaign_is_shown_unless_another_is_chosen(
    reader: Client, opinions: list[Opinion], last_year: Campaign, this_year: Campaign
) -> None:
    for asked, expected in (({}, 2), ({"campaign": last_year.pk}, 1), ({"campaign": "all"}, 6)):
        page = dashboard(reader, **asked)
        assert page.context["numbers"]["collected"].value == expected
        assert reader.get(page.context["numbers"]["collected"].url).context["exact"] == expected
    assert f'<option value="{this_year.pk}" selected' in dashboard(reader).content.decode()
    assert (
        f'<option value="{last_year.pk}" selected'
        in dashboard(reader, campaign=last_year.pk).content.decode()
    )


@pytest.mark.parametrize("chosen", ["last_year", "all"])
def test_campaign_and_day_are_kept_on_the_way_down_and_up(
    reader: Client, opinions: list[Opinion], last_year: Campaign, chosen: str
) -> None:
    asked = last_year.pk if chosen == "last_year" else "all"
    day = timezone.localdate() - timedelta(days=3)
    [(row, _interval)] = dashboard(reader, campaign=asked, as_of=day).context["places"]
    below = reader.get(row.url)
    assert (below.context["region"].pk, below.context["as_of"]) == (TOWN, day)
    assert below.context["chosen"] == str(asked)
    up = reader.get(below.context["up"][1])
    assert (up.context["region"].pk, up.context["as_of"], up.context["chosen"]) == (DISTRICT, day, str(asked))


def test_there_is_no_way_up_beyond_ones_own_place(reader: Client, client: Client, town: Unit) -> None:
    assert dashboard(reader).context["up"] is None
    assert dashboard(reader, TOWN).context["up"][0].pk == DISTRICT


def test_campaigns_of_another_district_are_neither_offered_nor_taken(
    reader: Client, opinions: list[Opinion], this_year: Campaign
) -> None:
    foreign = make_campaign(region="320903", name_en="Next door", starts=timezone.localdate())
    page = dashboard(reader, campaign=foreign.pk)
    assert page.context["campaign"] == this_year
    assert "Next door" not in page.content.decode() and 'role="alert"' in page.content.decode()
    assert dashboard(reader).context["campaign"] == this_year


def test_the_command_takes_the_campaign_that_the_dashboard_takes(
    reader: Client, opinions: list[Opinion], this_year: Campaign
) -> None:
    make_campaign(region="320903", starts=timezone.localdate())
    said = StringIO()
    call_command("figures", region=DISTRICT, json=True, stdout=said)
    assert '"collected": 2' in said.getvalue()


@pytest.mark.parametrize("days", [1, 400])
def test_a_day_in_the_future_is_refused_in_words(reader: Client, opinions: list[Opinion], days: int) -> None:
    day = timezone.localdate() + timedelta(days=days)
    for address in (reverse("dashboard"), reverse("opinion-list")):
        page = reader.get(address, {"as_of": day.isoformat()})
        assert page.status_code == 200
        assert "This day lies in the future" in page.content.decode()
        assert page.context["as_of"] is None


def test_what_is_no_day_is_refused_in_words(reader: Client) -> None:
    make_region(code=DISTRICT)
    assert "This is no day" in dashboard(reader, as_of="2026-02-31").content.decode()


def test_a_caller_finds_the_dashboard_on_every_page(client: Client, caller: Cadre) -> None:
    client.force_login(caller)
    assert f'href="{reverse("dashboard")}"' in client.get(reverse("help")).content.decode()


def test_each_column_has_words_above_it(reader: Client, opinions: list[Opinion]) -> None:
    page = dashboard(reader).content.decode()
    assert "<th></th>" not in page and page.count('<th scope="col"') >= 18


def week(n: int, came: int, done: int) -> tuple[date, Number, Number]:
    return date(2026, 3, 2) + timedelta(weeks=n), Number(came, ""), Number(done, "")


def test_the_chart_says_when_most_came_and_where_more_was_resolved() -> None:
    weeks = [
        week(n, came, done) for n, (came, done) in enumerate([(9, 0), (1, 9)] + [(5, 4)] * 6 + [(2, 3)] * 2)
    ]
    chart = charts.week_chart(weeks)
    assert (chart.busiest, chart.caught_up, chart.lately) == (date(2026, 3, 2), 2, 8)
    assert (chart.first, chart.last) == (date(2026, 3, 2), date(2026, 5, 4))


def test_the_sentence_and_the_open_ones_stand_below_the_chart(
    reader: Client, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    answered(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
    make_opinion(by=visitor)
    page = dashboard(reader).content.decode()
    assert "in 0 of the last 1 weeks more was resolved than collected" in page
    said = page.split('id="weeks-say"')[1].split("</p>")[0]
    assert "figure=open" in said and ">1</a>" in said


def test_weeks_without_anything_are_weeks_of_the_chart_too(reader: Client, visitor: Cadre) -> None:
    for days in (30, 1):
        make_opinion(by=visitor, at=timezone.now() - timedelta(days=days))
    mondays = [monday for monday, _came, _done in dashboard(reader).context["weeks"]]
    assert len(mondays) >= 4
    assert {later - earlier for earlier, later in pairwise(mondays)} == {timedelta(weeks=1)}


@pytest.mark.parametrize(
    ("share", "shown"),
    [(None, "–"), (0.0, "0%"), (0.73, "73%"), (0.9997, "99%"), (0.995, "99%"), (1.0, "100%")],
)
def test_only_all_of_them_are_100_percent(share: float | None, shown: str) -> None:
    assert percent(share) == shown


@pytest.mark.parametrize("part", [0, 1, 20, 40])
def test_a_rates_mark_lies_within_the_drawing(part: int) -> None:
    [(_row, interval)] = charts.intervals([Row("x", "", [], Rate(part, 40))])
    assert 0 <= interval.point <= 98.5
