"""The desk's queues: which cases wait for this person, and for what. How many: ``grievances.desk.waiting``."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grievances.flow.deadlines import SOON
from grievances.models import Extension, Opinion, StoodIn
from grievances.sight.access import by_posts
from grievances.workflow import ANSWERED, ENDED, OPEN, State
from villages.models import Cadre, Post, Region, Role
from villages.scope import any_of, paths_above, under, within


@dataclass(frozen=True)
class Queue:
    """A list of cases that wait; ``whose`` narrows it to the person's own work."""

    name: str
    label: str
    whose: Callable[[Cadre], Q]
    condition: Callable[[datetime], Q]
    urgent: bool = False


def my_level(cadre: Cadre) -> Q:
    """On the desk of the coordinator's level, or of one just below that has no coordinator now."""
    posts = [post.pk for post in cadre.posts_as(Role.COORDINATOR)]
    known, condition = cadre.__dict__.get("desks", (None, None))
    if known != posts:  # read once a request, as the posts are
        condition = _desks(cadre)
        cadre.__dict__["desks"] = (posts, condition)
    return condition


def _desks(cadre: Cadre) -> Q:
    mine = [post.region_id for post in cadre.posts_as(Role.COORDINATOR)]
    staffed = Post.objects.in_force().filter(role=Role.COORDINATOR, cadre__is_active=True)
    # The desks by name, not by what holds of them: the index on desks then finds the cases.
    unstaffed = Region.objects.filter(parent__in=mine).exclude(pk__in=staffed.values("region"))
    below: dict[str, list[str]] = {code: [code] for code in mine}
    for code, parent in unstaffed.values_list("pk", "parent_id"):
        below[parent].append(code)
    return by_posts(cadre, lambda posts: Q(desk__in=_joined(posts, below)), Role.COORDINATOR)


def _joined(posts: list[Post], below: dict[str, list[str]]) -> list[str]:
    return sorted({code for post in posts for code in below[post.region_id]})


def _my_units(cadre: Cadre) -> Q:
    return by_posts(cadre, _of_units, Role.HANDLER, Role.HEAD)


def _headed(cadre: Cadre) -> Q:
    return by_posts(cadre, _of_units, Role.HEAD)


def _of_units(posts: list[Post]) -> Q:
    return any_of([under(post.unit.path, field="unit__path") for post in posts])


def _of_places(posts: list[Post]) -> Q:
    return any_of([within(post.region_id) for post in posts])


def _to_decide(cadre: Cadre) -> Q:
    """On the desk of the coordinator's level, and what the head's unit has to do with."""
    return (my_level(cadre) if cadre.posts_as(Role.COORDINATOR) else Q(pk__in=[])) | _headed(cadre)


def _called(cadre: Cadre) -> Q:
    """In the caller's places, but never what somebody at this desk, or a unit of theirs, worked on."""
    own = Q(person__in=_people(cadre)) | Q(pk__in=_stood_in(cadre)) | own_units(cadre)
    return by_posts(cadre, _of_places, Role.CALLER) & ~own


def _people(cadre: Cadre) -> list[int]:
    """Who works at the cadre's desk: they, and those for whom they stand in."""
    return [cadre.pk, *(lender.pk for lender in cadre.lenders)]


def _stood_in(cadre: Cadre) -> QuerySet[StoodIn]:
    return StoodIn.objects.filter(cadre=cadre).order_by().values("opinion")


def own_cases(cadre: Cadre) -> QuerySet[Opinion]:
    """Answered cases, by their ids, that somebody at this desk answers for or the cadre once worked on standing
    in: each part by its own index."""
    held = Opinion.objects.filter(person__in=_people(cadre), state__in=ANSWERED).order_by()
    return held.values("pk").union(_stood_in(cadre), all=True)


def own_units(cadre: Cadre, *, unit: str = "unit__") -> Q:
    """Units that the cadre belongs to, with those above them, and those that the cadre works for, by own posts
    and lent ones; ``unit`` is the path to them."""
    above = {path for post in cadre.posts_in_force for path in paths_above(post.unit.path)}
    posts = cadre.posts_as(Role.HANDLER, Role.HEAD)
    working = [under(post.unit.path, field=f"{unit}path") for post in posts]
    return Q(**{f"{unit}path__in": sorted(above)}) | any_of(working)


def overseen(cadre: Cadre) -> Q:
    """What a coordinator or leader oversees, and what a unit works on."""
    return by_posts(cadre, _of_places, Role.COORDINATOR, Role.LEADER) | _my_units(cadre)


