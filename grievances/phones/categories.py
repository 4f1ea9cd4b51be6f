"""The list of categories that a phone takes along, with the words by which one is proposed."""

import re
from collections import Counter

from grievances.models import Category, Question
from grievances.phones import both

# A word of more categories than this proposes none of them.
_MOST = 3
_SHORTEST = 4
_JOINTS = re.compile(r"[、，,/（）()\s和与及或的]+")
_EMPTY = {"with", "from", "into", "after", "other", "than", "that", "their", "under", "without"}


def offered() -> list[dict[str, object]]:
    """Every category that can be chosen, in the order of the form, with what it asks."""
    found = Category.objects.filter(retired=False).exclude(parent=None).select_related("parent")
    found = list(
        found.order_by("parent__position", "parent", "position", "code").prefetch_related(
            "questions__category", "parent__questions__category"
        )
    )
    words = _hints(found)
    return [_told(category, words[category.pk]) for category in found]


def _told(category: Category, words: list[str]) -> dict[str, object]:
    asked = [*category.questions.all(), *category.parent.questions.all()]
    asked.sort(key=lambda one: (one.category.position, one.category.code, one.position, one.pk))
    return {
        "pk": category.pk,
        "label": both.named(category),
        "top": both.named(category.parent),
        "words": words,
        "demands_accused": category.demands_accused,
        "questions": [_question(one) for one in asked],
    }


def _question(question: Question) -> dict[str, object]:
    pairs = [choice.partition("=") for choice in question.choices.split("|") if choice]
    return {
        "pk": question.pk,
        "label": {"zh-hans": question.wording, "en": question.wording_en or question.wording},
        "kind": question.kind,
        "required": False,
        "choices": [
            {"value": chinese, "label": {"zh-hans": chinese, "en": english or chinese}}
            for chinese, _sign, english in pairs
        ],
    }


def _hints(categories: list[Category]) -> dict[int, list[str]]:
    """Words of each category's names: every two signs that stand together in Chinese, longer words in English.
    What many categories have in common says nothing."""
    words = {one.pk: _words_of(one.name, one.name_en) for one in categories}
    common = Counter(word for found in words.values() for word in found)
    return {pk: sorted(word for word in found if common[word] <= _MOST) for pk, found in words.items()}


def _words_of(chinese: str, english: str) -> set[str]:
    parts = _JOINTS.split(chinese)
    pairs = {part[at : at + 2] for part in parts for at in range(len(part) - 1)}
    latin = set(re.findall(rf"[a-z]{{{_SHORTEST},}}", english.lower()))
    return pairs | (latin - _EMPTY)
