"""Every day near the covered years in the forms in which rows and texts name it."""

from collections.abc import Callable
from datetime import date, timedelta

from grievances.sample.bulk.ground import DAYS

# Days that a life may name before the first and after the last day on which something was said.
_BEFORE, _AFTER = 200, 800

_FORMS: dict[str, Callable[[date], str]] = {
    "iso": date.isoformat,
    "day in words": lambda day: f"{day.month}月{day.day}日",
    "month": lambda day: f"{day.year}年{day.month}月",
    "only month": lambda day: f"{day.month}月",
    "year": lambda day: str(day.year - 1),
}


class Days:
    """The covered days, oldest first: which opinions were said on which, and how each is written."""

    def __init__(self, today: date, opinions: int) -> None:
        self.first, self.opinions = today - timedelta(days=DAYS), opinions
        every = [self.first + timedelta(days=n) for n in range(-_BEFORE, DAYS + _AFTER)]
        self.texts = {form: [write(day) for day in every] for form, write in _FORMS.items()}
        self.years = [(self.first + timedelta(days=n)).year for n in range(DAYS)]
        self._first_of_year = {year: self.begins(self.years.index(year)) for year in set(self.years)}

    def text(self, form: str, after: int) -> tuple[list[str], int]:
        """The list, and where in it the form of the day stands that lies ``after`` days from day 0."""
        return self.texts[form], after + _BEFORE

    def begins(self, day: int) -> int:
        """How many opinions were said before a day: as many on each, as far as that goes."""
        return -(-day * self.opinions // DAYS)

    def of(self, opinion: int) -> int:
        """The day on which the opinion was said."""
        return opinion * DAYS // self.opinions

    def in_year(self, opinion: int, day: int) -> int:
        """The opinion's place among those of its year, from 1."""
        return opinion - self._first_of_year[self.years[day]] + 1

    @property
    def last_number(self) -> int:
        """The last number given in the last year."""
        return self.in_year(self.opinions - 1, DAYS - 1)
