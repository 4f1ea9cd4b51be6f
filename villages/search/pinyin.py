"""Names in Latin letters, as phone keyboards and readers of English write them."""

from functools import lru_cache

from pypinyin import Style, lazy_pinyin

_MOST_INITIALS = 40


def initials(name: str) -> str:
    """The pinyin initials by which a phone keyboard finds a name: 陈小明 → cxm."""
    return "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).lower()[:_MOST_INITIALS]


@lru_cache(maxsize=10_000)
def romanised(name: str) -> str:
    """A person's name, family name first: 陈小明 → Chen Xiaoming."""
    first, *others = lazy_pinyin(name) or [""]
    return " ".join(filter(None, [first.title(), "".join(others).title()]))
