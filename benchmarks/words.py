"""Words to search for, found in the data: one that many opinions hold, one that few do, one that none does."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from random import Random

_SIGNS = re.compile(r"[\u4e00-\u9fff]+")
RARELY = 30  # a rare word occurs less often
_TRIES = 40


@dataclass(frozen=True)
class Words:
    """Two-character words by how often they occur; ``second`` often stands beside ``common``."""

    common: str
    second: str
    rare: str
    absent: str


def bigrams(text: str) -> Iterator[str]:
    """The pairs of neighbouring Chinese characters, as a search index sees them."""
    for run in _SIGNS.findall(text):
        yield from (run[n : n + 2] for n in range(len(run) - 1))


def chosen(
    texts: Iterable[str], occurs: Callable[[str, int], int], plant: Callable[[], str], dice: Random
) -> Words:
    """Words by their frequency in a sample of texts; ``occurs(word, most)`` counts in all of them, up to
    ``most``; ``plant()`` writes a rare word into a few opinions, where none is found."""
    texts = list(texts)
    counted = Counter(pair for text in texts for pair in sorted(set(bigrams(text))))
    common = counted.most_common(1)[0][0]
    beside = Counter(pair for text in texts if common in text for pair in sorted(set(bigrams(text))))
    second = next(pair for pair, _n in beside.most_common() if not set(pair) & set(common))
    rare = _rare(counted, occurs) or plant()
    return Words(common, second, rare, _absent(counted, occurs, dice))


def _rare(counted: Counter, occurs: Callable[[str, int], int]) -> str | None:
    seldom = sorted(counted, key=lambda pair: (counted[pair], pair))
    return next((pair for pair in seldom[:_TRIES] if occurs(pair, RARELY) < RARELY), None)


def _absent(counted: Counter, occurs: Callable[[str, int], int], dice: Random) -> str:
    """Two characters that the texts have, but never side by side."""
    signs = sorted({sign for pair in counted for sign in pair})
    tries = (dice.choice(signs) + dice.choice(signs) for _ in range(_TRIES * 100))
    for pair in islice((pair for pair in tries if pair not in counted), _TRIES):
        if not occurs(pair, 1):
            return pair
    raise LookupError("every pair of characters occurs in this data")


def remembered(file: Path, choose: Callable[[], Words]) -> Words:
    """Chosen once a database, as it takes reading all texts of it."""
    if not file.exists():
        file.write_text(json.dumps(asdict(choose()), ensure_ascii=False))
    return Words(**json.loads(file.read_text()))
