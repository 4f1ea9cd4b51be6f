"""Likely the same matter: open opinions of the same place and sort whose words are alike, and joining them.

An offer only. Few rows are read, by an index that holds open matters alone, however many opinions there are;
what is protected has no words to compare and is never offered.
"""

import uuid
from collections.abc import Iterator

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from grievances.errors import StepRefused
from grievances.models import Category, InformantKind, Opinion, ProblemMembership
from villages.models import CODE_LENGTH, Cadre, Level, Region
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


def alike_as_typed(
    text: str, *, category: object, accused: str, place: Region | None, by: Cadre
) -> list[Opinion]:
    """What is offered while a form is filled in, as far as that is; nothing of an accusation."""
    if accused or not place or not text.strip():
        return []
    found = _category(str(category or ""))
    return alike(text, category=found, place=place.pk, by=by) if found else []


def _category(asked: str) -> Category | None:
    if not asked.isdecimal() or len(asked) > 18:
        return None
    return Category.objects.exclude(parent=None).filter(pk=asked).first()


def join_chosen(opinion: Opinion, same: str, *, by: Cadre, key: uuid.UUID) -> str:
    """Let an opinion that was just written down join the matter whose number was chosen as the same; what became
    of that, in words, "" where none was.

    Only a named informant's: whoever joined another one at this very moment would be known as who heard it.
    """
    other = Opinion.objects.visible_to(by).filter(number=same).first() if same else None
    if other is None:
        return ""
    if opinion.informant_kind != InformantKind.NAMED:
        return _(
            "It is written down. The coordinator joins it to the same matter, so that nothing tells who heard it."
        )
    try:
        opinion.join_same(other, by=by, key=key)
    except StepRefused as error:
        return _("It is written down, but not joined: %s") % error
    return _("It is written down, and joined to the same matter as %s.") % other.number


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
