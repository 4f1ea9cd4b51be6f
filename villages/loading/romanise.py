"""English names for Chinese places: 恒北村 → Hengbei village, 草堰镇 → Caoyan town."""

import re
from collections.abc import Collection, Iterator

from pypinyin import lazy_pinyin, load_single_dict

# In names of places it is the capital, not the word for "all": 盐都 is Yandu.
load_single_dict({ord("都"): "dū,dōu"})

_LONGEST = 150
_CHINESE = re.compile(r"[\u3400-\u9fff]+")
_PUNCTUATION = str.maketrans({"（": " (", "）": ") ", "(": " (", ")": ") ", "、": ", ", "－": "-"})

# What kind of place a name ends with; the longest that fits counts.
_KINDS = {
    "省": "province", "市": "city", "县": "county", "区": "district", "新区": "new area",
    "街道": "street", "街道办事处": "street", "镇": "town", "乡": "township",
    "开发区": "development zone", "经济开发区": "economic development zone",
    "经济技术开发区": "economic and technological development zone",
    "高新技术产业开发区": "high-tech zone", "高新技术开发区": "high-tech zone", "高新区": "high-tech zone",
    "工业园": "industrial park", "工业园区": "industrial park", "产业园": "industrial park",
    "产业园区": "industrial park", "园区": "park", "度假区": "resort", "旅游度假区": "tourist resort",
    "农场": "farm", "林场": "forest farm", "盐场": "salt works", "原种场": "seed farm", "良种场": "seed farm",
    "种畜场": "stud farm", "渔场": "fishery", "生活区": "living quarters",
    "村": "village", "村委会": "village", "村村委会": "village", "村民委员会": "village",
    "村村民委员会": "village", "村居委会": "village", "村居民委员会": "village",
    "居委会": "community", "居民委员会": "community", "社区": "community", "社区居委会": "community",
    "社区居民委员会": "community", "社区村委会": "community", "社区村民委员会": "community",
    "虚拟社区": "virtual community", "虚拟生活区": "virtual living quarters", "虚拟": "virtual",
}  # fmt: skip
_ENDINGS = sorted(_KINDS, key=len, reverse=True)


def english_name(name: str) -> str:
    """The name romanised, with the kind of place in English."""
    ending = next((ending for ending in _ENDINGS if name.endswith(ending) and name != ending), "")
    before = name.removesuffix(ending)
    proper = english_name(before) if ending.startswith("虚拟") else romanised(before)
    return f"{proper} {_KINDS[ending]}"[:_LONGEST] if ending else proper[:_LONGEST]


def romanised(text: str) -> str:
    """Each run of Chinese characters as one word in pinyin; the rest stays."""
    words = _CHINESE.sub(lambda found: "".join(lazy_pinyin(found[0])).capitalize(), text)
    spaced = " ".join(words.translate(_PUNCTUATION).split())
    return spaced.replace("( ", "(").replace(" )", ")")


def abbreviation(name: str, *, taken: Collection[str]) -> str:
    """Two to six capital letters for a district that no other has: 大丰区 → DF."""
    return next(letters for letters in _abbreviations(name) if letters not in taken)


def _abbreviations(name: str) -> Iterator[str]:
    """Initials, then with more and more letters of the last syllable, then with a number."""
    stem = name[:-1] if name[-1:] in "区县市" and len(name) > 1 else name
    syllables = [s.upper() for s in lazy_pinyin(stem, errors="ignore") if s.isascii() and s.isalpha()]
    initials = "".join(syllable[0] for syllable in syllables)[:4] or "X"
    rest = syllables[-1][1:] if len(syllables) <= 4 and syllables else ""
    for more in range(len(rest) + 1):
        letters = (initials + rest[:more])[:6]
        if len(letters) > 1:
            yield letters
    for number in range(2, 10_000):
        yield f"{initials[:2]}{number}"
