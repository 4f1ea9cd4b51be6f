"""Common problems: who sees one, who runs it, what its words may not say, and the place that holds its opinions."""

from collections.abc import Iterable
from itertools import takewhile
from typing import TYPE_CHECKING

from django.apps import apps
from django.db.models import Exists, OuterRef, Q, QuerySet

from grievances.sight import access
from villages.models import CODE_LENGTH, Cadre, Level, Post, Role, Unit
from villages.scope import any_of, under, within

if TYPE_CHECKING:
    from grievances.models import CommonProblem, Opinion

_LEVELS = sorted(CODE_LENGTH.values(), reverse=True)
_VILLAGE, _TOWN = CODE_LENGTH[Level.VILLAGE], CODE_LENGTH[Level.TOWN]
# So many of a problem's informants are looked for in its words.
_MOST_NAMES = 500


def visible_problems(cadre: Cadre) -> Q:
    """The condition on common problems.

    All opinions of one accuse the same people or nobody; whomever any of them, also a former one, accuses
    does not see it, so nobody learns of an accusation through its problem.
    """
    shown = _shown_to(cadre.alone)
    for lender in cadre.lenders:
        # A desk that is kept for somebody shows nothing that they may not see themselves.
        shown |= _shown_to(lender) & _not_accusing(lender)
    return shown & _not_accusing(cadre)


def _shown_to(cadre: Cadre) -> Q:
    units = [under(post.unit.path) for post in cadre.own_posts if post.role in access.UNIT_ROLES]
    if len(units) == len(cadre.own_posts):
        return _of_units(cadre, units)
    current = apps.get_model("grievances", "ProblemMembership").objects.filter(left_at=None)
    seen = current.filter(access.visible(cadre, opinion="opinion__"), problem=OuterRef("pk"))
    return _run_by(cadre) | Exists(seen)


def _of_units(cadre: Cadre, units: list[Q]) -> Q:
    """The same for somebody who works for units alone. Of a district's problems theirs are few: asked of each one, it
    would read the opinions of all; so they are found from the units' side, by what opinions know of their problem."""
    problem, assisting, opinion = (
        apps.get_model("grievances", name).objects for name in ("CommonProblem", "AssistingUnit", "Opinion")
    )
    own = Unit.objects.filter(any_of(units)).values("pk")
    joined = opinion.visible_to(cadre).filter(problem__isnull=False).order_by().values("problem")
    assisted = joined.filter(pk__in=assisting.filter(unit__in=own).values("opinion"))
    led = problem.filter(unit__in=own).order_by().values("pk")
    return Q(pk__in=led.union(joined.filter(unit__in=own), assisted, all=True))


def _run_by(cadre: Cadre) -> Q:
    places = [within(post.region_id) for post in cadre.own_posts if post.role == Role.COORDINATOR]
    posts = [post for post in cadre.own_posts if post.role in (Role.HANDLER, Role.HEAD)]
    return any_of([*places, *(under(post.unit.path, field="unit__path") for post in posts)])


def _not_accusing(cadre: Cadre) -> Q:
    return Q(accused="") | ~Exists(_accusing(cadre))


def _accusing(cadre: Cadre) -> QuerySet:
    accusation = apps.get_model("grievances", "Accusation")
    return accusation.objects.filter(
        access.accuses(cadre), opinion__problem_memberships__problem=OuterRef("pk")
    )


def runs(problem: "CommonProblem", cadre: Cadre) -> bool:
    """Whether the cadre may change it: a coordinator of its place, a head of its lead unit, its person."""
    return (
        oversees(problem, cadre)
        or problem.person_id == cadre.pk
        or any(
            problem.unit is not None and post.unit.contains(problem.unit)
            for post in _posts_as(Role.HEAD, problem, cadre)
        )
    )


def oversees(problem: "CommonProblem", cadre: Cadre) -> bool:
    """Whether the cadre coordinates the whole place of it."""
    posts = _posts_as(Role.COORDINATOR, problem, cadre)
    return any(problem.region_id.startswith(post.region_id) for post in posts)


def _posts_as(role: str, problem: "CommonProblem", cadre: Cadre) -> list[Post]:
    """Own posts, and those lent by somebody whom the problem doesn't accuse."""
    people = [cadre, *(one for one in cadre.lenders if not is_accused_in(problem, cadre=one))]
    return [post for one in people for post in one.own_posts if post.role == role]


def is_accused_in(problem: "CommonProblem", *, unit: Unit | None = None, cadre: Cadre | None = None) -> bool:
    """Whether opinions of the problem complain about the unit, one above it, or the cadre."""
    if not problem.accused:
        return False
    accusation = apps.get_model("grievances", "Accusation")
    whom = Q(unit__path__in=access.paths_above(unit.path)) if unit else Q(pk__in=[])
    whom |= access.accuses(cadre) if cadre else Q(pk__in=[])
    return accusation.objects.filter(whom, opinion__problem_memberships__problem=problem).exists()


def smallest_region(*codes: str) -> str:
    """The code of the smallest region, from the village up, that contains all of these."""
    signs = zip(*(code[:_VILLAGE] for code in codes), strict=False)
    common = "".join(same[0] for same in takewhile(lambda same: len(set(same)) == 1, signs))
    return common[: next((length for length in _LEVELS if length <= len(common)), 0)]


def near(place: str) -> Q:
    """Problems of the town in which the place lies, and of all that contains it."""
    above = [place[:length] for length in _LEVELS if length <= len(place)]
    inside = within(place[:_TOWN]) if len(place) >= _TOWN else within(place)
    return inside | Q(region_id__in=above)


def named_in(words: str, opinions: Iterable["Opinion"], cadre: Cadre) -> str:
    """The name of an informant that the words hold, among those whom the cadre sees named; "" if none.

    Of others nothing is compared: the answer would tell who they are.
    """
    from grievances.sight.looks import named_in_lists

    shown = named_in_lists(list(opinions)[:_MOST_NAMES], cadre)
    names = {person.name for people in shown.values() for person in people if len(person.name) > 1}
    return next((name for name in sorted(names) if name in words), "")
