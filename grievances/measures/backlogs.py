"""How many cases are open and late in each of the units that somebody looks after."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from grievances.desk.waiting import places_of
from grievances.measures.boards import Number
from grievances.measures.workload import units_of
from grievances.models import Dimension, Opinion
from grievances.tallies.columns import FIGURE_COLUMNS
from grievances.tallies.reading import Asked, read
from grievances.tallies.sight import Sight
from grievances.workflow import OPEN
from villages.models import CODE_LENGTH, Cadre, Level, Role, Unit
from villages.scope import any_of, paths_above, within

# Without a unit nothing is its own: what is to be dispatched isn't counted here.
_OPEN = FIGURE_COLUMNS["open"]


@dataclass(frozen=True)
class Backlog:
    """A unit with its sub-units; ``depth`` is how far down it lies."""

    unit: Unit
    depth: int
    open: Number
    late: Number


def backlogs(cadre: Cadre) -> list[Backlog]:
    """In official order, each unit after the one that it is part of."""
    units = list(units_of(cadre).order_by("path"))
    counted = _added_up(units, _counted(cadre, units))
    paths, address = {unit.path for unit in units}, reverse("opinion-list")

    def number(unit: Unit, value: int, figure: str) -> Number:
        return Number(value, f"{address}?unit={unit.pk}&figure={figure}")

    return [
        Backlog(
            unit,
            sum(above in paths for above in paths_above(unit.path)) - 1,
            number(unit, counted[unit.path][0], "open"),
            number(unit, counted[unit.path][1], "late"),
        )
        for unit in units
    ]


def _counted(cadre: Cadre, units: Iterable[Unit]) -> dict[int, tuple[int, int]]:
    """{unit: (open, late)} of the unit alone: in the places that the cadre oversees from tallies; one by one what
    tallies can't tell, and what lies elsewhere with the units that the cadre heads."""
    all_places = places_of(cadre, Role.COORDINATOR, Role.LEADER)
    places = tuple(code for code in all_places if len(code) <= CODE_LENGTH[Level.VILLAGE])
    sight = Sight.of(cadre)
    # Of every unit: those of the places are most of all, and to name hundreds takes longer than to read a few more.
    asked = Asked(places, timezone.localdate(), (Dimension.UNIT,), names=(*_OPEN, *FIGURE_COLUMNS["late"]))
    counted: dict[int, tuple[int, int]] = {}
    if places:
        for (_dimension, _place, key), counts in read(asked, sight).items():
            counted[int(key)] = (sum(counts[name] for name in _OPEN), counts["late"])
    if cadre.posts_as(Role.HEAD) or places != all_places or not sight.accusing:
        outside = ~any_of([within(code) for code in places])
        one_by_one = outside if sight.accusing else outside | Q(accusing=True)
        for unit, n, late in _row_by_row(cadre, units, one_by_one):
            before = counted.get(unit, (0, 0))
            counted[unit] = (before[0] + n, before[1] + late)
    return counted


def _row_by_row(cadre: Cadre, units: Iterable[Unit], condition: Q) -> Iterable[tuple[int, int, int]]:
    found = Opinion.objects.visible_to(cadre).filter(
        condition, unit__in=[unit.pk for unit in units], state__in=OPEN
    )
    late = Count("pk", filter=Q(due_at__lte=timezone.now()))
    return found.order_by().values("unit").annotate(n=Count("pk"), late=late).values_list("unit", "n", "late")


def _added_up(units: Iterable[Unit], counted: dict[int, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    """The same by path, each unit with its sub-units: as the list of a unit has them."""
    total = {unit.path: (0, 0) for unit in units}
    for unit in units:
        n, late = counted.get(unit.pk, (0, 0))
        for path in paths_above(unit.path):
            if path in total:
                total[path] = (total[path][0] + n, total[path][1] + late)
    return total
