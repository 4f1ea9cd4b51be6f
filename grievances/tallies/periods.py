"""Time as tallies cut it: years, months, tens and days, and weeks by their number."""

from calendar import monthrange
from datetime import date, timedelta

_FIRST_MONDAY = date(2000, 1, 3)
# A ledger that is imported may reach back; nothing is recorded before.
_FIRST_YEAR = 2000


def up_to(day: date) -> tuple[list[str], list[str]]:
    """The periods that together are all time up to and with a day, and those that are to be taken away from them: the
    year's beginning is added up, or its end taken away, whichever is shorter."""
    if day < date(day.year, 7, 1):
        return years(day)[:-1] + _begun(day), []
    return years(day), _left(day)


def _begun(day: date) -> list[str]:
    """The year's time up to and with a day: months, tens of its month (the third has up to eleven days), and days."""
    ten, present = _ten(day), _month(day)
    months = [f"{day.year:04d}-{month:02d}" for month in range(1, day.month)]
    tens = [f"{present}-{n}" for n in range(1, ten + 1)]
    return months + tens + [f"{present}-{n:02d}" for n in range(ten * 10 + 1, day.day + 1)]


def _left(day: date) -> list[str]:
    """The year's time after a day."""
    ten, present = _ten(day), _month(day)
    last = (ten + 1) * 10 if ten < 2 else monthrange(day.year, day.month)[1]
    days = [f"{present}-{n:02d}" for n in range(day.day + 1, last + 1)]
    tens = [f"{present}-{n}" for n in range(ten + 2, 4)]
    return days + tens + [f"{day.year:04d}-{month:02d}" for month in range(day.month + 1, 13)]


def _ten(day: date) -> int:
    """How many tens of its month lie before the one that a day lies in."""
    return min((day.day - 1) // 10, 2)


def _month(day: date) -> str:
    """The month that a day lies in; strftime writes the year 1 with one digit on some machines."""
    return day.isoformat()[:7]


def years(day: date) -> list[str]:
    """All years up to and with that of a day."""
    return [f"{year:04d}" for year in range(_FIRST_YEAR, day.year + 1)]


def between(first: date, last: date) -> list[str]:
    """The days from ``first`` to ``last``, both included; for a few days only."""
    return [(first + timedelta(days=n)).isoformat() for n in range((last - first).days + 1)]


def monday(key: str) -> date:
    """The Monday of a week's number."""
    return _FIRST_MONDAY + timedelta(weeks=int(key))


def week(day: date) -> str:
    """The number of the week that a day lies in."""
    return str((day - _FIRST_MONDAY).days // 7)
