"""Who may see which opinions: the condition behind ``visible_to``, for every list, count and file.

A cadre sees what any of their posts shows, less what accuses them or a unit that they belong to. Posts are their
own or lent: whoever stands in for somebody sees what both of them may see (docs/decisions/12-substitutes.md).
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.apps import apps
from django.db.models import Exists, OuterRef, Q, QuerySet

from grievances.flow.calendar import midnight
from villages.models import Cadre, Post, Role
from villages.scope import any_of, paths_above, under, within

if TYPE_CHECKING:
    from grievances.models import Opinion

PLACE_ROLES = (Role.COORDINATOR, Role.CALLER, Role.LEADER, Role.AUDITOR)
UNIT_ROLES = (Role.HANDLER, Role.HEAD)
DISTRICT_DIGITS = 6


def visible(cadre: Cadre, *, opinion: str = "") -> Q:
    """The condition on opinions; ``opinion`` is the path to them from the filtered model ("opinion__")."""
    shown = by_posts(
        cadre, lambda posts: any_of([_shown_by(post, opinion) for post in posts]), opinion=opinion
    )
    if any(post.role == Role.VISITOR for post in cadre.own_posts):
        shown |= Q(**{f"{opinion}recorded_by": cadre})
    return shown & _not_accusing(cadre, opinion)


def still_sees(cadre: Cadre, opinion: "Opinion") -> bool:
    """Whether the cadre sees an opinion that was just read or written."""
    if _surely_sees(cadre, opinion):
        return True
    return apps.get_model("grievances", "Opinion").objects.visible_to(cadre).filter(pk=opinion.pk).exists()


def _surely_sees(cadre: Cadre, opinion: "Opinion") -> bool:
    """Whether posts that are read already show it, whatever else is in the database: what ``visible`` says of an
    opinion that accuses nobody, but for those that see it as an assisting unit. Never true where ``visible`` isn't."""
    if opinion.accusing:
        return False
    recorded = opinion.recorded_by_id == cadre.pk and any(
        post.role == Role.VISITOR for post in cadre.own_posts
    )
    return recorded or any(_surely_shown_by(post, opinion) for post in cadre.posts_in_force)


def _surely_shown_by(post: Post, opinion: "Opinion") -> bool:
    if post.role in UNIT_ROLES:
        return opinion.unit is not None and post.unit.contains(opinion.unit)
    shown = post.role in PLACE_ROLES or (post.role == Role.VISITOR and opinion.informant_kind == "named")
    return shown and opinion.region_id.startswith(post.region_id)


def by_posts(cadre: Cadre, given: Callable[[list[Post]], Q], *roles: str, opinion: str = "") -> Q:
    """What posts in any of the roles, or all, give a cadre: own ones, and those lent by somebody who is away;
    a lent post gives nothing that accuses who lent it."""
    found = given(_in_roles(cadre, roles))
    for lender in cadre.lenders:
        lent = _in_roles(lender, roles)
        if lent:
            found |= given(lent) & _not_accusing(lender, opinion)
    return found


def _in_roles(cadre: Cadre, roles: tuple[str, ...]) -> list[Post]:
    return [post for post in cadre.own_posts if not roles or post.role in roles]


def _shown_by(post: Post, opinion: str) -> Q:
    if post.role in PLACE_ROLES:
        return within(post.region_id, field=f"{opinion}region_id")
    if post.role == Role.VISITOR:
        return within(post.region_id, field=f"{opinion}region_id") & Q(
            **{f"{opinion}informant_kind": "named"}
        )
    if post.role in UNIT_ROLES:
        return under(post.unit.path, field=f"{opinion}unit__path") | Q(
            **{f"{opinion}pk__in": _assisted_by(post)}
        )
    return Q(pk__in=[])


def _assisted_by(post: Post) -> QuerySet:
    assisting = apps.get_model("grievances", "AssistingUnit")
    return assisting.objects.filter(under(post.unit.path, field="unit__path")).values("opinion")


def _not_accusing(cadre: Cadre, opinion: str) -> Q:
    accusation = apps.get_model("grievances", "Accusation")
    of_the_case = accusation.objects.filter(opinion=OuterRef(f"{opinion}pk"))
    hidden = of_the_case.filter(
        accuses(cadre) | (_unreleased() if not sees_unreleased(cadre) else Q(pk__in=[]))
    )
    return Q(**{f"{opinion}accusing": False}) | ~Exists(hidden)


def accuses(cadre: Cadre) -> Q:
    """Accusations of the cadre, or of a unit to which the cadre has belonged since the opinion came in, or
    will belong: the rule of the database's trigger, and of ``grievances.flow.relations.is_accused``."""
    found = Q(cadre=cadre)
    for until in {post.until for post in cadre.posts_ever}:
        units = [post.unit for post in cadre.posts_ever if post.until == until]
        above = {path for unit in units for path in paths_above(unit.path)}
        found |= Q(unit__path__in=sorted(above)) & _came_in_by(until)
    return found


def _came_in_by(until: date | None) -> Q:
    """Opinions that came in while a post until this day was not over yet."""
    return Q(opinion__recorded_at__lt=midnight(until + timedelta(days=1))) if until else Q()


def _unreleased() -> Q:
    return Q(unit=None, cadre=None, released_by=None)


def sees_districts(cadre: Cadre) -> bool:
    """Whether a post, own or lent, shows the cadre at least a whole district."""
    return any(len(post.region_id) <= DISTRICT_DIGITS for post in cadre.posts_as(*PLACE_ROLES))


def sees_unreleased(cadre: Cadre) -> bool:
    """Whom an accusation of "not known" is shown to: those who look after the whole district or more themselves."""
    roles = (*PLACE_ROLES, *UNIT_ROLES)
    return any(len(post.region_id) <= DISTRICT_DIGITS for post in cadre.own_posts if post.role in roles)
