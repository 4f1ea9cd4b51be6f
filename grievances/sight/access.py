"""Who may see which opinions: the condition behind ``visible_to``, for every list, count and file.

A cadre sees what any of their posts shows, less what accuses them or a unit that they belong to. Posts are their
own or lent: whoever stands in for somebody sees what both of them may see (docs/decisions/12-substitutes.md).
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q

from grievances.flow.calendar import midnight
from villages.models import Cadre, Post, Role
from villages.scope import any_of, bounds, paths_above, within
from villages.written import Written

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
    if surely_sees(cadre, opinion):
        return True
    return type(opinion).objects.visible_to(cadre).filter(pk=opinion.pk).exists()


def surely_sees(cadre: Cadre, opinion: "Opinion") -> bool:
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
        return _of_units(post, opinion)
    return Q(pk__in=[])


def _of_units(post: Post, opinion: str) -> Q:
    """Cases that the unit or a sub-unit leads or assists in.

    Of all opinions they are a few in a hundred, of rows that lead to one (notices, escalations …) most. PostgreSQL
    believes a half of the plain "or" and 0.5 % of the comparison with 1, and reads lists accordingly.
    """
    assists = """{1} IN (SELECT assisting.opinion_id FROM grievances_assistingunit assisting
        JOIN villages_unit unit ON unit.id = assisting.unit_id WHERE unit.path >= %s AND unit.path < %s)"""
    assists = assists if opinion else f"CASE WHEN {assists} THEN 1 END = 1"
    leads = "{0} = ANY(ARRAY(SELECT id FROM villages_unit WHERE path >= %s AND path < %s))"
    columns = (f"{opinion}unit_id", f"{opinion}pk")
    return Q(Written(f"({leads} OR {assists})", bounds(post.unit.path) * 2, *columns))


def gathered_by_units(cadre: Cadre) -> Q | None:
    """For somebody who sees the cases of units alone: the same cases, less none that accuses, in words by which two
    indexes gather them, however many there are of others. It goes with ``visible``, never instead of it. None for
    everybody else."""
    posts = cadre.own_posts
    if cadre.lenders or not posts or any(post.role not in UNIT_ROLES for post in posts):
        return None
    either = """({0} = ANY(ARRAY(SELECT id FROM villages_unit WHERE path >= %s AND path < %s))
        OR {1} = ANY(ARRAY(SELECT assisting.opinion_id FROM grievances_assistingunit assisting
            JOIN villages_unit unit ON unit.id = assisting.unit_id WHERE unit.path >= %s AND unit.path < %s)))"""
    return any_of([Q(Written(either, bounds(post.unit.path) * 2, "unit_id", "pk")) for post in posts])


def _not_accusing(cadre: Cadre, opinion: str) -> Q:
    whom, values = _whom(cadre, cadre_id="accusation.cadre_id", path="unit.path", came_in="{2}")
    if not sees_unreleased(cadre):
        whom += " OR num_nonnulls(accusation.unit_id, accusation.cadre_id, accusation.released_by_id) = 0"
    # OFFSET 0: asked of the few cases that accuse somebody, instead of putting the accusations of all years into a
    # table in memory first.
    allowed = f"""(NOT {{0}} OR NOT EXISTS (SELECT FROM grievances_accusation accusation
        LEFT JOIN villages_unit unit ON unit.id = accusation.unit_id
        WHERE accusation.opinion_id = {{1}} AND ({whom}) OFFSET 0))"""
    columns = (f"{opinion}accusing", f"{opinion}pk", f"{opinion}recorded_at")
    return Q(Written(allowed, values, *columns))


def accuses(cadre: Cadre) -> Q:
    """Accusations of the cadre, or of a unit to which the cadre has belonged since the opinion came in, or
    will belong: the rule of the database's trigger, and of ``grievances.flow.relations.is_accused``."""
    whom, values = _whom(cadre, cadre_id="{0}", path="{1}", came_in="{2}")
    return Q(Written(f"({whom})", values, "cadre_id", "unit__path", "opinion__recorded_at"))


def _whom(cadre: Cadre, *, cadre_id: str, path: str, came_in: str) -> tuple[str, list[object]]:
    """The condition in SQL, and its values: for columns of an accusation, of its unit and of its opinion."""
    condition, values = f"{cadre_id} = %s", [cadre.pk]
    for until in {post.until for post in cadre.posts_ever}:
        units = [post.unit for post in cadre.posts_ever if post.until == until]
        above = {above for unit in units for above in paths_above(unit.path)}
        condition, values = f"{condition} OR ({path} = ANY(%s)", [*values, sorted(above)]
        if until:  # what came in while a post until this day was not over yet
            condition, values = f"{condition} AND {came_in} < %s", [*values, _end_of(until)]
        condition += ")"
    return condition, values


def _end_of(day: date) -> datetime:
    return midnight(day + timedelta(days=1))


def sees_districts(cadre: Cadre) -> bool:
    """Whether a post, own or lent, shows the cadre at least a whole district."""
    return any(len(post.region_id) <= DISTRICT_DIGITS for post in cadre.posts_as(*PLACE_ROLES))


def sees_unreleased(cadre: Cadre) -> bool:
    """Whom an accusation of "not known" is shown to: those who look after the whole district or more themselves."""
    roles = (*PLACE_ROLES, *UNIT_ROLES)
    return any(len(post.region_id) <= DISTRICT_DIGITS for post in cadre.own_posts if post.role in roles)
