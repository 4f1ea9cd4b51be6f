"""Likely the same matter: open opinions of the same place and sort whose words are alike.

An offer only. Few rows are read, by an index that holds open matters alone, however many opinions there are;
what is protected has no words to compare and is never offered.
"""

from collections.abc import Iterator

from django.db.models import Prefetch, QuerySet

from grievances.models import Category, Opinion, ProblemMembership
from villages.models import CODE_LENGTH, Cadre, Level
from villages.search import normalise, pairs

_VILLAGE, _TOWN = CODE_LENGTH[Level.VILLAGE], CODE_LENGTH[Level.TOWN]
# So many of the newest are compared, the best of them looked at, and some offered.
_COMPARED, _BEST, _OFFERED = 200, 20, 5
# Of the pairs of characters of the shorter text, the part that the other one must hold; and at least so many.
_SHARED, _LEAST = 0.3, 3


def alike(
    text: str, *, category: Category, place: str, by: Cadre, besides: Opinion | None = None
) -> list[Opinion]:
    """Up to five open opinions that may be about the same matter, the most alike first; of a common problem
    one. Each has its current membership, if there is one, in ``joined``."""
    asked = set(pairs(normalise(text)))
    if len(asked) < _LEAST:
        return []
    found: dict[int, float] = {}
    for code in dict.fromkeys((place[:_VILLAGE], place[:_TOWN])):
        if len(found) < _OFFERED:
            near = _newest(code, category, by).exclude(pk=besides.pk if besides else None)
            found |= {pk: score for pk, score in _scored(near, asked) if pk not in found}
    best = sorted(found, key=lambda pk: (-found[pk], -pk))[:_BEST]
    once: dict[object, Opinion] = {}
    for one in _shown(best, by):
        once.setdefault(one.joined[0].problem_id if one.joined else (one.pk,), one)
    return list(once.values())[:_OFFERED]


def _newest(code: str, category: Category, by: Cadre) -> QuerySet[Opinion]:
    """Of the category's whole family: what one calls potholes is to another a damaged road."""
    family = list(Category.objects.filter(parent=category.parent_id).values_list("pk", flat=True))
    visible = Opinion.objects.visible_to(by).within(code).open().filter(accusing=False)
    return visible.filter(category__in=family).order_by("-recorded_at", "-pk")


def _scored(opinions: QuerySet[Opinion], asked: set[str]) -> Iterator[tuple[int, float]]:
    """(id, how alike) of those that are alike enough."""
    for pk, words in opinions.values_list("pk", "search_text")[:_COMPARED]:
        theirs = set(pairs(words))
        shared = len(asked & theirs)
        if shared >= max(_LEAST, _SHARED * min(len(asked), len(theirs))):
            yield pk, shared / min(len(asked), len(theirs))


def _shown(best: list[int], by: Cadre) -> list[Opinion]:
    current = ProblemMembership.objects.filter(left_at=None).select_related("problem")
    rows = Opinion.objects.visible_to(by).select_related("region__parent", "category", "unit")
    joined = Prefetch("problem_memberships", queryset=current, to_attr="joined")
    found = rows.prefetch_related(joined).in_bulk(best) if best else {}
    return [found[pk] for pk in best if pk in found]
