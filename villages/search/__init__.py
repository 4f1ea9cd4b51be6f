"""Finding by words: Chinese has no spaces between them, so every pair of neighbouring characters is indexed."""

from .fields import SearchText, joined_fields
from .matching import Pairs, begins_or_has, holds_all, may_hold
from .words import LONGEST_QUERY, normalise, pairs, spread, words_of

__all__ = [
    "LONGEST_QUERY",
    "Pairs",
    "SearchText",
    "begins_or_has",
    "holds_all",
    "joined_fields",
    "may_hold",
    "normalise",
    "pairs",
    "spread",
    "words_of",
]
