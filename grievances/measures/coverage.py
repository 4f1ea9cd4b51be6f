"""How far a campaign has come: households visited, of all."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connections, router
from django.db.models import Count, Exists, IntegerField, Max, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from grievances.flow.calendar import midnight
from grievances.models import Campaign, Visit
from villages.models import CODE_LENGTH, Household, Level
from villages.written import quoted


@dataclass(frozen=True)
class Coverage:
    """Households visited and left of a place."""

    visited: int
    total: int

    @property
    def left(self) -> int:
        return self.total - self.visited

    @property
    def share(self) -> float | None:
        return self.visited / self.total if self.total else None


def campaign_of(code: str) -> Campaign | None:
    """The campaign that the place ``code`` is visited in today: the running one, or the last."""
    return Campaign.objects.covering(code).current(on=timezone.localdate())


def with_visits(households: QuerySet[Household], campaign: Campaign | None) -> QuerySet[Household]:
    """Households with ``visited``: whether somebody was met there in the campaign."""
    living = households.filter(gone_on=None)
    if campaign is None:
        return living.annotate(visited=Value(False))
    return living.annotate(visited=Exists(_visits(campaign).filter(nobody_home=False)))


def with_attempts(households: QuerySet[Household], campaign: Campaign | None) -> QuerySet[Household]:
    """Households with ``attempts``: how often nobody was at home in the campaign."""
    in_vain = _visits(campaign).filter(nobody_home=True).counted().order_by().values("household")
    counted = Subquery(in_vain.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
    return households.annotate(attempts=Coalesce(counted, 0))


def _visits(campaign: Campaign | None) -> QuerySet[Visit]:
    return Visit.objects.filter(household=OuterRef("pk"), campaign=campaign)


def coverage_by(households: QuerySet[Household], campaign: Campaign | None) -> dict[str, Coverage]:
    """Coverage of the grids in which these few households lie, in one query: {code: Coverage}."""
    counted = (
        with_visits(households, campaign)
        .order_by()
        .values("grid_id")
        .annotate(total=Count("pk"), done=Count("pk", filter=Q(visited=True)))
    )
    return {row["grid_id"]: Coverage(row["done"], row["total"]) for row in counted}


# Households and those who were met are each read once, in indexes or a row after the other: to ask each household takes
# three times as long.
_OF_GRIDS = """
SELECT household.grid_id, count(met.household_id), count(*) FROM {households} household
LEFT JOIN (
    SELECT DISTINCT household_id FROM {visits} WHERE campaign_id = %s AND NOT nobody_home
) met ON met.household_id = household.id
WHERE household.gone_on IS NULL AND household.grid_id >= %s AND household.grid_id < %s
GROUP BY 1
"""


def of_grids(campaign: Campaign) -> dict[str, Coverage]:
    """The same of every grid of the campaign's region where people live."""
    question = _OF_GRIDS.format(
        households=quoted(Household._meta.db_table), visits=quoted(Visit._meta.db_table)
    )
    code = campaign.region_id
    with connections[router.db_for_read(Visit)].cursor() as cursor:
        cursor.execute(question, [campaign.pk, code, code + ":"])
        return {grid: Coverage(visited, total) for grid, visited, total in cursor}


def summed(by_grid: dict[str, Coverage], level: Level) -> dict[str, Coverage]:
    """Coverage of grids added up by the places of a level that contain them."""
    found: dict[str, Coverage] = {}
    for grid, seen in by_grid.items():
        code = grid[: CODE_LENGTH[level]]
        before = found.get(code, Coverage(0, 0))
        found[code] = Coverage(before.visited + seen.visited, before.total + seen.total)
    return found


# Each week is a stretch of an index: to find out the week of each visit takes six times as long.
_BY_WEEK = """
SELECT week.begins, (
    SELECT count(*) FROM {visits} visit
    WHERE visit.campaign_id = %s AND visit.same_as_id IS NULL AND visit.region_id >= %s AND visit.region_id < %s
        AND visit.said_at >= week.begins AND visit.said_at < week.ends
) FROM unnest(%s::timestamptz[], %s::timestamptz[]) week (begins, ends)
"""


def visits_by_week(campaign: Campaign, *, code: str) -> list[tuple[date, int]]:
    """(Monday, visits) of a place, by the day on which somebody went there; what two wrote down counts once."""
    ends = (
        Visit.objects.filter(campaign=campaign).counted().aggregate(first=Min("said_at"), last=Max("said_at"))
    )
    if ends["first"] is None:
        return []
    first, last = (timezone.localdate(ends[name]) for name in ("first", "last"))
    monday = first - timedelta(days=first.weekday())
    weeks = [monday + timedelta(weeks=n) for n in range((last - monday).days // 7 + 1)]
    bounds = [midnight(week) for week in [*weeks, weeks[-1] + timedelta(weeks=1)]]
    with connections[router.db_for_read(Visit)].cursor() as cursor:
        cursor.execute(
            _BY_WEEK.format(visits=quoted(Visit._meta.db_table)),
            [campaign.pk, code, code + ":", bounds[:-1], bounds[1:]],
        )
        counted = dict(cursor.fetchall())
    return [(week, counted[begins]) for week, begins in zip(weeks, bounds, strict=False) if counted[begins]]
