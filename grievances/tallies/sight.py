"""Which tallies somebody may add up: all of a place but those that accuse them, or none at all."""

from dataclasses import dataclass
from typing import Self

from django.conf import settings
from django.utils import timezone

from grievances.access import PLACE_ROLES, paths_above, sees_unreleased
from grievances.signatures import UNRELEASED, of_cadre, of_unit, part
from villages.models import Cadre, Unit


@dataclass(frozen=True)
class Sight:
    """Signatures of accusations that are hidden, as parts of ``Tally.accused``."""

    hidden: tuple[str, ...] = ()
    # False: accusing opinions are not counted from tallies at all.
    accusing: bool = True
    # A province has no signatures, only the sum of each district.
    summed: bool = False

    def condition(self) -> tuple[str, list[object]]:
        """SQL on the column ``accused``, and its values."""
        if self.summed:
            return "accused IN ('', '*')", []
        if not self.accusing:
            return "accused = ''", []
        return "(accused = '' OR accused <> '*' AND NOT accused LIKE ANY(%s))", [
            [f"%{part}%" for part in self.hidden]
        ]

    @classmethod
    def of(cls, cadre: Cadre | None) -> Self:
        """What tallies may show a cadre; None sees all.

        Somebody whose post in a unit has ended may see what came in later: a matter of moments that tallies
        don't know, so such a viewer's accusing opinions are counted one by one.
        """
        if settings.PROVINCE:
            return cls(summed=True)
        if cadre is None:
            return cls()
        if any(not post.lasts_until(timezone.localdate()) for post in cadre.posts_ever):
            return cls(accusing=False)
        hidden = [of_cadre(cadre.pk), *map(of_unit, _units_above(cadre))]
        hidden += [] if sees_unreleased(cadre) else [UNRELEASED]
        return cls(tuple(map(part, hidden)))


def _units_above(cadre: Cadre) -> set[int]:
    """The units of all posts, and those that they are part of."""
    known = {post.unit.path: post.unit_id for post in cadre.posts_ever}
    above = {path for own in known for path in paths_above(own)} - known.keys()
    found = Unit.objects.filter(path__in=sorted(above)).values_list("pk", flat=True) if above else ()
    return {*known.values(), *found}


def covers(cadre: Cadre | None, code: str) -> bool:
    """Whether the cadre sees a whole place, but for accusations: then its tallies are theirs to read."""
    return cadre is None or any(code.startswith(post.region_id) for post in cadre.posts_as(*PLACE_ROLES))
