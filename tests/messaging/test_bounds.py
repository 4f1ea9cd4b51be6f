"""On which day a rule means which deadlines, and that any sequence of days finds each exactly once."""

from datetime import date, timedelta

from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from grievances.escalating.bounds import due_until
from grievances.flow.calendar import WorkingCalendar, last_day, midnight, official_days
from grievances.models import EscalationRule

CALENDAR = WorkingCalendar(
    {day: working for year in (2025, 2026) for day, (working, _name) in official_days(year).items()}
)
DAYS = st.dates(date(2025, 9, 1), date(2026, 12, 31))
RULES = st.one_of(
    st.builds(EscalationRule, when=st.just("before"), days=st.integers(1, 20)),
    st.builds(EscalationRule, when=st.just("after"), days=st.integers(0, 20)),
)


def is_due(rule: EscalationRule, last: date, on: date) -> bool:
    """What the rule says, counted day by day."""
    if rule.when == "before":
        return on > last or CALENDAR.working_days_between(on, last) <= rule.days
    return on > last and CALENDAR.working_days_between(last, on) >= rule.days


@settings(deadline=None)
@given(RULES, DAYS, st.integers(-40, 40))
def test_the_bound_is_what_counting_working_days_says(rule: EscalationRule, on: date, away: int) -> None:
    last = on + timedelta(days=away)
    found = midnight(last + timedelta(days=1)) <= due_until(rule, on, CALENDAR)
    assert found == is_due(rule, last, on)


@settings(deadline=None)
@given(RULES, DAYS)
def test_the_bound_never_moves_backwards(rule: EscalationRule, on: date) -> None:
    assert due_until(rule, on, CALENDAR) <= due_until(rule, on + timedelta(days=1), CALENDAR)


@settings(deadline=None)
@given(RULES, DAYS, st.lists(st.integers(0, 12), min_size=1, max_size=12))
def test_runs_with_any_gaps_find_each_deadline_once(
    rule: EscalationRule, begin: date, gaps: list[int]
) -> None:
    """Every last day within four months: found by the first run on or after its day, and by no other."""
    lasts = [begin + timedelta(days=n) for n in range(-60, 60)]
    found: dict[date, date] = {}
    day = begin
    for gap in gaps:
        day += timedelta(days=gap)
        until = due_until(rule, day, CALENDAR)
        for last in lasts:
            if midnight(last + timedelta(days=1)) <= until:
                found.setdefault(last, day)
    assert set(found) == {last for last in lasts if is_due(rule, last, day)}
    for last, when in found.items():
        earlier = [one for one in _days(begin, gaps) if one < when]
        assert is_due(rule, last, when) and not any(is_due(rule, last, one) for one in earlier)


def _days(begin: date, gaps: list[int]) -> list[date]:
    return [begin + timedelta(days=sum(gaps[: n + 1])) for n in range(len(gaps))]


def test_three_working_days_before_a_last_day_behind_the_national_holiday() -> None:
    """2026: 1 to 7 October are off; 10 October, a Saturday, is worked."""
    rule, due = EscalationRule(when="before", days=3), midnight(date(2026, 10, 11))
    assert last_day(due) == date(2026, 10, 10) and timezone.localtime(due).hour == 0
    assert due > due_until(rule, date(2026, 9, 29), CALENDAR)
    assert due <= due_until(rule, date(2026, 9, 30), CALENDAR)
