"""Casting: each mould many times, on other days, in other places, at other households."""

import uuid
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from random import Random

from grievances.models import Informant
from grievances.numbers import compose
from grievances.sample.bulk.copytext import escaped
from grievances.sample.bulk.days import Days
from grievances.sample.bulk.ground import DAYS, Ground
from grievances.sample.bulk.ledger import Order
from grievances.sample.bulk.lives import OLD
from grievances.sample.bulk.moulds import Mould
from grievances.sample.bulk.places import Place
from villages.secrets import keyed_hash

# Anonymous opinions have ids and numbers in no order; an odd factor makes each a different one.
_IDS_FROM, _IDS, _IDS_FACTOR = 1 << 40, 1 << 40, 0x9E3779B97F4B
_NUMBERS_FROM, _NUMBERS, _NUMBERS_FACTOR = 10_000_001, 89_999_999, 40_692_641
_ROWS, _ROWS_FACTOR = 1 << 62, 0x2545F4914F6CDD1D
_SECONDS = [f"{n:02d}" for n in range(60)]

# Table and text of its rows.
Rows = list[tuple[str, str]]


class Moulds:
    """Moulds by age in days, each age's in the order of their size."""

    def __init__(self, made: list[tuple[int, Mould]]) -> None:
        self.by_age: dict[int, list[Mould]] = defaultdict(list)
        for age, mould in made:
            self.by_age[age].append(mould)
        for moulds in self.by_age.values():
            moulds.sort(key=lambda mould: len(mould.opinions))
        self.most = self._most_rows([mould for _age, mould in made])

    @staticmethod
    def _most_rows(moulds: list[Mould]) -> dict[str, int]:
        """For each table, at least as many rows as any mould has for each of its opinions."""
        most: dict[str, int] = defaultdict(lambda: 1)
        for mould in moulds:
            for table, number in mould.counts:
                most[table] = max(most[table], -(-number // len(mould.opinions)))
        return most

    def fitting(self, age: int, most: int) -> list[Mould]:
        """Those for an age that say at most so many opinions; an old age by its day of the week."""
        moulds = self.by_age[age if age < OLD else OLD + (age - OLD) % 7]
        if len(moulds[-1].opinions) <= most:
            return moulds
        return moulds[: bisect_left(moulds, most + 1, key=lambda mould: len(mould.opinions))]


class Caster:
    """Casts the opinions of a part; the same for the same order, whatever was cast before."""

    def __init__(self, order: Order, ground: Ground, moulds: Moulds, places: dict[str, Place]) -> None:
        self.order, self.moulds, self.places = order, moulds, places
        self.homes, self.days = ground.homes, Days(order.today, order.opinions)
        self.campaigns = {year: str(pk) for year, pk in ground.campaigns.items()}
        self.name = Informant._meta.get_field("name")
        self.names: dict[str, tuple[str, str]] = {}

    def cast(self, part: int) -> Iterator[tuple[int, Rows]]:
        """The rows of each call of a part, with how many opinions it has."""
        span = self.order.span(part)
        self.dice = Random(f"{self.order.seed} {part}")
        self.next_id = {table: span.start * most + 1 for table, most in self.moulds.most.items()}
        opinion = span.start
        while opinion < span.stop:
            day = self.days.of(opinion)
            left = min(span.stop, self.days.begins(day + 1)) - opinion
            fitting = self.moulds.fitting(DAYS - 1 - day, left)
            mould = fitting[int(self.dice.random() * len(fitting))]
            yield len(mould.opinions), self._one(mould, opinion, day)
            opinion += len(mould.opinions)

    def _one(self, mould: Mould, first: int, day: int) -> Rows:
        home, grid, head = self.homes[int(self.dice.random() * len(self.homes))]
        values = [*self.places[grid].values, str(home), *self._name(head)]
        values += (self.campaigns[self.days.years[day]], self._key(mould), self._seconds())
        values += self._opinions(mould, first, day)
        for form, after in mould.days:
            forms, at = self.days.text(form, after)
            values.append(forms[at + day])
        values += [words[int(self.dice.random() * len(words))] for words in mould.facts]
        values += self._ids(mould)
        return [(table, text % taken(values)) for table, text, taken in mould.texts]

    def _seconds(self) -> str:
        return _SECONDS[int(self.dice.random() * 60)]

    def _key(self, mould: Mould) -> str:
        """A visit's own key, as its form would have made it."""
        return str(uuid.UUID(int=self.dice.getrandbits(128), version=4)) if mould.has_visit else ""

    def _name(self, head: str) -> tuple[str, str]:
        """The encrypted name of a household's head and its hash, worked out once a name."""
        known = self.names.get(head)
        if known is None:
            known = self.names[head] = (escaped(self.name.get_prep_value(head)), keyed_hash(head))
        return known

    def _opinions(self, mould: Mould, first: int, day: int) -> list[str]:
        ids, numbers = [], []
        for n, anonymous in enumerate(mould.opinions, first):
            year = self.days.years[day]
            if anonymous:
                ids.append(str(_IDS_FROM + n * _IDS_FACTOR % _IDS))
                numbers.append(compose("DF", year, _NUMBERS_FROM + n * _NUMBERS_FACTOR % _NUMBERS))
            else:
                ids.append(str(n + 1))
                numbers.append(compose("DF", year, self.days.in_year(n, day)))
        return [*ids, *numbers, *(self._seconds() for _n in ids)]

    def _ids(self, mould: Mould) -> list[str]:
        ids: list[str] = []
        firsts = {}
        for table, number in mould.counts:
            firsts[table] = start = self.next_id[table]
            ids += map(str, range(start, start + number))
            self.next_id[table] = start + number
        for table, n in mould.hidden:
            ids.append(str(-1 - (firsts[table] + n) * _ROWS_FACTOR % _ROWS))
        return ids
