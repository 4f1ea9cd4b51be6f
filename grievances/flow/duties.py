"""Who may answer for an opinion, and whose desk it lies on."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from grievances.flow.relations import is_accused
from grievances.people import absences
from grievances.sight.access import DISTRICT_DIGITS, sees_unreleased
from villages import reading as people
from villages.models import Cadre, Post, Role, Unit

if TYPE_CHECKING:
    from grievances.models import Opinion

ACCUSED_MAY_NOT = _("This opinion complains about them: they can't answer for it.")
KEPT_ABOVE = _("Nobody is named yet, so nobody below the district sees it: release it first.")
_TOWN_DIGITS, _CITY_DIGITS, _PROVINCE_DIGITS = 9, 4, 2


def head_of(unit: Unit, opinion: "Opinion | None" = None, *, besides: Cadre | None = None) -> Cadre | None:
    """Who answers as the unit's head, among those who may sign in: who has headed it longest and isn't away; else
    who stands in for one and belongs to the unit; else the head, although away, whose desk somebody else keeps.
    Only those who may answer for ``opinion``, and nobody ``besides``."""
    fitting = (one for one in _heading({unit.pk: unit})[unit.pk] if one != besides)
    return next((one for one in fitting if opinion is None or may_answer(opinion, unit, one)), None)


def heads_of(units: Collection[Unit]) -> dict[int, Cadre]:
    """{unit: who answers as its head}, of those that have anybody, in a few queries whatever their number."""
    return {pk: found[0] for pk, found in _heading({unit.pk: unit for unit in units}).items() if found}


def _heading(units: dict[int, Unit]) -> dict[int, list[Cadre]]:
    """For each unit those who may answer as its head, in the order of ``head_of``."""
    heads = people.heads(units)
    away = {
        row.cadre_id: row.substitute for row in absences.of([one for some in heads.values() for one in some])
    }
    people.read_posts(away.values())
    found = {}
    for pk, some in heads.items():
        present = [head for head in some if head.pk not in away]
        keepers = [away[head.pk] for head in some if head.pk in away]
        standing_in = [one for one in keepers if one.is_active and one.belongs_to(units[pk])]
        found[pk] = [*present, *standing_in, *some]
    return found


def may_answer(opinion: "Opinion", unit: Unit, person: Cadre | None = None) -> bool:
    """Whether no accusation keeps the opinion from the unit or the person."""
    return may_hold(opinion, unit, person) and not is_kept_above(opinion, unit, person)


def may_dispatch_to(coordinator: Cadre, unit: Unit, place: str) -> bool:
    """Units of the coordinator's own region and below; so a district department only by the district's."""
    return any(
        unit.region_id.startswith(post.region_id) and place.startswith(post.region_id)
        for post in coordinator.posts_as(Role.COORDINATOR)
    )


def may_hold(opinion: "Opinion", unit: Unit, person: Cadre | None) -> bool:
    """Whether the opinion complains about neither the unit, nor one above it, nor the person."""
    from grievances.models import Accusation

    if not opinion.accusing:
        return True
    accused = [row.unit for row in opinion.file.rows(Accusation) if row.unit]
    return not (
        any(one.contains(unit) for one in accused) or (person is not None and is_accused(opinion, person))
    )


def is_kept_above(opinion: "Opinion", unit: Unit, person: Cadre | None = None) -> bool:
    """Whether unit or person stand below the district, and so don't see an accusation of nobody known yet."""
    below = len(unit.region_id) > DISTRICT_DIGITS or (person is not None and not sees_unreleased(person))
    return below and is_unreleased(opinion)


def is_unreleased(opinion: "Opinion") -> bool:
    """Whether it accuses somebody not known, and nobody above the towns has looked yet."""
    from grievances.models import Accusation

    unknown = {"unit_id": None, "cadre_id": None, "released_by_id": None}
    return opinion.accusing and opinion.file.one(Accusation, **unknown) is not None


def desk_for(opinion: "Opinion", *, lowest: str) -> str:
    """The code of the level whose coordinator dispatches: from the region ``lowest`` upwards the town, or, for an
    accusation, the nearest level with a coordinator who may see it; with none, the district."""
    code = opinion.region_id
    levels = [code[:digits] for digits in (_TOWN_DIGITS, DISTRICT_DIGITS) if digits <= len(lowest)]
    fitting = (level for level in levels if not opinion.accusing or has_coordinator_for(opinion, level))
    return next(fitting, levels[-1])


def has_coordinator_for(opinion: "Opinion", level: str) -> bool:
    """Whether a coordinator of this very level may see the opinion."""
    posts = Post.objects.in_force().filter(role=Role.COORDINATOR, region_id=level, cadre__is_active=True)
    return any(may_see(opinion, post.cadre) for post in posts.select_related("cadre"))


def coordinators_of(opinion: "Opinion") -> list[Cadre]:
    """Who dispatches the opinion: the coordinators of its desk, or of the nearest level above that has any."""
    levels = [
        opinion.desk_id[:digits] for digits in (_TOWN_DIGITS, DISTRICT_DIGITS, _CITY_DIGITS, _PROVINCE_DIGITS)
    ]
    posts = Post.objects.in_force().filter(role=Role.COORDINATOR, region_id__in=levels, cadre__is_active=True)
    found = list(posts.select_related("cadre"))
    nearest = max((len(post.region_id) for post in found), default=0)
    return [post.cadre for post in found if len(post.region_id) == nearest]


def may_see(opinion: "Opinion", cadre: Cadre) -> bool:
    """Whether no accusation hides the opinion from the cadre."""
    if not opinion.accusing:
        return True
    return not is_accused(opinion, cadre) and (sees_unreleased(cadre) or not is_unreleased(opinion))
