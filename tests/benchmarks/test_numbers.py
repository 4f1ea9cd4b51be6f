"""Percentiles, words to search for, and the tables."""

from random import Random

import pytest

from benchmarks import table
from benchmarks.stats import percentile, short
from benchmarks.words import bigrams, chosen


@pytest.mark.parametrize(("share", "value"), [(0.5, 5), (0.95, 10), (1.0, 10), (0.0, 1), (0.1, 1), (0.11, 2)])
def test_a_percentile_is_a_value_that_occurred(share: float, value: int) -> None:
    assert percentile([10, 9, 8, 7, 6, 5, 4, 3, 2, 1], share) == value


def test_there_is_no_percentile_of_nothing() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


def test_round_numbers_are_short() -> None:
    assert [short(n) for n in (999, 10_000, 100_000, 1_000_000, 10_000_000, 6941)] == [
        "999", "10k", "100k", "1M", "10M", "6941",
    ]  # fmt: skip


def test_words_are_pairs_of_neighbouring_chinese_characters() -> None:
    assert list(bigrams("路灯坏了，3号 A路")) == ["路灯", "灯坏", "坏了"]


def test_words_are_chosen_by_how_often_they_occur() -> None:
    texts = ["路灯坏了没人修理"] * 40 + ["井盖坏了"] * 3

    def occurs(word: str, most: int) -> int:
        return min(sum(word in text for text in texts), most)

    words = chosen(texts, occurs, lambda: "貔貅", Random(1))
    assert words.common == "坏了"
    assert 0 < occurs(words.rare, 99) < 30
    assert occurs(words.second, 99) == 40 and not set(words.second) & set(words.common)
    assert occurs(words.absent, 99) == 0


def test_where_no_word_is_rare_one_is_written() -> None:
    texts = ["路灯坏了没人修理"]
    words = chosen(texts, lambda word, most: most * (word in texts[0]), lambda: "貔貅", Random(1))
    assert words.rare == "貔貅"


def _report(opinions: int, ratio: float) -> dict:
    one = {
        "name": "opinions, newest", "p50_ms": 30.5, "p95_ms": 41.0, "queries": 10, "bytes": 11526, "floor": 10.1,
        "ratio": ratio, "goal": 3.0, "met": ratio <= 3, "n": 100, "note": "",
    }  # fmt: skip
    return {
        "opinions": opinions, "date": "2026-01-01", "commit": "abc", "overhead_ms": 0.1,
        "machine": {"cores": 2, "memory_gb": 8, "cpu": "a CPU"},
        "versions": {"python": "3.11", "django": "5.2", "psycopg2": "2.9", "postgresql": "18"},
        "operations": [one],
    }  # fmt: skip


def test_the_table_says_whether_the_goal_is_met() -> None:
    assert "| opinions, newest | 30.5 | 41.0 | 10 | 11,526 | 10.1 | 2.5 | ≤ 3 ✓ | 100 |" in table.table(
        _report(10, 2.5)
    )
    assert "≤ 3 ✗" in table.table(_report(10, 3.5))


def test_growth_compares_the_smallest_with_the_biggest() -> None:
    grown = table.growth([_report(10_000, 2.0), _report(100_000, 2.2), _report(1_000_000, 3.2)])
    assert "| opinions, newest | 2 | 2.2 | 3.2 | ×1.60 ✗ |" in grown
    assert "×1.50 ✓" in table.growth([_report(10_000, 2.0), _report(1_000_000, 3.0)])


def test_growth_is_that_of_one_commit() -> None:
    older = _report(10_000_000, 9.0) | {"commit": "old"}
    grown = table.growth([_report(10_000, 2.0), _report(1_000_000, 3.0), older])
    assert "10,000,000 (old)" in grown and "| opinions, newest | 2 | 3 | 9 | ×1.50 ✓ |" in grown
