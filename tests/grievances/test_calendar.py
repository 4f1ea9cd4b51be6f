"""Working days, with China's holidays and make-up days."""

from datetime import date, datetime

from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from grievances.flow.calendar import WorkingCalendar, last_day, official_days

DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))
CALENDAR = WorkingCalendar({day: working for day, (working, _name) in official_days(2026).items()})


def test_a_holiday_is_no_working_day_and_the_weekend_made_up_for_it_is() -> None:
    assert not CALENDAR.is_working(date(2026, 10, 6))
    assert CALENDAR.is_working(date(2026, 9, 20))


def test_five_working_days_across_the_national_holiday() -> None:
    assert CALENDAR.add_working_days(date(2026, 9, 30), 5) == date(2026, 10, 13)


def test_a_year_that_is_only_guessed_is_left_empty() -> None:
    assert official_days(2027) == {}
    assert not CALENDAR.knows(2027)


def test_across_a_year_that_the_calendar_does_not_know_monday_to_friday_count() -> None:
    assert CALENDAR.add_working_days(date(2026, 12, 30), 4) == date(2027, 1, 5)


def test_a_deadline_ends_with_its_last_day() -> None:
    base = timezone.make_aware(datetime(2026, 3, 2, 23, 59))
    due = CALENDAR.due(base, days=3, working=False)
    assert last_day(due) == date(2026, 3, 5)
    assert timezone.localtime(due) == timezone.make_aware(datetime(2026, 3, 6))


@given(DAYS, st.integers(1, 40))
def test_adding_working_days_and_counting_them_agree(start: date, days: int) -> None:
    end = CALENDAR.add_working_days(start, days)
    assert CALENDAR.working_days_between(start, end) == days
    assert CALENDAR.is_working(end)


@given(DAYS, DAYS)
def test_counting_backwards_is_counting_forwards_with_a_minus(a: date, b: date) -> None:
    assert CALENDAR.working_days_between(a, b) == -CALENDAR.working_days_between(b, a) or a == b


def test_make_up_days_lie_on_weekends() -> None:
    made_up = [day for day, (working, _name) in official_days(2026).items() if working]
    assert made_up and all(day.weekday() >= 5 for day in made_up)
