"""The figures: one definition each, used for every number and for the list behind it.

A figure is a condition on an opinion's snapshot at a moment, so the same words hold today (``Opinion``)
and on any past day (``OpinionSpan``).
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from grievances.access import visible
from grievances.calendar import midnight
from grievances.models import Campaign, Opinion, OpinionSpan
from grievances.workflow import COUNTED, OPEN, Outcome, State
from villages.models import Cadre
from villages.scope import within

_COUNTED = Q(state__in=COUNTED)


def _ended_as(outcome: Outcome) -> Q:
    return Q(outcome=outcome, state__in=[State(outcome), State.CLOSED])


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

# rate → (of these, of all those)
RATES = {
    "resolved": ("resolved", "collected"),
    "contacted": ("contacted", "attempted"),
    "solved": ("solved", "asked"),
    "satisfied": ("satisfied", "contacted"),
}


def moment_of(as_of: date | None) -> datetime:
    """The moment that a day's figures are read at: its end; now, for today or none given."""
    return midnight(as_of + timedelta(days=1)) if is_past(as_of) else timezone.now()


def is_past(as_of: date | None) -> bool:
    return as_of is not None and as_of < timezone.localdate()


def rows(
    *,
    cadre: Cadre | None,
    as_of: date | None = None,
    region: str | None = None,
    campaign: Campaign | None = None,
) -> QuerySet:
    """Opinions, or on a past day their spans, of a place and campaign that the cadre may see.

    ``cadre`` None is the whole district's own count, for the command line only.
    """
    if is_past(as_of):
        moment = moment_of(as_of)
        found = OpinionSpan.objects.filter(Q(until=None) | Q(until__gt=moment), since__lt=moment)
        found = found if cadre is None else found.filter(visible(cadre, opinion="opinion__"))
    else:
        found = Opinion.objects.all() if cadre is None else Opinion.objects.visible_to(cadre)
    if region:
        found = found.filter(within(region))
    return found if campaign is None else found.filter(campaign=campaign)


def count(found: QuerySet, *names: str, as_of: date | None = None) -> dict[str, int]:
    """These figures, or all, of ``rows(…)``, in one query."""
    counted = found.aggregate(**_counts(names or tuple(FIGURES), as_of))
    return {name.removeprefix("n_"): number for name, number in counted.items()}


def count_by(
    found: QuerySet, key: object, *names: str, as_of: date | None = None
) -> dict[object, dict[str, int]]:
    """Figures by a field or expression, in one query: {value: {name: count}}."""
    names = names or tuple(FIGURES)
    grouped = found.order_by().annotate(key=key).values("key").annotate(**_counts(names, as_of))
    return {row["key"]: {name: row[f"n_{name}"] for name in names} for row in grouped}


def _counts(names: tuple[str, ...], as_of: date | None) -> dict[str, Count]:
    moment = moment_of(as_of)
    # Prefixed, as some figures bear the name of a column that others ask for.
    return {f"n_{name}": Count("pk", filter=FIGURES[name](moment)) for name in names}


def listed(found: QuerySet, name: str, *, as_of: date | None = None) -> QuerySet:
    """The rows that a figure counts."""
    return found.filter(FIGURES[name](moment_of(as_of)))
