"""Time as tallies cut it: whatever the day, the periods add up to all time up to and with it."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grievances.tallies import periods

MOST_OF_A_YEAR = 18  # a spring's months, tens and days, or an autumn's


def covered(day: date) -> list[str]:
    """Of which periods a day is part, as the database names them."""
    return [
        f"{day.year}",
        f"{day:%Y-%m}",
        f"{day:%Y-%m}-{min((day.day - 1) // 10 + 1, 3)}",
        f"{day:%Y-%m-%d}",
    ]


@given(st.dates(date(2000, 1, 1), date(2040, 12, 31)), st.integers(-400, 400))
def test_every_day_up_to_a_day_counts_once_and_none_after_it(day: date, away: int) -> None:
    added_up, taken_away = periods.up_to(day)
    other = max(day + timedelta(days=away), date(2000, 1, 1))
    names = covered(other)
    times = sum(name in added_up for name in names) - sum(name in taken_away for name in names)
    assert times == (other <= day)


@pytest.mark.parametrize(
    ("day", "added_up", "taken_away"),
    [
        (date(2001, 12, 31), ["2000", "2001"], []),
        (date(2001, 1, 2), ["2000", "2001-01-01", "2001-01-02"], []),
        (date(2001, 11, 26), ["2000", "2001"], [f"2001-11-{n}" for n in (27, 28, 29, 30)] + ["2001-12"]),
        (date(2000, 2, 19), ["2000-01", "2000-02-1"] + [f"2000-02-{n}" for n in range(11, 20)], []),
        (date(1, 1, 1), ["0001-01-01"], []),
        (date(2000, 10, 10), ["2000"], ["2000-10-2", "2000-10-3", "2000-11", "2000-12"]),
    ],
)
def test_the_years_beginning_is_added_or_its_end_taken_away(
    day: date, added_up: list[str], taken_away: list[str]
) -> None:
    assert periods.up_to(day) == (added_up, taken_away)


def test_a_year_is_cut_into_few_pieces_on_every_day() -> None:
    pieces = [
        len(added_up) - 1 + len(taken_away)
        for n in range(366)
        for added_up, taken_away in [periods.up_to(date(2000, 1, 1) + timedelta(days=n))]
    ]
    assert max(pieces) <= MOST_OF_A_YEAR
