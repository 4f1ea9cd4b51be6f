"""A told call as a mould: the text of its rows with holes for what differs from cast to cast."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from operator import itemgetter

from django.db.models import Field, JSONField, Model
from django.utils import timezone

from grievances.models import Campaign, Informant, InformantKind, Opinion, Visit
from grievances.sample import phrases
from grievances.sample.bulk.copytext import NULL, escaped, stored_fields, written
from grievances.sample.bulk.lives import Call, Life
from grievances.sample.bulk.places import Place
from villages.models import Cadre, Household, Region, Unit
from villages.search import SearchText

# A hole's key: what kind of value belongs there, and which one of them.
Key = tuple[str, object]
_HOLE = "\ue000"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
# Rows that a JSON column or a list of numbers names by their id.
_NAMED_ROWS: dict[str, type[Model]] = {"unit": Unit, "person": Cadre, "region": Region, "accused": Unit}
# Facts of an opinion that may be others in every cast.
_FACTS = ("group", "place", "road", "river", "crop")
_OF_THE_HOME = {"name": "name", "name_hash": "hash"}


@dataclass(frozen=True)
class Mould:
    """One call, ready to be cast: how many rows of each table, and the text of each table's rows."""

    opinions: tuple[bool, ...]  # whether each is anonymous
    has_visit: bool
    counts: tuple[tuple[str, int], ...]  # rows of each table that need an id of their own
    hidden: tuple[tuple[str, int], ...]  # rows whose id must tell no order
    days: tuple[tuple[str, int], ...]  # form of a day, days after the call
    facts: tuple[tuple[str, ...], ...]  # words of which any one fits
    texts: tuple[tuple[str, str, object], ...]  # table, format, the values it takes


class Moulder:
    """Makes the mould of one call."""

    def __init__(self, call: Call, place: Place) -> None:
        self.call, self.place = call, place
        self.day = timezone.localdate(call.said_at)
        self.numbers: Counter[str] = Counter()
        self.pieces: dict[str, list[str]] = {}
        self.holes: dict[str, list[Key]] = {}

    def mould(self) -> Mould:
        if self.call.visit:
            self._visit()
        for n, life in enumerate(self.call.lives):
            self._opinion(n, life)
        keys = {key for keys in self.holes.values() for key in keys}
        days = tuple(sorted(key for key in keys if key[0].startswith("day:")))
        facts = tuple(sorted(key for key in keys if key[0].startswith("fact:")))
        counts = tuple(sorted(self.numbers.items()))
        hidden = tuple(sorted(key[1] for key in keys if key[0] == "hidden"))
        anonymous = tuple(is_anonymous(life) for life in self.call.lives)
        order = {key: n for n, key in enumerate(self._order(len(anonymous), (*days, *facts), counts, hidden))}
        texts = tuple(
            (table, "".join(self.pieces[table]), itemgetter(*(order[key] for key in keys)))
            for table, keys in self.holes.items()
        )
        forms = tuple((form.removeprefix("day:"), after) for form, after in days)
        choices = tuple(tuple(phrases.choices(name.removeprefix("fact:"))) for name, _n in facts)
        return Mould(anonymous, self.call.visit is not None, counts, hidden, forms, choices, texts)

    def _order(self, opinions: int, words: tuple, counts: tuple, hidden: tuple) -> Iterator[Key]:
        """The keys in the order in which a cast fills its values."""
        yield from (("place", n) for n in range(len(self.place.values)))
        yield from (("home", what) for what in ("pk", "name", "hash"))
        yield from (("call", what) for what in ("campaign", "visit key", "seconds"))
        for what in ("id", "number", "seconds"):
            yield from ((what, n) for n in range(opinions))
        yield from words
        yield from (("row", (table, n)) for table, number in counts for n in range(number))
        yield from (("hidden", row) for row in hidden)

    def _visit(self) -> None:
        visit = self.call.visit
        seconds: Key = ("call", "seconds")
        self._row(visit, None, seconds)
        link = Visit.cadres.through(visit=visit, cadre=visit.recorded_by)
        self._row(link, None, seconds)

    def _opinion(self, n: int, life: Life) -> None:
        # What an anonymous informant said must share no moment with what else was said there.
        seconds: Key = ("seconds", n) if is_anonymous(life) else ("call", "seconds")
        words = _words(self.place, life)
        self._row(life.opinion, n, seconds, words)
        for row in self.call.rows(life):
            self._row(row, n, seconds, words)

    def _row(self, row: Model, n: int | None, seconds: Key, words: "Words | None" = None) -> None:
        table = row._meta.db_table
        writer = _RowWriter(self, row, n, seconds, words or _words(self.place, None))
        cells = [writer.cell(field) for field in stored_fields(type(row))]
        self.pieces.setdefault(table, []).append("\t".join(cells) + "\n")
        self.holes.setdefault(table, []).extend(writer.holes)

    def next_row(self, table: str, *, hidden: bool) -> Key:
        number = self.numbers[table]
        self.numbers[table] += 1
        return ("hidden" if hidden else "row", (table, number))


@dataclass(frozen=True)
class Words:
    """Words of a life that name its place or a day of it, and the pattern that finds them."""

    keys: dict[str, Key]
    days: dict[str, tuple[str, date]]
    pattern: re.Pattern


