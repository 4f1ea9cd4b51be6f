"""How many households were visited, in a fixed number of queries."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grievances.measures import coverage
from grievances.measures.coverage import Coverage
from grievances.models import Campaign, Visit
from tests.factories import GRID, TOWN, VILLAGE, make_campaign, make_household, make_region
from villages.models import Cadre, Household, Level

SECOND = f"{VILLAGE}002"


def visit(household: Household, by: Cadre, campaign: Campaign, **fields: object) -> Visit:
    now = timezone.now()
    return Visit.objects.create(
        **{"household": household, "region": household.grid, "said_at": now, "recorded_at": now,
           "recorded_by": by, "campaign": campaign} | fields
    )  # fmt: skip


def test_a_household_visited_twice_counts_once(visitor: Cadre) -> None:
    campaign, house = make_campaign(), make_household()
    make_household()
    visit(house, visitor, campaign)
    visit(house, visitor, campaign)
    assert coverage.coverage_by(Household.objects.all(), campaign) == {GRID: Coverage(1, 2)}


def test_nobody_at_home_and_another_campaign_do_not_count(visitor: Cadre) -> None:
    campaign, house = make_campaign(), make_household()
    visit(house, visitor, campaign, nobody_home=True)
    visit(house, visitor, make_campaign(name="去年"))
    assert coverage.coverage_by(Household.objects.all(), campaign)[GRID].visited == 0


def test_without_a_campaign_nothing_is_visited(visitor: Cadre) -> None:
    house = make_household()
    visit(house, visitor, None)
    assert coverage.coverage_by(Household.objects.all(), None)[GRID] == Coverage(0, 1)


def test_who_moved_away_is_neither_visited_nor_left(visitor: Cadre) -> None:
    campaign, house = make_campaign(), make_household()
    visit(house, visitor, campaign)
    Household.objects.update(gone_on=date(2025, 1, 1))
    assert coverage.coverage_by(Household.objects.all(), campaign) == {}


def test_a_campaigns_grids_are_counted_in_one_query_and_summed_by_village_and_town(
    visitor: Cadre, django_assert_num_queries: object
) -> None:
    campaign = make_campaign()
    visit(make_household(), visitor, campaign)
    make_household(grid=SECOND)
    with django_assert_num_queries(1):
        by_grid = coverage.of_grids(campaign)
    assert by_grid == {GRID: Coverage(1, 1), SECOND: Coverage(0, 1)}
    assert coverage.summed(by_grid, Level.VILLAGE) == {VILLAGE: Coverage(1, 2)}
    assert coverage.summed(by_grid, Level.TOWN) == {TOWN: Coverage(1, 2)}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    visits=st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.booleans()), max_size=8),
    gone=st.sets(st.integers(0, 3)),
)
def test_a_campaigns_grids_are_counted_as_household_by_household(
    visits: list[tuple[int, bool, bool]], gone: set[int], visitor: Cadre
) -> None:
    with transaction.atomic():
        campaign, other = make_campaign(), make_campaign(name="去年")
        houses = [make_household(grid=grid) for grid in (GRID, GRID, SECOND, f"{TOWN}002001")]
        for house, nobody, elsewhere in visits:
            visit(houses[house], visitor, other if elsewhere else campaign, nobody_home=nobody)
        for house in gone:
            Household.objects.filter(pk=houses[house].pk).update(gone_on=date(2025, 1, 1))
        assert coverage.of_grids(campaign) == coverage.coverage_by(Household.objects.all(), campaign)
        transaction.set_rollback(True)


def test_weeks_go_by_the_day_of_the_visit_not_of_writing_it_down(visitor: Cadre) -> None:
    campaign, house = make_campaign(), make_household()
    monday = timezone.make_aware(datetime(2026, 3, 2, 0, 10))
    visit(house, visitor, campaign, said_at=monday)
    visit(house, visitor, campaign, said_at=monday + timedelta(days=6, hours=23))
    visit(house, visitor, campaign, said_at=monday - timedelta(minutes=20))
    weeks = coverage.visits_by_week(campaign, code=VILLAGE)
    assert weeks == [(date(2026, 2, 23), 1), (date(2026, 3, 2), 2)]


def test_attempts_are_counted_apart_from_other_households(visitor: Cadre) -> None:
    campaign, house, other = make_campaign(), make_household(), make_household()
    for _ in range(2):
        visit(house, visitor, campaign, nobody_home=True)
    found = coverage.with_attempts(Household.objects.order_by("pk"), campaign)
    assert [(one.pk, one.attempts) for one in found] == [(house.pk, 2), (other.pk, 0)]


def test_the_campaign_of_a_place_is_the_running_one_that_covers_it(visitor: Cadre) -> None:
    make_region(code="320903")
    today = timezone.localdate()
    ended = make_campaign(name="去年", starts=today - timedelta(days=900), ends=today - timedelta(days=600))
    make_campaign(region="320903")
    assert coverage.campaign_of(GRID) == ended
    running = make_campaign()
    assert coverage.campaign_of(GRID) == running
