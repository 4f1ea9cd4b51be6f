"""Finding opinions by words or number, fast whether the words are common or rare.

Of common words the newest opinions hold enough: they are read one after the other. Rare ones are gathered by the
index of pairs. In between, the index and a stretch of time together leave few rows; if that stretch holds too
little, a longer one is taken. How common words are, the database's statistics tell.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.db import connection
from django.db.models import F, Max, Min, OrderBy, Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from grievances import numbers
from grievances.models import Opinion, OpinionSpan
from villages.paging import EXACT_TO, SIZE, Place, beyond, place_asked
from villages.scope import any_of
from villages.search import holds_all, may_hold, words_of

# Single characters stand in no index: they are looked for among the newest only.
NEWEST = 5000
# So many rows are read one by one sooner than gathered by the index; and as many as this part of the rows that hold
# the words, all of whose places the index would give first.
_READ = 4000
_READ_OF_EXPECTED = 1 / 20
# So many that hold the words are gathered at once, however long ago they were said.
_GATHERED = 2000
# So many keys the index gives in no time.
_LISTED = 100_000
# Where words are this common, any list comes to enough of them soon, in whatever order.
_COMMON = 0.005
# An estimate this high, of one pair, is never wrong by so much that there were less than a thousand.
_SURELY_MANY = 20 * EXACT_TO
_GROWS = 8
_SHORTEST = timedelta(minutes=1)


@dataclass(frozen=True)
class Found:
    """The rows of the page that is asked for; ``total`` None is still to be counted, ``more`` says that there
    are more than it."""

    rows: QuerySet
    total: int | None = None
    more: bool = False


def only_newest(query: str) -> bool:
    """Whether nothing but single characters is asked for."""
    words = words_of(query)
    return bool(words) and all(len(word) == 1 for word in words)


def search(found: QuerySet, query: str) -> QuerySet:
    """Those of the opinions, or spans, that hold every word of the query, or whose number begins so, in the order
    that they have. Protected ones are found by their number only: they have no words to search."""
    if only_newest(query):
        newest = Opinion.objects.order_by("-recorded_at", "-pk")[:NEWEST].values("pk")
        return found.filter(_fits(found, query, indexed=False), **{f"{_opinion(found)}pk__in": newest})
    common = _Words(query).share >= _COMMON
    return found.filter(_fits(found, query, indexed=not common))


def search_page(
    found: QuerySet, query: str, request: HttpRequest, *, seen: float, own: Q | None = None
) -> Found:
    """The same of opinions with the newest first, quicker: for the page that is asked for. ``seen`` is the
    viewer's part of all opinions; 0 where they see no whole district, so that what is common may be rare for them.
    ``own`` is a condition by which an index gathers all that they see."""
    words = _Words(query)
    if only_newest(query) or words.begun or not seen:
        return _among_own(found, words, request, own) if own else Found(search(found, query))
    few = words.few()
    if few is not None:
        return Found(found.filter(pk__in=few))
    place = place_asked(found, request)
    ids = _Walk(found, words, place).ids()
    rows = found.filter(pk__in=ids)
    if place.at_the_start and len(ids) <= SIZE:
        return Found(rows, len(ids))
    total = EXACT_TO + 1 if words.surely_many(seen) else _count(found, words)
    return Found(rows, total, more=total > EXACT_TO)


def _among_own(found: QuerySet, words: "_Words", request: HttpRequest, own: Q) -> Found:
    """What fits of a viewer's own, gathered once for the page and for the count; ``search`` would look through those
    of others for both."""
    begins = place_asked(found, request).at_the_start
    fitting = search(found.filter(own), words.query).select_related(None)
    keys = list(
        fitting.order_by(*map(_apart, found.query.order_by)).values_list("pk", flat=True)[: EXACT_TO + 1]
    )
    more = len(keys) > EXACT_TO
    if more and not begins:
        return Found(search(found, words.query), len(keys), more)
    return Found(found.filter(pk__in=keys[: SIZE + 1] if begins else keys), len(keys), more)


def _count(found: QuerySet, words: "_Words") -> int:
    """Common words are counted among the newest, whose rows lie together; others by the index."""
    common = words.share >= _COMMON
    fitting = found.filter(_fits(found, words.query, indexed=not common)).select_related(None)
    return (fitting if common else fitting.order_by()).values("pk")[: EXACT_TO + 1].count()


def _opinion(found: QuerySet) -> str:
    """The path to the opinion's columns."""
    return "opinion__" if found.model is OpinionSpan else ""


