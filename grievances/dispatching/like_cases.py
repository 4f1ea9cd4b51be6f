"""Like cases: the newest of the same matter in the same town, and where they were dispatched.

Only what a unit took and kept counts: what was handed back, or is still to be taken, decides nothing, and neither
does what was done on the spot, by whoever was there. Units are counted, never people.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import JSONObject, Left
from django.utils import timezone

from grievances.flow.calendar import midnight
from grievances.workflow import ANSWERED, State
from villages.models import CODE_LENGTH, Cadre, Level

if TYPE_CHECKING:
    from grievances.models import Opinion

LATELY = timedelta(days=365)
NEWEST = 200
# So many like cases are enough to go by: in the village itself, else in its town.
_LEAST_IN_VILLAGE, _LEAST = 5, 3
_TOWN, _VILLAGE = CODE_LENGTH[Level.TOWN], CODE_LENGTH[Level.VILLAGE]
_KEPT = [State.HANDLING, *sorted(ANSWERED), State.CLOSED]


@dataclass(frozen=True)
class Case:
    """A like case, as far as it matters here."""

    pk: int
    unit: int
    place: str


@dataclass(frozen=True)
class LikeCases:
    """Like cases of an opinion: those of its village, or of its ``town``; the unit of most, and those that
    agree."""

    every: list[Case]
    town: bool
    unit: int = 0
    by_words: bool = False

    @property
    def agreeing(self) -> list[Case]:
        return [case for case in self.every if case.unit == self.unit]


def like_cases(opinions: Iterable["Opinion"], *, coordinator: Cadre) -> dict[int, LikeCases]:
    """{opinion: its like cases, as far as the coordinator sees them}, in one query."""
    opinions = [opinion for opinion in opinions if len(opinion.region_id) >= _TOWN]
    # One opinion for each category and town asks for all of them.
    asking = {_key(opinion): opinion.pk for opinion in opinions}
    told = _told(asking.values(), coordinator) if asking else {}
    return {
        opinion.pk: _near(opinion, [case for case in told[asking[_key(opinion)]] if case.pk != opinion.pk])
        for opinion in opinions
    }


def _key(opinion: "Opinion") -> tuple[int, str]:
    return opinion.category_id, opinion.region_id[:_TOWN]


def _told(asking: Iterable[int], coordinator: Cadre) -> dict[int, list[Case]]:
    from grievances.models import Opinion

    found = _kept(coordinator).filter(category=OuterRef("category"), town=Left(OuterRef("region_id"), _TOWN))
    newest = found.order_by("-recorded_at", "-pk")[:NEWEST]
    cases = ArraySubquery(newest.values(case=JSONObject(pk="pk", unit="unit_id", place="region_id")))
    rows = Opinion.objects.filter(pk__in=list(asking)).annotate(like=cases).values_list("pk", "like")
    return {pk: [Case(**case) for case in like] for pk, like in rows}


def _kept(coordinator: Cadre) -> QuerySet["Opinion"]:
    """The condition begins with that of the index on like cases."""
    from grievances.models import Answer, Opinion

    on_the_spot = Answer.objects.filter(opinion=OuterRef("pk"), on_the_spot=True)
    since = midnight(timezone.localdate() - LATELY)
    return (
        Opinion.objects.visible_to(coordinator)
        .annotate(town=Left("region_id", _TOWN))
        .filter(
            ~Exists(on_the_spot), unit__isnull=False, accusing=False, state__in=_KEPT, recorded_at__gte=since
        )
    )


def _near(opinion: "Opinion", cases: list[Case]) -> LikeCases:
    village = opinion.region_id[:_VILLAGE]
    here = [case for case in cases if case.place.startswith(village)] if len(village) == _VILLAGE else []
    return LikeCases(cases, town=True) if len(here) < _LEAST_IN_VILLAGE else LikeCases(here, town=False)


def winners(opinions: Iterable["Opinion"], found: dict[int, LikeCases]) -> dict[int, LikeCases]:
    """The unit of at least half of the like cases, where they are enough; of two that have as many, the one whose
    cases were said in words more like these."""
    won, tied = {}, {}
    for opinion in opinions:
        like = found.get(opinion.pk)
        first = _first(like) if like and len(like.every) >= _LEAST else []
        if len(first) == 1:
            won[opinion.pk] = LikeCases(like.every, like.town, first[0])
        elif first:
            tied[opinion] = first
    words = _words(case.pk for opinion in tied for case in found[opinion.pk].every) if tied else {}
    for opinion, units in tied.items():
        like = found[opinion.pk]
        unit = _most_alike(opinion, units, like, words)
        if unit:
            won[opinion.pk] = LikeCases(like.every, like.town, unit, by_words=True)
    return won


def _first(like: LikeCases) -> list[int]:
    """The units of most cases, if that is half of them."""
    counted = Counter(case.unit for case in like.every)
    most = max(counted.values())
    return [unit for unit, n in counted.items() if n == most and 2 * n >= len(like.every)]


def _words(cases: Iterable[int]) -> dict[int, str]:
    """The words of cases; none of protected ones."""
    from grievances.models import Opinion

    return dict(Opinion.objects.filter(pk__in=set(cases)).values_list("pk", "search_text"))


def _most_alike(opinion: "Opinion", units: list[int], like: LikeCases, words: dict[int, str]) -> int:
    """0 where the words don't tell either."""
    said, shared = _pairs(opinion.search_text), defaultdict(float)
    for case in like.every:
        other = _pairs(words[case.pk])
        shared[case.unit] += len(said & other) / len(said | other or {""})
    ranked = sorted(units, key=lambda unit: -shared[unit])
    return ranked[0] if shared[ranked[0]] > shared[ranked[1]] else 0


def _pairs(text: str) -> set[str]:
    return {text[n : n + 2] for n in range(len(text) - 1)}
