"""What slipped: cases that nobody has looked at for too long, before or after a deadline says so.

Each kind is a condition on columns of opinions that an index of theirs holds, in the order of the list, so that a page
or a bounded count costs the same however many cases there are; what stands in other tables is asked of the few rows
that are left.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from grievances.flow.calendar import WorkingCalendar, midnight
from grievances.models import Assignment, Clock, ClockKind, Opinion
from grievances.workflow import ANSWERED, OPEN, State
from villages.models import Cadre, Role, Unit
from villages.scope import any_of, under, within

UNTOUCHED = timedelta(days=10)
TWICE = 3  # the round of a case that came back twice


@dataclass(frozen=True)
class Moment:
    """When one looks; what was there before ``a_day_ago`` has lain through a whole working day."""

    now: datetime
    a_day_ago: datetime

    @classmethod
    def of_now(cls) -> "Moment":
        now = timezone.now()
        day = WorkingCalendar.load().working_day_before(timezone.localdate(now))
        return cls(now, midnight(day))


@dataclass(frozen=True)
class Slip:
    """One way in which cases slip; ``order`` is that of its list."""

    name: str
    label: str | Promise
    meaning: str | Promise
    condition: Callable[[Moment], Q]
    order: str = "due_at"
    roles: frozenset[str] = frozenset({Role.HEAD, Role.COORDINATOR})


def _unassigned(when: Moment) -> Q:
    """What was handed back has had a unit until then."""
    lately = Assignment.objects.filter(opinion=OuterRef("pk"), ended_at__gte=when.a_day_ago)
    since = Q(state=State.COLLECTED, recorded_at__lt=when.a_day_ago)
    return since & (Q(was_assigned=False) | ~Exists(lately))


def _untouched(when: Moment) -> Q:
    return Q(untouched_since__lte=when.now - UNTOUCHED)


def _promised(when: Moment) -> Q:
    return Q(promised_for__lt=timezone.localdate(when.now))


def _untold(when: Moment) -> Q:
    """Accepted, while the clock that telling stops runs on; nobody is to be told of an anonymous one."""
    return Q(untold_since__lt=when.a_day_ago)


def _not_called(when: Moment) -> Q:
    over = Clock.objects.filter(
        opinion=OuterRef("pk"), kind=ClockKind.CALL_BACK, stopped_at=None, due_at__lte=when.now
    )
    return Q(state__in=ANSWERED, due_at__lte=when.now) & Exists(over)


SLIPS: tuple[Slip, ...] = (
    Slip(
        "unassigned",
        _("Unassigned for over a working day"),
        _("No unit answers for them, and a whole working day has passed."),
        _unassigned,
        order="recorded_at",
        roles=frozenset({Role.COORDINATOR}),
    ),
    Slip(
        "untouched",
        _("Accepted, and untouched for 10 days"),
        _("Nobody has recorded anything since."),
        _untouched,
        order="untouched_since",
    ),
    Slip(
        "promised",
        _("Promised dates that have passed"),
        _("The answer named a day for which it was planned. Reopen the case: it is then worked on and answered anew."),
        _promised,
        order="promised_for",
    ),
    Slip(
        "untold",
        _("Accepted, and the informant not told"),
        _("For over a working day. Tell them, and record how."),
        _untold,
        order="untold_since",
    ),
    Slip(
        "not-called",
        _("Answered, and not called back in time"),
        _("A caller who is not of the unit asks the informant."),
        _not_called,
    ),
    Slip(
        "back-twice",
        _("Reopened twice"),
        _("Reopened at least twice, and open again: look for what the answers missed."),
        lambda when: Q(state__in=OPEN, round__gte=TWICE),
    ),
)  # fmt: skip


def slips_of(cadre: Cadre) -> list[Slip]:
    """The kinds that concern somebody with these posts."""
    return [slip for slip in SLIPS if cadre.roles & slip.roles]


def scope(cadre: Cadre) -> Q:
    """The units that a cadre heads, by name so that an index finds their cases, and the places that they
    coordinate."""
    headed = [under(post.unit.path) for post in cadre.posts_as(Role.HEAD)]
    units = list(Unit.objects.filter(any_of(headed)).values_list("pk", flat=True)) if headed else []
    places = [within(post.region_id) for post in cadre.posts_as(Role.COORDINATOR)]
    return any_of([*([Q(unit__in=units)] if units else []), *places])


def rows(slip: Slip, cadre: Cadre, *, whose: Q, when: Moment) -> QuerySet[Opinion]:
    """The cases that slipped in one way, what has waited longest first."""
    found = Opinion.objects.visible_to(cadre).filter(whose, slip.condition(when))
    return found.order_by(slip.order, "pk")


def ids(slips: list[Slip], cadre: Cadre, *, whose: Q, when: Moment, most: int) -> dict[str, list[int]]:
    """Of each way, the keys of at most so many cases in the order of its list: all in one question."""
    each = {
        slip.name: ArraySubquery(rows(slip, cadre, whose=whose, when=when).values("pk")[:most])
        for slip in slips
    }
    names = {f"slip_{n}": slip.name for n, slip in enumerate(slips)}
    asked = {alias: each[name] for alias, name in names.items()}
    found = Cadre.objects.filter(pk=cadre.pk).values(**asked).get()
    return {name: found[alias] for alias, name in names.items()}
