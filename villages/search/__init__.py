"""Finding by words: Chinese has no spaces between them, so every pair of neighbouring characters is indexed."""

from .fields import SearchText, joined_fields
from .matching import Pairs, begins_or_holds, has, holds, holds_all
from .words import LONGEST_QUERY, normalise, pairs, spread, words_of

__all__ = [
    "LONGEST_QUERY",
    "Pairs",
    "SearchText",
    "begins_or_holds",
    "has",
    "holds",
    "holds_all",
    "joined_fields",
    "normalise",
    "pairs",
    "spread",
    "words_of",
]