def _asks_for_time(now: datetime) -> Q:
    return Q(state=State.HANDLING) & Exists(Extension.objects.filter(opinion=OuterRef("pk"), approved=None))


def _put_aside(now: datetime) -> Q:
    return Q(state=State.HANDLING, waits_until__gt=now)


def _in_hand(now: datetime) -> Q:
    """What was put aside comes back by itself when its day begins."""
    return Q(state=State.HANDLING) & (Q(waits_until=None) | Q(waits_until__lte=now))


def _is(**values: object) -> Callable[[datetime], Q]:
    return lambda now: Q(**values)


QUEUES: tuple[Queue, ...] = (
    Queue("to-dispatch", _("to dispatch"), my_level, _is(state=State.COLLECTED, was_assigned=False)),
    Queue("handed-back", _("handed back"), my_level, _is(state=State.COLLECTED, was_assigned=True)),
    Queue("to-review", _("to review"), my_level, _is(state=State.OBJECTED)),
    Queue("to-take", _("to take"), _my_units, _is(state=State.ASSIGNED)),
    Queue("in-hand", _("in hand"), _my_units, _in_hand),
    Queue("waiting", _("put aside, waiting"), _my_units, _put_aside),
    Queue(
        "due-soon", _("due soon"), overseen,
        lambda now: Q(state__in=OPEN, due_at__gt=now, due_at__lte=now + SOON),
    ),
    Queue("late", _("late"), overseen, lambda now: Q(state__in=OPEN, due_at__lte=now), urgent=True),
    Queue("to-approve", _("to approve"), _headed, _asks_for_time),
    Queue("to-call-back", _("to call back"), _called, _is(state__in=ANSWERED)),
    Queue(
        "call-back-late", _("call-back late"), _called,
        lambda now: Q(state__in=ANSWERED, due_at__lte=now), urgent=True,
    ),
    Queue("reopened", _("reopened"), overseen, _is(state__in=OPEN, round__gt=1)),
    Queue("back-twice", _("came back twice"), _to_decide, _is(back_twice=True)),
    Queue("supervised", _("supervised"), overseen, lambda now: Q(supervised=True) & ~Q(state__in=ENDED)),
)  # fmt: skip

_ROLES: dict[str, set[str]] = {
    "to-dispatch": {Role.COORDINATOR},
    "handed-back": {Role.COORDINATOR},
    "to-review": {Role.COORDINATOR},
    "to-take": {Role.HANDLER, Role.HEAD},
    "in-hand": {Role.HANDLER, Role.HEAD},
    "waiting": {Role.HANDLER, Role.HEAD},
    "due-soon": {Role.HANDLER, Role.HEAD, Role.COORDINATOR, Role.LEADER},
    "late": {Role.HANDLER, Role.HEAD, Role.COORDINATOR, Role.LEADER},
    "to-approve": {Role.HEAD},
    "to-call-back": {Role.CALLER},
    "call-back-late": {Role.CALLER},
    "reopened": {Role.HANDLER, Role.HEAD, Role.COORDINATOR, Role.LEADER},
    "back-twice": {Role.HEAD, Role.COORDINATOR},
    "supervised": {Role.HANDLER, Role.HEAD, Role.COORDINATOR, Role.LEADER},
}

# Where a queue's name doesn't stand here its cases are open.
_STATES: dict[str, frozenset[State]] = {
    "to-dispatch": frozenset({State.COLLECTED}),
    "handed-back": frozenset({State.COLLECTED}),
    "to-review": frozenset({State.OBJECTED}),
    "to-take": frozenset({State.ASSIGNED}),
    "in-hand": frozenset({State.HANDLING}),
    "waiting": frozenset({State.HANDLING}),
    "to-approve": frozenset({State.HANDLING}),
    "to-call-back": ANSWERED,
    "call-back-late": ANSWERED,
    # The unit may have answered again before the coordinator decided.
    "back-twice": OPEN | ANSWERED,
}


def states_of(queue: Queue) -> frozenset[State]:
    """The states in which cases of a queue may be worked on."""
    return _STATES.get(queue.name, OPEN)


def queues_of(cadre: Cadre) -> list[Queue]:
    """The queues that somebody with these posts works on, in the order of the flow."""
    return [queue for queue in QUEUES if cadre.roles & _ROLES[queue.name]]


def rows(queue: Queue, cadre: Cadre) -> QuerySet[Opinion]:
    """The cases of a queue."""
    return Opinion.objects.visible_to(cadre).filter(queue.whose(cadre), queue.condition(timezone.now()))
