"""What the loop does when the ground changes.

Before a post ends or a person leaves, the open cases that hang on them are handed over. Before a new post
starts or a unit moves, a case that would come to lie with those whom it accuses goes back to dispatch.
"""

from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grievances.models import Accusation, Opinion
from grievances.sight.access import visible
from grievances.workflow import ANSWERED, ENDED, OPEN, TRANSITIONS, State, Verb
from villages.models import Absence, Cadre, Post, Role, Unit
from villages.scope import any_of, paths_above, under
from villages.signals import cadre_leaving, post_ending, post_starting, unit_moving
from villages.templatetags.looks import day

# The rest is at a desk or waits for its call-back; it comes back to the unit only by that.
MOVABLE = TRANSITIONS[Verb.TRANSFER].sources


def open_work(cadre: Cadre, *, unit: Unit | None = None) -> QuerySet[Opinion]:
    """Cases that the cadre answers for and that have not ended, in a unit or all."""
    held = Opinion.objects.filter(person=cadre, state__in=OPEN | ANSWERED).order_by("due_at", "pk")
    return held.filter(under(unit.path, field="unit__path")) if unit else held


def hanging(cadre: Cadre, *, unit: Unit | None = None) -> QuerySet[Opinion]:
    """Of those the cases that keep a post from ending. What waits for a review or its call-back doesn't: if it comes
    back, the head of the unit answers for it (``grievances.steps.dispatch.find_who_answers``)."""
    return open_work(cadre, unit=unit).filter(state__in=MOVABLE)


def people_for(by: Cadre) -> QuerySet[Cadre]:
    """Whose cases somebody hands over: all people for an administrator; for a head, whoever has a post in the unit
    or holds a case there that the head sees."""
    if Role.ADMINISTRATOR in by.roles:
        return Cadre.objects.all()
    posts = Post.objects.in_force().filter(headed(by)).values("cadre")
    seen = Opinion.objects.visible_to(by).filter(headed(by))
    holding = seen.filter(state__in=OPEN | ANSWERED).values("person")
    return Cadre.objects.filter(Q(pk__in=posts) | Q(pk__in=holding))


def held_by(leaving: Cadre, by: Cadre) -> QuerySet[Opinion]:
    """What somebody holds of the cases that a head sees in the own units."""
    return open_work(leaving).filter(headed(by), visible(by))


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
    _refuse(post.cadre, why_post_stays(post))


def _before_a_cadre_leaves(*, cadre: Cadre, **_kwargs: object) -> None:
    _refuse(cadre, _stands_in(cadre) or _hangs(hanging(cadre)))


def why_post_stays(post: Post, *, by: Cadre | None = None) -> str:
    """What keeps a post from ending: cases that hang on it, or a desk that is kept by it; "" for nothing. A head
    (``by``) is told of nothing that is hidden from them (``hidden_from``)."""
    others = _others(post)
    if all(other.unit_id != post.unit_id for other in others):
        stands_in = _stands_in(post.cadre, after=post.until)
        if stands_in:
            return stands_in
    cases = hanging_on(post)
    return _hangs(cases.exclude(pk__in=hidden_from(by, cases).values("pk")) if by else cases)


def _others(post: Post) -> list[Post]:
    return [other for other in post.cadre.posts.in_force().select_related("unit") if other.pk != post.pk]


def hanging_on(post: Post) -> QuerySet[Opinion]:
    """The cases that keep this very post from ending: none where another post can hold them."""
    working = (Role.HANDLER, Role.HEAD)
    kept = any(other.role in working and other.unit.contains(post.unit) for other in _others(post))
    if post.role not in working or kept:
        return Opinion.objects.none()
    return hanging(post.cadre, unit=post.unit)


def hidden_from(by: Cadre, cases: QuerySet[Opinion]) -> QuerySet[Opinion]:
    """The accusations among the cases of a unit that its head may not know of: they accuse the head."""
    if Role.ADMINISTRATOR in by.roles:
        return cases.none()
    return cases.filter(accusing=True).exclude(pk__in=Opinion.objects.visible_to(by).values("pk"))


def _stands_in(cadre: Cadre, *, after: date | None = None) -> str:
    found = Absence.objects.coming().filter(substitute=cadre).select_related("cadre")
    absence = (found.filter(until__gt=after) if after else found).first()
    words = {"who": absence.cadre.label, "until": day(absence.until)} if absence else {}
    return _("They stand in for %(who)s until %(until)s: name somebody else first.") % words if words else ""


def _hangs(cases: QuerySet[Opinion]) -> str:
    """Accusations aren't counted here: whoever ends the post may be the accused."""
    count = cases.filter(accusing=False).count()
    if count:
        sentence = ngettext(
            "%d open case hangs on this person: hand it over first.",
            "%d open cases hang on this person: hand them over first.",
            count,
        )
        return sentence % count
    if cases.exists():
        return _(
            "Work that is kept apart hangs on this person: ask discipline inspection to hand it over first."
        )
    return ""


def _refuse(cadre: Cadre, why: str) -> None:
    """With the way out, for the page on which the post was to end."""
    if why:
        link = format_html(
            '<a href="{}">{}</a>', reverse("leaving", args=[cadre.pk]), _("Say who takes over")
        )
        raise ValidationError(format_html("{} {}", why, link))


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
