"""How long the list of somebody is who sees the cases of units alone: others' are not looked through for that."""

from grievances.models import AssistingUnit, Opinion
from grievances.sight.access import gathered_by_units
from villages.models import Cadre, Unit
from villages.scope import any_of, under


def is_told_by_units(cadre: Cadre) -> bool:
    """Whether ``own_length`` tells how many cases the cadre sees."""
    return gathered_by_units(cadre) is not None


def own_length(cadre: Cadre, *, most: int) -> int:
    """Counted up to so many: what their units lead, which an index holds whole, then what else they assist in."""
    units = Unit.objects.filter(any_of([under(post.unit.path) for post in cadre.own_posts]))
    own = list(units.values_list("pk", flat=True))
    seen = Opinion.objects.visible_to(cadre).order_by().values("pk")
    assisted = AssistingUnit.objects.filter(unit__in=own).values("opinion")
    # Where the first are many enough, the others are not asked for.
    both = seen.filter(unit__in=own).union(seen.filter(pk__in=assisted).exclude(unit__in=own), all=True)
    return both[:most].count()
