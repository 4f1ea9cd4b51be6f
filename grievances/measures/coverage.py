"""How far a campaign has come: households visited, of all."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Left, TruncWeek
from django.utils import timezone

from grievances.models import Campaign, Visit
from villages.models import CODE_LENGTH, Household, Level
from villages.scope import within


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
    in_vain = _visits(campaign).filter(nobody_home=True).order_by().values("household")
    counted = Subquery(in_vain.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
    return households.annotate(attempts=Coalesce(counted, 0))


def _visits(campaign: Campaign | None) -> QuerySet[Visit]:
    return Visit.objects.filter(household=OuterRef("pk"), campaign=campaign)


def coverage_by(
    households: QuerySet[Household], campaign: Campaign | None, *, level: Level = Level.GRID
) -> dict[str, Coverage]:
    """Coverage by grid, village or town, in one query: {code: Coverage}."""
    counted = (
        with_visits(households, campaign)
        .order_by()
        .annotate(code=Left("grid_id", CODE_LENGTH[level]))
        .values("code")
        .annotate(total=Count("pk"), done=Count("pk", filter=Q(visited=True)))
    )
    return {row["code"]: Coverage(row["done"], row["total"]) for row in counted}


def visits_by_week(campaign: Campaign, *, code: str) -> list[tuple[date, int]]:
    """(Monday, visits) of a place, by the day on which somebody went there."""
    weeks = (
        Visit.objects.filter(within(code), campaign=campaign)
        .order_by()
        .annotate(week=TruncWeek("said_at"))
        .values("week")
        .annotate(n=Count("pk"))
        .order_by("week")
    )
    return [(timezone.localdate(row["week"]), row["n"]) for row in weeks]
