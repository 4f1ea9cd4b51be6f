"""How texts and questions are written before they are compared: full width and half, capitals and small
letters, traditional and simplified characters become one."""

import unicodedata
from functools import cache
from itertools import pairwise

import opencc

LONGEST_QUERY = 60
_MOST_WORDS = 8
# Where characters with a simplified form stand: the unified and the compatibility ideographs.
_IDEOGRAPHS = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00))
_SPACE = " "


@cache
def _simplified() -> dict[int, str]:
    """Each traditional character with its simplified one; always one for one, so that places in a text stay."""
    signs = [chr(code) for first, end in _IDEOGRAPHS for code in range(first, end)]
    # On lines of their own: no two of them are taken for a word.
    simple = opencc.OpenCC("t2s").convert("\n".join(signs)).split("\n")
    return {ord(sign): other for sign, other in zip(signs, simple, strict=True) if sign != other}


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().translate(_simplified())


def normalise(text: str) -> str:
    """The text as it is compared: NFKC, small letters, simplified characters, single spaces."""
    # NUL fits into no column of PostgreSQL's.
    return _SPACE.join(_plain(text.replace("\0", "")).split())


def words_of(query: str) -> list[str]:
    """The words that a question asks for, each once; more than eight, or a longer question, are cut."""
    return list(dict.fromkeys(normalise(query[:LONGEST_QUERY]).split()))[:_MOST_WORDS]


def pairs(text: str) -> list[str]:
    """The different pairs of neighbouring characters, without those that hold a space or a control sign: what
    the database's ``villages_bigrams`` gives."""
    found = (a + b for a, b in pairwise(text) if min(a, b) > _SPACE)
    return sorted(set(found))


def spread(text: str) -> tuple[str, list[int]]:
    """The text normalised sign by sign, and for each sign of it the place in the original that it came from."""
    if unicodedata.is_normalized("NFKC", text) and len(plain := _plain(text)) == len(text):
        return "".join(_SPACE if sign.isspace() else sign for sign in plain), list(range(len(text)))
    signs, places = [], []
    for place, sign in enumerate(text):
        for made in _plain(sign):
            signs.append(_SPACE if made.isspace() else made)
            places.append(place)
    return "".join(signs), places
