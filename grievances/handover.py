"""What the loop does when the ground changes.

Before a post ends or a person leaves, the open cases that hang on them are handed over. Before a new post
starts or a unit moves, a case that would come to lie with those whom it accuses goes back to dispatch.
"""

from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grievances.models import Accusation, Opinion
from grievances.workflow import ANSWERED, ENDED, OPEN, State
from villages.models import Cadre, Post, Role, Unit
from villages.scope import any_of, paths_above, under
from villages.signals import cadre_leaving, post_ending, post_starting, unit_moving


def open_work(cadre: Cadre, *, unit: Unit | None = None) -> QuerySet[Opinion]:
    """Cases that the cadre answers for and that have not ended, in a unit or all."""
    held = Opinion.objects.filter(person=cadre).exclude(state__in=ENDED).order_by("due_at", "pk")
    return held.filter(under(unit.path, field="unit__path")) if unit else held


def headed(by: Cadre) -> Q:
    """Cases of the units that somebody heads."""
    return any_of([under(post.unit.path, field="unit__path") for post in by.posts_as(Role.HEAD)])


def held(by: Cadre) -> dict[int, int]:
    """{person: how many cases in the units that somebody heads hang on them}: what there is to hand over, and
    nothing else that could be held against a person."""
    open_ones = Opinion.objects.visible_to(by).filter(headed(by), state__in=OPEN | ANSWERED)
    return dict(open_ones.order_by().values("person").annotate(n=Count("pk")).values_list("person", "n"))


def connect() -> None:
    post_ending.connect(_before_a_post_ends, dispatch_uid="handover")
    cadre_leaving.connect(_before_a_cadre_leaves, dispatch_uid="handover")
    post_starting.connect(_before_a_post_starts, dispatch_uid="handover")
    unit_moving.connect(_before_a_unit_moves, dispatch_uid="handover")


def _before_a_post_ends(*, post: Post, **_kwargs: object) -> None:
    others = post.cadre.posts.in_force().exclude(pk=post.pk).filter(role__in=[Role.HANDLER, Role.HEAD])
    if post.role in (Role.HANDLER, Role.HEAD) and not any(
        other.unit.contains(post.unit) for other in others.select_related("unit")
    ):
        _refuse_while_open(open_work(post.cadre, unit=post.unit))


def _before_a_cadre_leaves(*, cadre: Cadre, **_kwargs: object) -> None:
    _refuse_while_open(open_work(cadre))


def _refuse_while_open(cases: QuerySet[Opinion]) -> None:
    """Accusations aren't counted here: whoever ends the post may be the accused."""
    count = cases.filter(accusing=False).count()
    if count:
        raise ValidationError(
            ngettext(
                "%d open case hangs on this person: hand it over first.",
                "%d open cases hang on this person: hand them over first.",
                count,
            )
            % count
        )
    if cases.exists():
        raise ValidationError(
            _(
                "Work that is kept apart hangs on this person: ask discipline inspection to hand it over first."
            )
        )


def _before_a_post_starts(*, post: Post, **_kwargs: object) -> None:
    accused = Accusation.objects.filter(unit__path__in=paths_above(post.unit.path))
    _take_away(Opinion.objects.filter(person=post.cadre, pk__in=accused.values("opinion")))


def _before_a_unit_moves(*, unit: Unit, path: str, **_kwargs: object) -> None:
    """Takes what the database would refuse: cases of the unit, and of whoever has belonged to it since the
    case came in, or will belong."""
    accused = Accusation.objects.filter(unit__path__in=paths_above(path)).exclude(
        unit__path__startswith=unit.path
    )
    there = under(unit.path, field="unit__path")
    since_then = Q(until=None) | Q(until__gte=OuterRef("recorded_at__date"))
    belonged = Exists(Post.objects.filter(there, since_then, cadre=OuterRef("person")))
    _take_away(Opinion.objects.filter(there | belonged, pk__in=accused.values("opinion")))


def _take_away(cases: QuerySet[Opinion]) -> None:
    for opinion in cases.exclude(state__in=[*ENDED, State.COLLECTED]):
        opinion.take_away(by=None)