def _fits(found: QuerySet, query: str, *, indexed: bool) -> Q:
    opinion = _opinion(found)
    begun = [Q(**{f"{opinion}number__startswith": number}) for number in numbers.beginnings(query)]
    by_words = holds_all(f"{opinion}search_text", words_of(query), indexed=indexed)
    return by_words | any_of(begun) if begun else by_words


class _Words:
    """The words of a query, and how common they are."""

    def __init__(self, query: str) -> None:
        self.query = query
        self.begun = numbers.beginnings(query)

    @cached_property
    def expected(self) -> int:
        """About how many opinions hold all of them, by the database's statistics."""
        asked = Opinion.objects.filter(may_hold("search_text", words_of(self.query))).order_by()
        statement, values = asked.values("pk").query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", values)
            return int(cursor.fetchone()[0][0]["Plan"]["Plan Rows"])

    @cached_property
    def size(self) -> int:
        """About how many opinions there are."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'grievances_opinion'::regclass")
            return max(int(cursor.fetchone()[0]), 1)

    @property
    def share(self) -> float:
        return self.expected / self.size

    def few(self) -> list[int] | None:
        """The keys of all opinions that hold them, where they are few; None where there may be many. What the
        statistics have never met they take for more than it is, so the index itself is asked."""
        if self.expected > _LISTED:
            return None
        found = Opinion.objects.order_by()
        fitting = found.filter(_fits(found, self.query, indexed=True)).values_list("pk", flat=True)
        keys = list(fitting[: _GATHERED + 1])
        return keys if len(keys) <= _GATHERED else None

    def surely_many(self, seen: float) -> bool:
        """Of one pair the statistics know how often it stands; of several together they guess."""
        one_pair = len(words_of(self.query)) == 1 and len(self.query.strip()) == 2
        return one_pair and seen * self.expected >= _SURELY_MANY


@dataclass
class _Walk:
    """From a place in the list on, stretch of time by stretch of time, until a page is full."""

    found: QuerySet
    words: _Words
    place: Place

    def ids(self) -> list[int]:
        """The keys of the page's rows, and of one more if there is one."""
        ids: list[int] = []
        for since, until, rows in self._stretches():
            part = beyond(self.found, self.place).filter(recorded_at__gte=since, recorded_at__lt=until)
            ids += self._fitting(part, rows)[: SIZE + 1 - len(ids)]
            if len(ids) > SIZE:
                break
        return ids

    def _fitting(self, part: QuerySet, rows: float) -> list[int]:
        """Few rows are read in their order; of many, those that the index gives are gathered and sorted."""
        few = rows <= max(_READ, self.words.expected * _READ_OF_EXPECTED)
        fitting = part.filter(_fits(part, self.words.query, indexed=not few))
        order = part.query.order_by
        keyed = fitting.select_related(None).order_by(*(order if few else map(_apart, order)))
        return list(keyed.values_list("pk", flat=True)[: SIZE + 1])

    def _stretches(self) -> Iterator[tuple[datetime, datetime, float]]:
        """(since, until, about how many rows): each longer than the one before, to the end of the list."""
        first, last = self._bounds()
        if first is None:
            return
        a_row = (last - first) / self.words.size
        rows = 3 * SIZE * self.words.size / max(self.words.expected, 1)
        at = self._start(first, last)
        while first <= at <= last:
            length = max(a_row * rows, _SHORTEST)
            to = at + length if self.place.back else at - length
            end = not first < to < last
            to = (last if self.place.back else first) if end else to
            yield min(at, to), max(at, to), rows
            if end:
                return
            at, rows = to, rows * _GROWS

    def _bounds(self) -> tuple[datetime | None, datetime | None]:
        ends = Opinion.objects.aggregate(first=Min("recorded_at"), last=Max("recorded_at"))
        last = ends["last"] and ends["last"] + timedelta(microseconds=1)
        return ends["first"], last

    def _start(self, first: datetime, last: datetime) -> datetime:
        if self.place.position is None:
            return last
        # The moment of the row itself belongs to the stretch: several may have the same.
        at = self.place.position[0]
        return min(max(at if self.place.back else at + timedelta(microseconds=1), first), last)


def _apart(name: str) -> OrderBy:
    """The same order by an expression that no index has: all that fits is gathered first."""
    column = name.removeprefix("-")
    return OrderBy(Coalesce(F(column), F(column)), descending=name.startswith("-"))
