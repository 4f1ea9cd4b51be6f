"""Finding opinions by words or number, fast whether the words are common or rare.

Common words are met by reading the newest opinions, rare ones by the index of pairs. Which they are, the
planner would have to guess, and a wrong guess reads ten million rows: so bounded looks at the newest decide,
and then only one way is left open to it.
"""

from datetime import datetime

from django.db.models import F, OrderBy, Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import QueryDict

from grievances import numbers
from grievances.models import Opinion, OpinionSpan
from villages.paging import EXACT_TO, SIZE
from villages.scope import any_of
from villages.search import has, holds, holds_all, words_of

# As many of the newest are looked at: first few, then, if these promise enough, many more.
_FEW, _MANY = 20_000, 200_000
# Single characters stand in no index: they are looked for among the newest only.
NEWEST = 5000
_SHOWN = ("region__parent", "category", "unit", "person")


def only_newest(query: str) -> bool:
    """Whether nothing but single characters is asked for."""
    words = words_of(query)
    return bool(words) and all(len(word) == 1 for word in words)


def page_asked(data: QueryDict) -> int:
    """The page of the list that an address asks for; the first where that makes no sense."""
    asked = data.get("page", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else 1


def search(found: QuerySet, query: str, *, page: int = 1) -> QuerySet:
    """Those of the opinions, or spans, that hold every word of the query, or whose number begins so, in the
    order that they have. Good for this page of them, and for a count to a thousand; not for a whole count.

    Protected ones are found by their number only: they have no words to search. What a row shows is read
    afterwards: joined, it would be read for everything that is gathered.
    """
    if found.model is Opinion:
        found = found.select_related(None).prefetch_related(*_SHOWN)
    if only_newest(query):
        newest = found.order_by(*_newest_first(found))[:NEWEST]
        return found.filter(_fits(found, query, indexed=False), pk__in=newest.values("pk"))
    indexed = found.filter(_fits(found, query, indexed=True))
    if found.query.order_by != _newest_first(found):
        return indexed
    read = found.filter(_fits(found, query, indexed=False))
    since = _enough_since(read, rows=max(page * SIZE, EXACT_TO) + 1)
    if since is None:
        return indexed.order_by(*map(_apart, found.query.order_by))
    return read.filter(_recorded_after(found, since))


def _opinion(found: QuerySet) -> str:
    """The path to the opinion's columns."""
    return "opinion__" if found.model is OpinionSpan else ""


def _newest_first(found: QuerySet) -> tuple[str, str]:
    return ("-opinion__recorded_at", "-opinion_id") if found.model is OpinionSpan else ("-recorded_at", "-pk")


def _fits(found: QuerySet, query: str, *, indexed: bool) -> Q:
    opinion = _opinion(found)
    begun = [Q(**{f"{opinion}number__startswith": number}) for number in numbers.beginnings(query)]
    by_words = holds_all(f"{opinion}search_text", words_of(query), by=holds if indexed else has)
    return by_words | any_of(begun) if begun else by_words


def _recorded_after(found: QuerySet, since: datetime) -> Q:
    return Q(**{f"{_opinion(found)}recorded_at__gt": since})


def _enough_since(read: QuerySet, *, rows: int) -> datetime | None:
    """Since when enough of what is asked for was recorded, if that is not long ago: the words are common."""
    for looked_at, promising in ((_FEW, rows * _FEW // _MANY), (_MANY, rows)):
        newest = Opinion.objects.order_by("-recorded_at", "-pk").values_list("recorded_at", flat=True)
        since = newest[looked_at : looked_at + 1].first()
        if since is None:
            return None
        recent = read.order_by().filter(_recorded_after(read, since))[:rows].count()
        if recent >= rows:
            return since
        if recent < promising:
            return None
    return None


def _apart(name: str) -> OrderBy:
    """The same order by an expression that no index has: all that fits is gathered first."""
    column = name.removeprefix("-")
    return OrderBy(Coalesce(F(column), F(column)), descending=name.startswith("-"))
