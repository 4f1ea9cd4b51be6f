"""Which tallies somebody may add up: all of a place but those that accuse them, or none at all."""

from dataclasses import dataclass
from typing import Self

from django.conf import settings
from django.utils import timezone

from grievances.models import Tally
from grievances.sight.access import PLACE_ROLES, sees_unreleased
from grievances.tallies.signatures import UNRELEASED, of_cadre, of_unit, part
from villages.models import Cadre, Unit
from villages.scope import paths_above


@dataclass(frozen=True)
class Sight:
    """Which sums of tallies to add (values of ``Tally.accused``), and the parts of signatures to take away."""

    sums: tuple[str, ...] = ("", Tally.ACCUSING)
    hidden: tuple[str, ...] = ()

    @property
    def accusing(self) -> bool:
        """False: accusing opinions are not counted from tallies at all."""
        return self.sums != ("",)

    @property
    def taken_away(self) -> tuple[str, list[object]]:
        """SQL on the column ``accused`` for the signatures to take away from the sums, and its values."""
        known = "" if Tally.ACCUSING in self.sums else f" AND position('{part(UNRELEASED)}' IN accused) = 0"
        return f"accused LIKE ANY(%s){known}", [[f"%{part}%" for part in self.hidden]]

    @classmethod
    def of(cls, cadre: Cadre | None) -> Self:
        """What tallies may show a cadre; None sees all.

        Somebody whose post in a unit has ended may see what came in later: a matter of moments that tallies
        don't know, so such a viewer's accusing opinions are counted one by one; and so are those of whoever stands
        in for somebody, as each of the two may be accused.
        """
        if settings.PROVINCE:
            return cls(("", Tally.LEAVING))
        if cadre is None:
            return cls()
        if cadre.lenders or any(not post.lasts_until(timezone.localdate()) for post in cadre.posts_ever):
            return cls(("",))
        hidden = [of_cadre(cadre.pk), *map(of_unit, _units_above(cadre))]
        known = Tally.ACCUSING if sees_unreleased(cadre) else Tally.RELEASED
        return cls(("", known), tuple(map(part, hidden)))


def _units_above(cadre: Cadre) -> set[int]:
    """The units of all posts, and those that they are part of."""
    known = {post.unit.path: post.unit_id for post in cadre.posts_ever}
    above = {path for own in known for path in paths_above(own)} - known.keys()
    found = Unit.objects.filter(path__in=sorted(above)).values_list("pk", flat=True) if above else ()
    return {*known.values(), *found}


def covers(cadre: Cadre | None, code: str) -> bool:
    """Whether the cadre sees a whole place, but for accusations: then its tallies are theirs to read."""
    return cadre is None or any(code.startswith(post.region_id) for post in cadre.posts_as(*PLACE_ROLES))
