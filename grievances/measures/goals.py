"""How far a campaign is: its goals, its places and its weeks, worked out from the rows."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from grievances.measures import coverage, figures
from grievances.measures.boards import Board, Number
from grievances.measures.rates import Rate
from grievances.models import Campaign, Goal, Measure
from grievances.sight.access import PLACE_ROLES
from villages.models import LEVEL_OF_LENGTH, Cadre, Level, Region, Role

# Who may go through the households of their places, and through the visits to them. Leaders may not: a list
# of a village's visits on a day would tell who spoke in confidence, without the reveal that leaves a trace.
LISTS_VISITS = (Role.VISITOR, Role.COORDINATOR)

Covered = dict[str, coverage.Coverage]


@dataclass(frozen=True)
class Progress:
    """A goal, how far it is, and the numbers that say so, each with its list where the viewer has one."""

    goal: Goal
    part: Number
    whole: Number
    # False where the viewer counts only some of the campaign's opinions: then nothing says reached or not.
    is_whole: bool = True

    @property
    def rate(self) -> Rate:
        return Rate(self.part.value, self.whole.value)

    @property
    def reached(self) -> bool:
        # Whole numbers: 57 of 100 is 57 percent, whatever the fraction 0.57 looks like in binary.
        return bool(self.whole.value) and self.part.value * 100 >= self.goal.target * self.whole.value


@dataclass(frozen=True)
class PlaceRow:
    """A town or village of the campaign, with households visited and all."""

    place: Region
    visited: Number
    total: Number

    @property
    def share(self) -> float | None:
        return Rate(self.visited.value, self.total.value).share


# measure → (these, of all those); the households and villages are counted apart from opinions.
_RATIOS = {Measure.ASSIGNED: ("assigned", "collected")} | {
    Measure(name): pair for name, pair in figures.RATES.items() if name in Measure.values
}


def progress(campaign: Campaign, cadre: Cadre, by_grid: Covered) -> list[Progress]:
    """Every goal of the campaign, as far as this cadre may count; ``by_grid`` is its coverage."""
    numbers = Board(cadre, campaign.region, campaign).figures()
    sees_all = _looks_after(campaign.region_id, cadre, *PLACE_ROLES)
    done = []
    for goal in campaign.goals.all():
        if goal.measure in _RATIOS:
            part, whole = (numbers[name] for name in _RATIOS[goal.measure])
            done.append(Progress(goal, part, whole, sees_all))
            continue
        if goal.measure == Measure.HOUSEHOLDS_VISITED:
            part, whole = _households(campaign, cadre, by_grid)
        else:
            part, whole = _villages(campaign, by_grid)
        done.append(Progress(goal, part, whole))
    return done


def _households(campaign: Campaign, cadre: Cadre, by_grid: Covered) -> tuple[Number, Number]:
    level = LEVEL_OF_LENGTH[len(campaign.region_id)]
    seen = coverage.summed(by_grid, level).get(campaign.region_id, coverage.Coverage(0, 0))
    return _numbers(campaign, campaign.region_id, seen, cadre)


def _villages(campaign: Campaign, by_grid: Covered) -> tuple[Number, Number]:
    """Villages in which somebody was visited, of those where people live."""
    by_village = coverage.summed(by_grid, Level.VILLAGE)
    address = reverse("campaign-villages", args=[campaign.pk])
    visited = sum(1 for seen in by_village.values() if seen.visited)
    return Number(visited, f"{address}?visited=yes"), Number(len(by_village), address)


def by_place(campaign: Campaign, cadre: Cadre, by_grid: Covered) -> list[PlaceRow]:
    """The next level below the campaign's region: towns of a district, villages of a town."""
    below = next((n for n in sorted(LEVEL_OF_LENGTH) if n > len(campaign.region_id)), None)
    return _places(campaign, cadre, coverage.summed(by_grid, LEVEL_OF_LENGTH[below])) if below else []


def villages(campaign: Campaign, cadre: Cadre, *, visited: bool = False) -> list[PlaceRow]:
    """The villages where people live, or only those in which somebody was visited."""
    rows = _places(campaign, cadre, coverage.summed(coverage.of_grids(campaign), Level.VILLAGE))
    return [row for row in rows if row.visited.value] if visited else rows


def _places(campaign: Campaign, cadre: Cadre, seen: Covered) -> list[PlaceRow]:
    places = Region.objects.filter(pk__in=seen).order_by("pk")
    return [PlaceRow(place, *_numbers(campaign, place.pk, seen[place.pk], cadre)) for place in places]


def by_week(campaign: Campaign, cadre: Cadre) -> list[tuple[date, Number]]:
    """(Monday, visits), with the list of the week for whoever may go through those of the campaign's region."""
    sees = _looks_after(campaign.region_id, cadre, *LISTS_VISITS)
    address = reverse("campaign-visits", args=[campaign.pk])
    return [
        (monday, Number(visits, f"{address}?week={monday}" if sees else ""))
        for monday, visits in coverage.visits_by_week(campaign, code=campaign.region_id)
    ]


def _numbers(campaign: Campaign, code: str, seen: coverage.Coverage, cadre: Cadre) -> tuple[Number, Number]:
    """Households visited and all; the list only opens for whoever may see each household of the place."""
    if not _looks_after(code, cadre, *LISTS_VISITS):
        return Number(seen.visited, ""), Number(seen.total, "")
    address = f"{reverse('household-list')}?{urlencode({'campaign': campaign.pk, 'grid': code})}"
    return Number(seen.visited, f"{address}&left=no"), Number(seen.total, address)


def _looks_after(code: str, cadre: Cadre, *roles: Role) -> bool:
    """Whether a post in one of these roles holds for the whole place."""
    return any(code.startswith(post.region_id) for post in cadre.posts_as(*roles))
