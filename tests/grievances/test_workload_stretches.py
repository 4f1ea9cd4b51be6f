"""Ages, weeks and last days of a unit's cases: counted by stretches of time, and case by case."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grievances.flow.calendar import midnight
from grievances.measures.workload import Workload
from grievances.models import Opinion
from tests.factories import fresh, make_opinion
from tests.grievances.cases import in_hand
from villages.models import Cadre, Unit

_EDGES = st.sampled_from(
    [timedelta(0), timedelta(microseconds=-1), timedelta(microseconds=1), timedelta(hours=10)]
)
_MOMENTS = st.tuples(st.integers(-200, 0), _EDGES)
_LAST_MOMENTS = st.one_of(st.none(), st.just("now"), st.tuples(st.integers(-3, 9), _EDGES))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lives=st.lists(st.tuples(_MOMENTS, _LAST_MOMENTS, st.none() | _MOMENTS), min_size=1, max_size=6))
def test_stretches_of_time_are_counted_as_case_by_case(
    lives: list[tuple], head: Cadre, visitor: Cadre, coordinator: Cadre, transport: Unit
) -> None:
    with transaction.atomic():
        first = in_hand(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
        now = timezone.localtime() + timedelta(hours=1)
        today, made = midnight(now.date()), [Opinion.objects.get(pk=first.pk)]
        for n, (arrived, due, answered_at) in enumerate(lives):
            opinion = Opinion.objects.get(pk=first.pk)
            opinion.pk, opinion.number = None, f"LIFE-{n}"
            opinion.recorded_at = today + timedelta(days=arrived[0]) + arrived[1]
            opinion.due_at = now if due == "now" else due and today + timedelta(days=due[0]) + due[1]
            opinion.answered_at = answered_at and today + timedelta(days=answered_at[0]) + answered_at[1]
            made.append(opinion)
        Opinion.objects.bulk_create(made[1:])
        with time_machine.travel(now, tick=False):
            check_stretches(Workload(fresh(head), transport), made, now)
        transaction.set_rollback(True)


def check_stretches(workload: Workload, made: list[Opinion], now: datetime) -> None:
    def day(moment: datetime) -> date:
        return timezone.localtime(moment).date()

    def monday(moment: datetime) -> date:
        return day(moment) - timedelta(days=day(moment).weekday())

    late = [one for one in made if one.due_at and one.due_at <= now]
    bounds = [-1, 3, 7, 14, 30, 60, 999]
    for row, (after, most) in zip(workload.ages(), pairwise(bounds), strict=True):
        aged = [one for one in made if after < (now.date() - day(one.recorded_at)).days <= most]
        assert (row.number.value, row.late.value) == (len(aged), len([one for one in aged if one in late]))
    for row in workload.forecast():
        # The last moment of a day is the midnight that ends it.
        ends = [
            one for one in made if one.due_at and day(one.due_at - timedelta(microseconds=1)) == row.label
        ]
        assert row.number.value == len(ends)
    for week, came, went in workload.weeks():
        assert came.value == len([one for one in made if monday(one.recorded_at) == week])
        assert went.value == len([one for one in made if one.answered_at and monday(one.answered_at) == week])
    took = [
        max((day(one.answered_at) - day(one.recorded_at)).days, 0)
        for one in made
        if one.answered_at and monday(one.answered_at) >= workload.mondays[0]
    ]
    assert (workload.took().number.value if workload.took() else 0) == len(took)
    assert not took or (workload.took().median in took and workload.took().most in took)
