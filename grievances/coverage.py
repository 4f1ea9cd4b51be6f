"""How far a campaign has come: households visited, of all."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from grievances.models import Campaign, Visit
from villages.models import Household


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


def with_visits(households: QuerySet[Household], campaign: Campaign | None) -> QuerySet[Household]:
    """Households with ``visited``: whether somebody was met there in the campaign."""
    visits = Visit.objects.filter(household=OuterRef("pk"), campaign=campaign, nobody_home=False)
    return households.filter(gone_on=None).annotate(visited=Exists(visits))


def coverage_by(
    households: QuerySet[Household], campaign: Campaign | None, *, key: str = "grid"
) -> dict[str, Coverage]:
    """Coverage by grid, in one query: {code: Coverage}."""
    counted = (
        with_visits(households, campaign)
        .order_by()
        .values(key)
        .annotate(total=Count("pk"), done=Count("pk", filter=Q(visited=True)))
    )
    return {row[key]: Coverage(row["done"], row["total"]) for row in counted}
