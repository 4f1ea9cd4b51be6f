"""Conditions by which the database finds words: the index of pairs narrows, the comparison makes sure."""

import re
from collections.abc import Callable

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.fields.array import ArrayContains
from django.db.models import F, Func, Q, TextField

from .words import pairs


class Pairs(Func):
    """The pairs of neighbouring characters of a text, by the database's own function (migration 0003)."""

    function = "villages_bigrams"
    output_field = ArrayField(TextField())


def may_hold(path: str, words: list[str]) -> Q:
    """What the index answers: all pairs of all words are there, asked at once, so that it reads on only where the
    rarest of them stands. A single character has none."""
    asked = sorted({pair for word in words for pair in pairs(word)})
    return Q(ArrayContains(Pairs(F(path)), asked)) if asked else Q()


def has(path: str, word: str) -> Q:
    """The normalised text under ``path`` holds the word."""
    return Q(**{f"{path}__contains": word})


def begins_or_has(path: str, word: str) -> Q:
    """As ``has``, but letters and digits count only where they begin: "3" finds 3 and 31, never 13."""
    return Q(**{f"{path}__regex": rf"(^|[^0-9a-z]){re.escape(word)}"}) if word.isascii() else has(path, word)


def holds_all(path: str, words: list[str], *, by: Callable[[str, str], Q] = has, indexed: bool = True) -> Q:
    """Every word is there, by ``has`` or ``begins_or_has``; without any word, nothing fits. For few rows the index
    is better left out."""
    joined = may_hold(path, words) if indexed else Q()
    for word in words:
        joined &= by(path, word)
    return joined if words else Q(pk__in=[])
