"""The desk's queues: which cases wait for this person, and for what. How many: ``grievances.waiting``."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grievances.access import paths_above
from grievances.deadlines import SOON
from grievances.models import Extension, Opinion
from grievances.workflow import ANSWERED, ENDED, OPEN, State
from villages.models import Cadre, Post, Region, Role
from villages.scope import any_of, under, within


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
    if "desks" not in cadre.__dict__:  # as their posts, read once a request
        cadre.__dict__["desks"] = _desks(cadre)
    return Q(desk__in=cadre.__dict__["desks"])


def _desks(cadre: Cadre) -> list[str]:
    mine = [post.region_id for post in cadre.posts_as(Role.COORDINATOR)]
    staffed = Post.objects.in_force().filter(role=Role.COORDINATOR, cadre__is_active=True)
    # The desks by name, not by what holds of them: the index on desks then finds the cases.
    unstaffed = Region.objects.filter(parent__in=mine).exclude(pk__in=staffed.values("region"))
    return [*mine, *unstaffed.values_list("pk", flat=True)]


def _my_units(cadre: Cadre) -> Q:
    posts = cadre.posts_as(Role.HANDLER, Role.HEAD)
    return any_of([under(post.unit.path, field="unit__path") for post in posts])


def _headed(cadre: Cadre) -> Q:
    return any_of([under(post.unit.path, field="unit__path") for post in cadre.posts_as(Role.HEAD)])


def _to_decide(cadre: Cadre) -> Q:
    """On the desk of the coordinator's level, and what the head's unit has to do with."""
    return (my_level(cadre) if cadre.posts_as(Role.COORDINATOR) else Q(pk__in=[])) | _headed(cadre)


def _called(cadre: Cadre) -> Q:
    """In the caller's places, but never their own case or one of a unit that they belong to or work for."""
    places = any_of([within(post.region_id) for post in cadre.posts_as(Role.CALLER)])
    return places & ~(Q(person=cadre) | own_units(cadre))


def own_units(cadre: Cadre, *, unit: str = "unit__") -> Q:
    """Units that the cadre belongs to, with those above them, and those that the cadre works for; ``unit`` is
    the path to them."""
    above = {path for post in cadre.posts_in_force for path in paths_above(post.unit.path)}
    posts = cadre.posts_as(Role.HANDLER, Role.HEAD)
    working = [under(post.unit.path, field=f"{unit}path") for post in posts]
    return Q(**{f"{unit}path__in": sorted(above)}) | any_of(working)


def overseen(cadre: Cadre) -> Q:
    """What a coordinator or leader oversees, and what a unit works on."""
    places = [within(post.region_id) for post in cadre.posts_as(Role.COORDINATOR, Role.LEADER)]
    return any_of(places) | _my_units(cadre)


def _asks_for_time(now: datetime) -> Q:
    return Q(state=State.HANDLING) & Exists(Extension.objects.filter(opinion=OuterRef("pk"), approved=None))


def _is(**values: object) -> Callable[[datetime], Q]:
    return lambda now: Q(**values)


QUEUES: tuple[Queue, ...] = (
    Queue("to-dispatch", _("to dispatch"), my_level, _is(state=State.COLLECTED, was_assigned=False)),
    Queue("handed-back", _("handed back"), my_level, _is(state=State.COLLECTED, was_assigned=True)),
    Queue("to-review", _("to review"), my_level, _is(state=State.OBJECTED)),
    Queue("to-take", _("to take"), _my_units, _is(state=State.ASSIGNED)),
    Queue("in-hand", _("in hand"), _my_units, _is(state=State.HANDLING)),
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
