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


def may_hold(path: str, word: str) -> Q:
    """What the index answers: all pairs of the word are there. A single character has none."""
    asked = pairs(word)
    return Q(ArrayContains(Pairs(F(path)), asked)) if asked else Q()


def has(path: str, word: str) -> Q:
    """As ``holds``, without the help of the index: for few rows."""
    return Q(**{f"{path}__contains": word})


def holds(path: str, word: str) -> Q:
    """The normalised text under ``path`` holds the word."""
    return may_hold(path, word) & has(path, word)


def begins_or_holds(path: str, word: str) -> Q:
    """As ``holds``, but letters and digits count only where they begin: "3" finds 3 and 31, never 13."""
    if not word.isascii():
        return holds(path, word)
    begins = rf"(^|[^0-9a-z]){re.escape(word)}"
    return may_hold(path, word) & Q(**{f"{path}__regex": begins})


def holds_all(path: str, words: list[str], *, by: Callable[[str, str], Q] = holds) -> Q:
    """Every word is there, by ``holds`` or ``begins_or_holds``; without any word, nothing fits."""
    joined = Q() if words else Q(pk__in=[])
    for word in words:
        joined &= by(path, word)
    return joined
