"""The sweep: once a working day every rule looks at the running deadlines that have come to its day.

Each case is escalated once a rule and round: the database says so, and what ran while the program stood still is
found by the next sweep. Deadlines are walked along their index, a batch a transaction; whoever is at it holds the row
of the day, so that two never work on the same batch.
"""

import logging
from collections.abc import Iterator
from datetime import date, datetime, time
from time import monotonic

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from grievances.escalating.bounds import due_until
from grievances.escalating.levels import Batch, Staff
from grievances.escalating.reaching import key_of
from grievances.flow.calendar import WorkingCalendar
from grievances.messaging.kinds import ESCALATION
from grievances.messaging.telling import tell
from grievances.models import Category, Clock, Escalation, EscalationDay, EscalationRule, Reach
from villages.models import Cadre

logger = logging.getLogger(__name__)

BEGINS = time(6)
# A round is over then, so that other things get their turn; the next one goes on with what is left.
LONGEST_SECONDS = 30
_AT_ONCE = 500
_RELATED = ("opinion__unit", "opinion__person")


def escalate(now: datetime) -> None:
    """Escalate what has come to its day, and tell each person once; nothing on days off, nothing twice a day."""
    local = timezone.localtime(now)
    day, calendar = local.date(), WorkingCalendar.load()
    if local.time() < BEGINS or EscalationDay.objects.filter(pk=day).exclude(told_at=None).exists():
        return
    if not calendar.is_working(day):
        return
    EscalationDay.objects.bulk_create([EscalationDay(day=day)], ignore_conflicts=True)
    staff, ends = Staff(), monotonic() + LONGEST_SECONDS
    unswept = EscalationRule.objects.filter(Q(swept_on=None) | Q(swept_on__lt=day), retired=False)
    for rule in unswept:
        if not _sweep(rule, day, due_until(rule, day, calendar), staff, now, ends):
            return  # somebody else is at it, or the next round goes on
    for one in EscalationDay.objects.filter(told_at=None, day__lte=day).order_by("day"):
        _tell(one.day, now)


def _sweep(
    rule: EscalationRule, day: date, until: datetime, staff: Staff, now: datetime, ends: float
) -> bool:
    """All cases of a rule; whether it was ours to do, and done in time."""
    while monotonic() < ends:
        with transaction.atomic():
            held = _hold(day)
            if held is None:
                return False
            clocks = list(_beyond(_clocks(rule, until), held, rule)[:_AT_ONCE])
            _escalate(rule, clocks, day, staff, now)
            if len(clocks) < _AT_ONCE:
                EscalationRule.objects.filter(pk=rule.pk).update(swept_on=day)
                return True
            held.rule, held.due_at, held.clock = rule, clocks[-1].due_at, clocks[-1].pk
            held.save(update_fields=["rule", "due_at", "clock"])
    return False


def _hold(day: date) -> EscalationDay | None:
    """The row of a day that is still to be told, unless somebody else is at it."""
    return EscalationDay.objects.select_for_update(skip_locked=True).filter(pk=day, told_at=None).first()


def _clocks(rule: EscalationRule, until: datetime) -> QuerySet[Clock]:
    """Running deadlines that the rule means and that it has not escalated yet, the earliest first."""
    done = Escalation.objects.filter(opinion=OuterRef("opinion"), rule=rule, round=OuterRef("opinion__round"))
    found = Clock.objects.filter(~Exists(done), kind=rule.clock, stopped_at=None, due_at__lte=until)
    if rule.category_id:
        chosen = Category.objects.filter(Q(pk=rule.category_id) | Q(parent=rule.category_id))
        found = found.filter(opinion__category__in=list(chosen.values_list("pk", flat=True)))
    return found.select_related(*_RELATED).order_by("due_at", "pk")


def _beyond(clocks: QuerySet[Clock], held: EscalationDay, rule: EscalationRule) -> QuerySet[Clock]:
    """Those of a rule behind the last batch of the day."""
    if held.rule_id != rule.pk:
        return clocks
    behind = Q(due_at__gt=held.due_at) | Q(due_at=held.due_at, pk__gt=held.clock)
    return clocks.filter(behind, due_at__gte=held.due_at)


def _escalate(rule: EscalationRule, clocks: list[Clock], day: date, staff: Staff, now: datetime) -> None:
    """Write down which cases are escalated and whom they reach. What reaches nobody is tried again the next day."""
    batch = Batch([clock.opinion for clock in clocks], staff)
    reached = {clock.opinion_id: (clock, batch.reached(clock.opinion, rule.level)) for clock in clocks[::-1]}
    lost = sum(not cadres for _clock, cadres in reached.values())
    if lost:
        logger.warning(
            "%d cases of the rule %d reach nobody: give somebody a post above them.", lost, rule.pk
        )
    made = {
        pk: Escalation(opinion_id=pk, rule=rule, round=clock.opinion.round, due_at=clock.due_at, at=now)
        for pk, (clock, cadres) in reached.items()
        if cadres
    }
    Escalation.objects.bulk_create(made.values())
    Reach.objects.bulk_create(_reaches(made, reached, day), batch_size=1000)


def _reaches(
    made: dict[int, Escalation], reached: dict[int, tuple[Clock, list[Cadre]]], day: date
) -> Iterator[Reach]:
    for pk, escalation in made.items():
        yield from (Reach(escalation=escalation, cadre=cadre, day=day) for cadre in reached[pk][1])


@transaction.atomic
def _tell(day: date, now: datetime) -> None:
    """Tell everybody whom cases reached on a day, once, with how many they were."""
    if _hold(day) is None:
        return
    address = f"{reverse('escalation-list')}?day={day.isoformat()}"
    reached = Reach.objects.filter(day=day).order_by().values("cadre").distinct()
    tell(
        kind=ESCALATION, cadres=Cadre.objects.filter(pk__in=reached), key=key_of(day), address=address, at=now
    )
    EscalationDay.objects.filter(pk=day).update(told_at=now)
