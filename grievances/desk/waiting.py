"""How many cases wait in each queue of a desk: exact, and from tallies wherever they can tell."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from grievances.desk import queues
from grievances.desk.queues import Queue
from grievances.flow.deadlines import SOON
from grievances.models import Dimension, Extension, Opinion
from grievances.sight.access import DISTRICT_DIGITS
from grievances.tallies.columns import FIGURE_COLUMNS, value
from grievances.tallies.reading import Ahead, Asked, Counts, added, ahead, read
from grievances.tallies.sight import Sight
from grievances.workflow import ANSWERED, State
from villages.models import Cadre, Level, Region, Role, Unit
from villages.scope import any_of, under, within

# queue → the figure of tallies that counts it
_OVERSEEN = {"late": "late", "reopened": "reopened", "supervised": "supervised"}
_OF_UNITS = {"to-take": "at_assigned", "in-hand": "at_handling"}
_CALLED = {"to-call-back": "answered", "call-back-late": "call_back_late"}
_HELD = tuple({*_OVERSEEN.values(), *_OF_UNITS.values()})
_ANSWERED = tuple(column for figure in _CALLED.values() for column in FIGURE_COLUMNS[figure])
# Few, and known to no tally. Of those put aside a moment decides, and the tally tells them with the rest in hand.
_PUT_ASIDE = "waiting"
_FEW = (_PUT_ASIDE, "to-approve", "back-twice")
# Few, and told by a desk, which tallies don't know.
_ON_A_DESK = ("to-dispatch", "handed-back", "to-review")


def counts(cadre: Cadre) -> list[tuple[Queue, int]]:
    """Each queue of a cadre with its exact count."""
    desk = _Desk(cadre)
    return [(queue, desk.count(queue)) for queue in queues.queues_of(cadre)]


@dataclass
class _Desk:
    """What waits for one cadre, read once."""

    cadre: Cadre

    def count(self, queue: Queue) -> int:
        if queue.name in _ON_A_DESK:
            return self._on_a_desk[queue.name]
        if queue.name in _FEW:
            return self._few[queue.name]
        told = self._told(queue.name)
        if self._sight.accusing:
            return told
        return told + queues.rows(queue, self.cadre).filter(accusing=True).count()

    def _told(self, name: str) -> int:
        if name in _OVERSEEN:
            return self._overseen[_OVERSEEN[name]]
        if name == "due-soon":
            return self._overseen.get(ahead("late"), 0)
        if name in _OF_UNITS:
            aside = self._few["told"] if name == "in-hand" else 0
            return self._of_units[_OF_UNITS[name]] - aside
        return value(self._called, _CALLED[name]) - self._own[name]

    @cached_property
    def _sight(self) -> Sight:
        return Sight.of(self.cadre)

    @cached_property
    def _now(self) -> Asked:
        today = timezone.localdate()
        return Asked((), today, names=_HELD, ahead=Ahead(today + SOON, ("late",)))

    @cached_property
    def _of_units(self) -> Counts:
        return self._everywhere(self._now)

    @cached_property
    def _overseen(self) -> Counts:
        """In the places that the cadre oversees, and elsewhere the cases of their units."""
        return added([self._in_places(self._now), self._of_units])

    @cached_property
    def _called(self) -> Counts:
        asked = replace(self._now, names=_ANSWERED, ahead=None)
        return self._without(asked, places_of(self.cadre, Role.CALLER), self._own_units)

    @cached_property
    def _own(self) -> dict[str, int]:
        """The cadre's own answered cases in the places where they call, which somebody else calls back."""
        mine = Opinion.objects.visible_to(self.cadre).filter(
            pk__in=queues.own_cases(self.cadre), state__in=ANSWERED
        )
        if not self._sight.accusing:
            mine = mine.filter(accusing=False)  # as those that they are taken from
        places = any_of([within(code) for code in places_of(self.cadre, Role.CALLER)])
        others = mine.filter(places).exclude(unit__in=self._own_units)
        late = others.filter(due_at__lte=timezone.now())
        return {"to-call-back": others.count(), "call-back-late": late.count()}

    @cached_property
    def _on_a_desk(self) -> dict[str, int]:
        lying = Opinion.objects.visible_to(self.cadre).filter(
            queues.my_level(self.cadre), state__in=[State.COLLECTED, State.OBJECTED]
        )
        wanted = [queue for queue in queues.QUEUES if queue.name in _ON_A_DESK]
        now = timezone.now()
        return lying.aggregate(**{queue.name: Count("pk", filter=queue.condition(now)) for queue in wanted})

    @cached_property
    def _few(self) -> dict[str, int]:
        """Of all few kinds at once; ``told``: how many of those put aside the tally knows too."""
        now, wanted = timezone.now(), [one for one in queues.queues_of(self.cadre) if one.name in _FEW]
        fitting = {queue.name: queue.whose(self.cadre) & queue.condition(now) for queue in wanted}
        if _PUT_ASIDE in fitting and not self._sight.accusing:
            fitting["told"] = fitting[_PUT_ASIDE] & Q(accusing=False)
        meant = Opinion.objects.visible_to(self.cadre).filter(pk__in=self._meant(now, fitting))
        found = meant.aggregate(**{name: Count("pk", filter=which) for name, which in fitting.items()})
        return {"told": found.get(_PUT_ASIDE, 0)} | found

    def _meant(self, now: datetime, wanted: Collection[str]) -> QuerySet:
        """The ids of the cases that can be of a few kinds, each by its own index: a unit has too many to look through."""
        kinds = {
            _PUT_ASIDE: Opinion.objects.filter(unit__in=self._units, waits_until__gt=now).values("pk"),
            "to-approve": Extension.objects.filter(approved=None).values("opinion"),
            "back-twice": Opinion.objects.filter(back_twice=True).values("pk"),
        }
        first, *more = [kinds[name].order_by() for name in _FEW if name in wanted]
        return first.union(*more, all=True) if more else first

    @cached_property
    def _units(self) -> tuple[str, ...]:
        posts = self.cadre.posts_as(Role.HANDLER, Role.HEAD)
        return _ids(Unit.objects.filter(any_of([under(post.unit.path) for post in posts]))) if posts else ()

    @cached_property
    def _own_units(self) -> tuple[str, ...]:
        return _ids(Unit.objects.filter(queues.own_units(self.cadre, unit="")))

    def _in_places(self, when: Asked) -> Counts:
        return self._without(when, places_of(self.cadre, Role.COORDINATOR, Role.LEADER), self._units)

    def _without(self, when: Asked, places: tuple[str, ...], units: tuple[str, ...]) -> Counts:
        """The counts of some places, less those of some units there."""
        asked = replace(when, places=places, dimensions=(Dimension.ALL, Dimension.UNIT), keys=("", *units))
        told = read(asked, self._sight)
        signs = {key: -1 if key[0] == Dimension.UNIT else 1 for key in told}
        return added({name: signs[key] * n for name, n in told[key].items()} for key in told)

    def _everywhere(self, when: Asked) -> Counts:
        """The counts of the cadre's units, wherever their cases are."""
        if not self._units:
            return added([])
        asked = replace(when, places=None, dimensions=(Dimension.UNIT,), keys=self._units)
        return added(read(asked, self._sight).values())


def places_of(cadre: Cadre, *roles: Role) -> tuple[str, ...]:
    """The widest places of the cadre's posts, none within another; of more than a district, its districts."""
    codes = {post.region_id for post in cadre.posts_as(*roles)}
    widest = [code for code in codes if not any(code != other and code.startswith(other) for other in codes)]
    above = [code for code in widest if len(code) < DISTRICT_DIGITS]
    if above:
        inside = Region.objects.level(Level.DISTRICT).filter(
            any_of([within(code, field="code") for code in above])
        )
        widest = [code for code in widest if code not in above] + list(inside.values_list("pk", flat=True))
    return tuple(sorted(widest))


def _ids(units: QuerySet[Unit]) -> tuple[str, ...]:
    return tuple(map(str, units.values_list("pk", flat=True)))
