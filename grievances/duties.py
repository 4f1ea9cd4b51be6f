"""Who may answer for an opinion, and whose desk it lies on."""

from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from villages.models import Cadre, Post, Region, Role, Unit
from villages.scope import under

if TYPE_CHECKING:
    from grievances.models import Opinion
    from grievances.steps.record import Accused

ACCUSED_MAY_NOT = _("This opinion complains about them: they can't answer for it.")
_TOWN_DIGITS, _DISTRICT_DIGITS = 9, 6


def head_of(unit: Unit) -> Cadre | None:
    """The unit's head: who has headed it longest, among those who may sign in."""
    posts = Post.objects.in_force().filter(unit=unit, role=Role.HEAD, cadre__is_active=True)
    post = posts.select_related("cadre").order_by("since", "pk").first()
    return post.cadre if post else None


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
    for row in opinion.file.rows(Accusation):
        if row.unit and (row.unit.contains(unit) or (person and _was_of(row.unit, person, opinion))):
            return False
        if person and row.cadre_id == person.pk:
            return False
    return True


def _was_of(accused: Unit, person: Cadre, opinion: "Opinion") -> bool:
    """Whether the person has had a post in the accused unit since the opinion came in."""
    since = timezone.localdate(opinion.recorded_at)
    posts = person.posts.filter(Q(until=None) | Q(until__gte=since))
    return posts.filter(under(accused.path, field="unit__path")).exists()


def desk_for(place: Region, accused: "list[Accused]") -> Region:
    """The level whose coordinator dispatches: the town, or, for an accusation, the nearest level above
    that has a coordinator who isn't accused. Of nobody known: the district."""
    levels = [place.code[:digits] for digits in (_TOWN_DIGITS, _DISTRICT_DIGITS) if digits <= len(place.code)]
    if any(one.unit is None and one.cadre is None for one in accused):
        levels = levels[-1:]
    fitting = (code for code in levels if not accused or _has_free_coordinator(code, accused))
    return Region.objects.get(code=next(fitting, levels[-1]))


def _has_free_coordinator(code: str, accused: "list[Accused]") -> bool:
    posts = Post.objects.in_force().filter(role=Role.COORDINATOR, region_id=code, cadre__is_active=True)
    for post in posts.select_related("cadre", "unit"):
        if not any(
            one.cadre == post.cadre or (one.unit is not None and post.cadre.belongs_to(one.unit))
            for one in accused
        ):
            return True
    return False
