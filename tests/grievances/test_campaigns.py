"""Campaigns: plan, goals, task force, meetings; and who may change them."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grievances.models import Campaign, Goal
from tests.factories import DISTRICT, GRID, TOWN, fresh, make_campaign, make_household, make_opinion
from tests.grievances.cases import answered
from tests.grievances.visits import sheet
from villages.models import Cadre, Unit


@pytest.fixture
def campaign(db: None) -> Campaign:
    return make_campaign(plan="走遍每一户")


def page(client: Client, cadre: Cadre, campaign: Campaign) -> object:
    client.force_login(cadre)
    client.cookies["django_language"] = "en"
    return client.get(reverse("campaign", args=[campaign.pk]))


def goal(campaign: Campaign, measure: str, target: int = 50) -> Goal:
    return Goal.objects.create(campaign=campaign, measure=measure, target=target)


def test_a_campaign_shows_plan_task_force_and_minutes(
    client: Client, campaign: Campaign, leader: Cadre, head: Cadre
) -> None:
    campaign.task_force.create(cadre=head, duty="副组长")
    campaign.meetings.create(held_on="2026-03-02", title="动员会", minutes="各镇报计划")
    text = page(client, leader, campaign).content.decode()
    assert "走遍每一户" in text and "副组长" in text and "各镇报计划" in text
    assert text.count("<h1") == 1


def test_a_visit_belongs_to_the_latest_campaign_of_its_day_and_place(campaign: Campaign) -> None:
    day = timezone.localdate()
    town = make_campaign(region=TOWN, starts=day, ends=day)
    make_campaign(region=f"{TOWN}009", starts=day, ends=day)
    assert Campaign.of_visit(GRID, on=day) == town
    assert Campaign.of_visit(GRID, on=day + timedelta(days=1)) == campaign
    assert Campaign.of_visit(f"{DISTRICT}002001", on=day) == campaign
    assert Campaign.of_visit(GRID, on=campaign.ends) == campaign
    assert Campaign.of_visit(GRID, on=campaign.ends + timedelta(days=1)) is None


def test_households_visited_are_counted_and_open_their_list(
    client: Client, campaign: Campaign, visitor: Cadre, coordinator: Cadre
) -> None:
    goal(campaign, "households_visited")
    houses = [make_household(), make_household()]
    client.force_login(visitor)
    client.post(reverse("visit-household", args=[houses[0].pk]), sheet())
    [progress] = page(client, coordinator, campaign).context["progress"]
    assert (progress.part.value, progress.whole.value, progress.reached) == (1, 2, True)
    for number in (progress.part, progress.whole):
        assert len(client.get(number.url).context["page"].rows) == number.value


def test_each_place_of_the_campaign_opens_its_list(
    client: Client, campaign: Campaign, visitor: Cadre, coordinator: Cadre
) -> None:
    make_household()
    [row] = page(client, coordinator, campaign).context["places"]
    assert (row.place.pk, row.visited.value, row.total.value) == (TOWN, 0, 1)
    assert client.get(row.total.url).context["exact"] == 1


def test_a_leader_sees_the_coverage_without_the_names_of_households(
    client: Client, campaign: Campaign, leader: Cadre
) -> None:
    goal(campaign, "households_visited")
    make_household(head="陈小明")
    response = page(client, leader, campaign)
    assert response.context["progress"][0].whole.url == ""
    assert "陈小明" not in response.content.decode()


def test_villages_visited_of_those_where_people_live(
    client: Client, campaign: Campaign, visitor: Cadre, leader: Cadre
) -> None:
    goal(campaign, "villages_visited")
    house = make_household()
    make_household(grid=f"{TOWN}002001")
    client.force_login(visitor)
    client.post(reverse("visit-household", args=[house.pk]), sheet())
    [progress] = page(client, leader, campaign).context["progress"]
    assert (progress.part.value, progress.whole.value) == (1, 2)
    for number in (progress.part, progress.whole):
        listed = client.get(number.url)
        assert len(listed.context["rows"]) == number.value
        assert f'<span id="exact">{number.value}</span>' in listed.content.decode()


def test_goals_of_opinions_open_the_lists_that_they_count(
    client: Client, campaign: Campaign, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    goal(campaign, "resolved", 51)
    make_opinion(by=visitor, campaign=campaign)
    answered(make_opinion(by=visitor, campaign=campaign), by=coordinator, unit=transport, person=head)
    make_opinion(by=visitor)
    [progress] = page(client, coordinator, campaign).context["progress"]
    assert (progress.part.value, progress.whole.value, progress.reached) == (1, 2, False)
    for number in (progress.part, progress.whole):
        assert client.get(number.url).context["exact"] == number.value


def test_a_goal_is_not_judged_on_the_part_that_the_viewer_sees(
    client: Client, campaign: Campaign, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    goal(campaign, "resolved", 50)
    goal(campaign, "households_visited", 50)
    make_household()
    answered(make_opinion(by=visitor, campaign=campaign), by=coordinator, unit=transport, person=head)
    for _ in range(3):
        make_opinion(by=visitor, campaign=campaign)
    seen = page(client, head, campaign)
    resolved, visited = seen.context["progress"]
    assert (resolved.part.value, resolved.whole.value, resolved.is_whole) == (1, 1, False)
    assert visited.is_whole
    text = seen.content.decode()
    assert text.count("of what you may see") == 1
    assert "goal reached" not in text and text.count("goal not reached yet") == 1
    assert all(one.is_whole for one in page(client, coordinator, campaign).context["progress"])


def test_visits_by_week_open_their_list_for_whoever_goes_through_households(
    client: Client, campaign: Campaign, visitor: Cadre, coordinator: Cadre, leader: Cadre
) -> None:
    client.force_login(visitor)
    for house in (make_household(), make_household()):
        client.post(reverse("visit-household", args=[house.pk]), sheet())
    [(monday, visits)] = page(client, coordinator, campaign).context["weeks"]
    listed = client.get(visits.url)
    assert listed.context["week"] == monday
    assert listed.context["page"].total == visits.value == len(listed.context["page"].rows) == 2
    assert client.get(listed.request["PATH_INFO"], {"week": "2020-01-06"}).context["page"].total == 0
    for week in ("9999-12-31", "0001-01-01", "x"):
        assert client.get(listed.request["PATH_INFO"], {"week": week}).status_code == 200
    [(_monday, visits)] = page(client, leader, campaign).context["weeks"]
    assert (visits.value, visits.url) == (2, "")


def test_a_campaign_is_seen_by_those_whose_places_it_concerns(
    campaign: Campaign, visitor: Cadre, leader: Cadre, outsider: Cadre, town_coordinator: Cadre
) -> None:
    towns = make_campaign(region=TOWN)
    elsewhere = make_campaign(region=f"{DISTRICT}002")

    def seen(cadre: Cadre) -> set[Campaign]:
        return set(Campaign.objects.visible_to(fresh(cadre)))

    assert seen(leader) == {campaign, towns, elsewhere}
    assert seen(visitor) == seen(town_coordinator) == {campaign, towns}
    assert seen(outsider) == set()
    campaign.task_force.create(cadre=outsider, duty="组员")
    assert seen(outsider) == {campaign}


def edited(**fields: object) -> dict[str, object]:
    """The form of a campaign, with empty parts."""
    parts = {}
    for part in ("goals", "meetings", "members"):
        parts |= {f"{part}-TOTAL_FORMS": "1", f"{part}-INITIAL_FORMS": "0"}
    return {
        "name": "大走访", "name_en": "Big visit", "year": "2026", "starts": "2026-03-01", "ends": "2026-11-30",
    } | parts | fields  # fmt: skip


def test_a_coordinator_makes_a_campaign_with_goals_meetings_and_members(
    client: Client, coordinator: Cadre, head: Cadre
) -> None:
    client.force_login(coordinator)
    response = client.post(
        reverse("campaign-new"),
        edited(
            **{"goals-0-measure": "resolved", "goals-0-target": "90", "meetings-0-held_on": "2026-03-02",
               "meetings-0-title": "动员会", "members-0-cadre": "head", "members-0-duty": "组长"}
        ),
    )  # fmt: skip
    made = Campaign.objects.get()
    assert response.url == reverse("campaign", args=[made.pk]) and made.region_id == DISTRICT
    assert (made.goals.get().target, made.meetings.get().title) == (90, "动员会")
    assert made.task_force.get().cadre == head


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends": "2026-01-01"},
        {"name": ""},
        {"starts": "x"},
        {"goals-0-measure": "resolved", "goals-0-target": "900"},
        {"members-0-cadre": "nobody", "members-0-duty": "组长"},
        {"goals-TOTAL_FORMS": "x"},
    ],
)
def test_a_wrong_field_saves_nothing_and_keeps_what_was_typed(
    client: Client, coordinator: Cadre, wrong: dict[str, str]
) -> None:
    client.force_login(coordinator)
    response = client.post(reverse("campaign-new"), edited(plan="走遍每一户", **wrong))
    assert response.status_code == 422 and "走遍每一户" in response.content.decode()
    assert not Campaign.objects.exists()


def test_a_target_beyond_100_percent_is_refused_in_words(client: Client, coordinator: Cadre) -> None:
    client.force_login(coordinator)
    client.cookies["django_language"] = "en"
    wrong = edited(**{"goals-0-measure": "resolved", "goals-0-target": "900"})
    assert "between 1 and 100" in client.post(reverse("campaign-new"), wrong).content.decode()


def test_a_coordinator_of_a_town_does_not_change_the_districts_campaign(
    client: Client, campaign: Campaign, town_coordinator: Cadre
) -> None:
    client.force_login(town_coordinator)
    assert client.post(reverse("campaign-edit", args=[campaign.pk]), edited()).status_code == 403
    assert not page(client, town_coordinator, campaign).context["may_edit"]


def test_a_town_has_campaigns_of_its_own(client: Client, town_coordinator: Cadre) -> None:
    client.force_login(town_coordinator)
    client.post(reverse("campaign-new"), edited())
    assert Campaign.objects.get().region_id == TOWN


def test_others_only_read(client: Client, campaign: Campaign, leader: Cadre, visitor: Cadre) -> None:
    for cadre in (leader, visitor):
        client.force_login(cadre)
        assert client.get(reverse("campaign-edit", args=[campaign.pk])).status_code == 403
        assert client.post(reverse("campaign-new"), edited()).status_code == 403


def test_a_campaign_that_does_not_exist_gets_404(client: Client, leader: Cadre) -> None:
    client.force_login(leader)
    assert client.get(reverse("campaign", args=[0])).status_code == 404


def test_the_page_needs_at_most_16_queries_however_many_goals(
    client: Client, campaign: Campaign, coordinator: Cadre, django_assert_max_num_queries: object
) -> None:
    for measure in (
        "assigned",
        "resolved",
        "contacted",
        "satisfied",
        "villages_visited",
        "households_visited",
    ):
        goal(campaign, measure)
    make_household()
    page(client, coordinator, campaign)
    with django_assert_max_num_queries(16):
        client.get(reverse("campaign", args=[campaign.pk]))