def _words(place: Place, life: Life | None) -> Words:
    keys: dict[str, Key] = {word: ("place", n) for word, n in place.words.items()}
    days = dict(life.moments_in_words) if life else {}
    if life:
        keys |= {life.facts[name]: (f"fact:{name}", None) for name in _FACTS}
        keys[life.opinion.number] = ("number", None)
    every = sorted({_HOLE, *keys, *days}, key=len, reverse=True)
    return Words(keys, days, re.compile("|".join(map(re.escape, every))))


def is_anonymous(life: Life) -> bool:
    return life.opinion.informant_kind == InformantKind.ANONYMOUS


class _RowWriter:
    """The cells of one row, each text with %s for a hole; the keys of its holes in their order."""

    def __init__(self, moulder: Moulder, row: Model, n: int | None, seconds: Key, words: Words) -> None:
        self.moulder, self.row, self.n, self.seconds, self.words = moulder, row, n, seconds, words
        self.holes: list[Key] = []

    def cell(self, field: Field) -> str:
        # Words to be searched by are those of the text: simplified Chinese is its own normal form.
        value = self.row.to_search() if isinstance(field, SearchText) else getattr(self.row, field.attname)
        if field.primary_key and not field.is_relation:
            return self._hole(self._own_key())
        if isinstance(self.row, Informant) and field.name in _OF_THE_HOME:
            return self._hole(("home", _OF_THE_HOME[field.name]))
        if isinstance(self.row, Visit) and field.name == "key":
            return self._hole(("call", "visit key"))
        if isinstance(self.row, Opinion) and field.name == "number":
            return self._hole(("number", self.n))
        if field.is_relation:
            return self._relation(field, value)
        if isinstance(value, datetime):
            return self._moment(value)
        if isinstance(value, date):
            return self._day("iso", value)
        return self._text(field, value)

    def _hole(self, key: Key) -> str:
        self.holes.append(key)
        return "%s"

    def _own_key(self) -> Key:
        if isinstance(self.row, Opinion):
            return ("id", self.n)
        return self.moulder.next_row(self.row._meta.db_table, hidden=self.row.pk is not None)

    def _relation(self, field: Field, value: object) -> str:
        model = field.related_model
        if model is Opinion:
            return self._hole(("id", self.n))
        if model is Visit:
            linked = field.is_cached(self.row) and getattr(self.row, field.name) is not None
            return self._hole(("row", (Visit._meta.db_table, 0))) if linked else NULL
        if value is None:
            return NULL
        if model is Household:
            return self._hole(("home", "pk"))
        if model is Campaign:
            return self._hole(("call", "campaign"))
        return self._known(model, value)

    def _known(self, model: type[Model], value: object) -> str:
        """A row of the ground: the matching one of the other place if it is local."""
        position = self.moulder.place.position(model, value)
        return _literal(str(value)) if position is None else self._hole(("place", position))

    def _moment(self, value: datetime) -> str:
        local = timezone.localtime(value)
        day = self._day("iso", local.date())
        if local.time() == time.min:  # a deadline, or a day without its time
            return f"{day} 00:00:00+08"
        return f"{day} {local:%H:%M}:{self._hole(self.seconds)}+08"

    def _day(self, form: str, day: date) -> str:
        return self._hole((f"day:{form}", (day - self.moulder.day) // timedelta(days=1)))

    def _text(self, field: Field, value: object) -> str:
        if isinstance(field, JSONField) or isinstance(value, list):
            value, marked = self._marked(value, field.name)
        else:
            marked = []
        text = written(field, value)
        return NULL if text is None else self._filled(text, marked)

    def _marked(self, value: object, name: str) -> tuple[object, list[Key]]:
        """A JSON value with a mark for every id and day in it, and the keys that belong there."""
        if isinstance(value, dict):
            found = {key: self._marked(one, key) for key, one in value.items()}
            return {k: one for k, (one, _keys) in found.items()}, [k for _o, ks in found.values() for k in ks]
        if isinstance(value, list):
            each = [self._marked(one, name) for one in value]
            return [one for one, _keys in each], [k for _one, keys in each for k in keys]
        model, position = _NAMED_ROWS.get(name), None
        if model and value is not None:
            position = self.moulder.place.position(model, value)
        if position is not None:
            return f"{_HOLE}{'' if isinstance(value, str) else '#'}", [("place", position)]
        if isinstance(value, str) and _DAY.fullmatch(value):
            return _HOLE, [("day:iso", (date.fromisoformat(value) - self.moulder.day).days)]
        return value, []

    def _filled(self, text: str, marked: list[Key]) -> str:
        text = text.replace(f'"{_HOLE}#"', _HOLE)
        waiting = iter(marked)
        cells, last = [], 0
        for found in self.words.pattern.finditer(text):
            cells.append(_literal(text[last : found.start()]))
            cells.append(self._word(found[0], waiting))
            last = found.end()
        return "".join(cells) + _literal(text[last:])

    def _word(self, word: str, waiting: Iterator[Key]) -> str:
        if word == _HOLE:
            return self._hole(next(waiting))
        if word in self.words.days:
            form, day = self.words.days[word]
            return self._day(form, day)
        kind, which = self.words.keys[word]
        return self._hole((kind, self.n if which is None else which))


def _literal(text: str) -> str:
    """Text between holes, as COPY and the % operator want it."""
    return escaped(text).replace("%", "%%")
