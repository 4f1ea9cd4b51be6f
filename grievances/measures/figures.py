"""The figures: one definition each, used for every number and for the list behind it.

A figure is a condition on an opinion's snapshot at a moment, so the same words hold today (``Opinion``)
and on any past day (``OpinionSpan``). Here rows are counted one by one: for viewers who see only some of a place,
and as what the tallies (``grievances.tallies``), which know all figures of a place at once, are compared with.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from grievances.flow.calendar import midnight
from grievances.models import Campaign, Opinion, OpinionSpan
from grievances.sight.access import visible
from grievances.workflow import ANSWERED, COUNTED, ENDED, OPEN, Ground, Outcome, State
from villages.models import Cadre
from villages.scope import within

_INSTANT = timedelta(microseconds=1)
_COUNTED = Q(state__in=COUNTED)


def _ended_as(outcome: Outcome) -> Q:
    return Q(outcome=outcome, state__in=[State(outcome), State.CLOSED])


def _in(state: State) -> Callable[[datetime], Q]:
    return lambda moment: Q(state=state)


def _explained_by(ground: Ground) -> Callable[[datetime], Q]:
    return lambda moment: _ended_as(Outcome.EXPLAINED) & Q(ground=ground)


# name → condition, given the moment that is looked at
FIGURES: dict[str, Callable[[datetime], Q]] = {
    "collected": lambda moment: _COUNTED,
    "assigned": lambda moment: _COUNTED & Q(was_assigned=True),
    "resolved": lambda moment: _ended_as(Outcome.RESOLVED),
    "explained": lambda moment: _ended_as(Outcome.EXPLAINED),
    "closed": lambda moment: Q(state=State.CLOSED),
    "open": lambda moment: Q(state__in=OPEN),
    "late": lambda moment: Q(state__in=OPEN, due_at__lte=moment),
    "attempted": lambda moment: _COUNTED & Q(contacted__isnull=False),
    "contacted": lambda moment: _COUNTED & Q(contacted=True),
    # The solved rate leaves the explained out: those were reached, and asked about a solution.
    "asked": lambda moment: _COUNTED & Q(contacted=True, solved__isnull=False),
    "solved": lambda moment: _COUNTED & Q(contacted=True, solved=True),
    "satisfied": lambda moment: _COUNTED & Q(contacted=True, satisfied=True),
}

# What else tallies count: each state, the grounds of what was explained, and what waits at a desk.
MORE: dict[str, Callable[[datetime], Q]] = (
    {f"at_{state.value}": _in(state) for state in State}
    | {ground.value: _explained_by(ground) for ground in Ground}
    | {
        "call_back_late": lambda moment: Q(state__in=ANSWERED, due_at__lte=moment),
        "reopened": lambda moment: Q(state__in=OPEN, round__gt=1),
        "supervised": lambda moment: Q(supervised=True) & ~Q(state__in=ENDED),
    }
)

# rate → (of these, of all those)
RATES = {
    "resolved": ("resolved", "collected"),
    "contacted": ("contacted", "attempted"),
    "solved": ("solved", "asked"),
    "satisfied": ("satisfied", "contacted"),
}


def moment_of(as_of: date | None) -> datetime:
    """The moment that a day's figures are read at: its last; now, for today or none given.

    What is due by the end of a day is late on the next, as it is for those who look that day.
    """
    return midnight(as_of + timedelta(days=1)) - _INSTANT if is_past(as_of) else timezone.now()


def is_past(as_of: date | None) -> bool:
    return as_of is not None and as_of < timezone.localdate()


def rows(
    *,
    cadre: Cadre | None,
    as_of: date | None = None,
    region: str | None = None,
    campaign: Campaign | None = None,
    accusing: bool | None = None,
    at: datetime | None = None,
) -> QuerySet:
    """Opinions, or on a past day their spans, of a place and campaign that the cadre may see; with ``accusing``
    only those that accuse somebody, or, where it is False, only the others. With ``at``, their spans at that
    moment, whatever the day.

    ``cadre`` None is the whole district's own count, for the command line only.
    """
    if at is not None or is_past(as_of):
        found = OpinionSpan.objects.standing(at=at or moment_of(as_of))
        found = found if cadre is None else found.filter(visible(cadre, opinion="opinion__"))
    else:
        found = Opinion.objects.all() if cadre is None else Opinion.objects.visible_to(cadre)
    if accusing is not None:
        found = _accusing(found, accusing)
    if region:
        found = found.filter(within(region))
    return found if campaign is None else found.filter(campaign=campaign)


def _accusing(found: QuerySet, does: bool) -> QuerySet:
    if found.model is Opinion:
        return found.filter(accusing=does)
    return found.exclude(accused="") if does else found.filter(accused="")


def without_accusations(found: QuerySet) -> QuerySet:
    """What a province counts of the places below its districts."""
    return _accusing(found, False)


def count(found: QuerySet, *names: str, as_of: date | None = None) -> dict[str, int]:
    """These figures, or all, of ``rows(…)``, in one query."""
    counted = found.aggregate(**aggregates(names or tuple(FIGURES), as_of))
    return {name.removeprefix("n_"): number for name, number in counted.items()}


def aggregates(names: Iterable[str], as_of: date | None) -> dict[str, Count]:
    """Aggregates ``n_<name>`` that count these figures."""
    moment = moment_of(as_of)
    # Prefixed, as some figures bear the name of a column that others ask for.
    return {f"n_{name}": Count("pk", filter=(FIGURES | MORE)[name](moment)) for name in names}


def listed(found: QuerySet, name: str, *, as_of: date | None = None, at: datetime | None = None) -> QuerySet:
    """The rows that a figure counts, on a day or at a moment."""
    return found.filter(FIGURES[name](at or moment_of(as_of)))
