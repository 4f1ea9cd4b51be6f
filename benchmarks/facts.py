"""What the database holds, as far as the driver must know it: places, units, words, numbers."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from benchmarks.people import account
from benchmarks.words import Words, chosen, remembered
from grievances.models import Category, Opinion
from villages.models import Role

_SAMPLE = 20_000
_TOWN, _VILLAGE = 9, 12
_DETAILS = 50
_EXPORTED = 10_000
# Two characters that no villager's sentence holds, and in how many opinions they are then written.
_RARE, _PLANTED = "貔貅", 7


@dataclass(frozen=True)
class Facts:
    """Of a sample of all opinions: the place and unit with most of them, cases to open, words to search."""

    opinions: int
    district: str
    town: str
    village: str
    unit: int
    cases: list[str]
    category: int
    # The day since which some ten thousand opinions were recorded.
    recorded_from: date
    words: Words


def gathered(folder: Path, seed: int) -> Facts:
    """Look once through a sample of the opinions."""
    count = Opinion.objects.count()
    rows = _sampled(count)
    cases = _with_history([row[2] for row in rows], Random(seed))
    leads = account("leader").posts_as(Role.LEADER)
    return Facts(
        opinions=count,
        district=leads[0].region_id,
        town=_most(row[0][:_TOWN] for row in rows),
        village=_most(row[0][:_VILLAGE] for row in rows),
        unit=_most(row[1] for row in rows if row[1]),
        cases=cases,
        category=Category.objects.filter(parent__isnull=False, retired=False, demands_accused=False)[0].pk,
        recorded_from=_recorded_from(min(count, _EXPORTED)),
        words=remembered(folder / "words.json", lambda: _words(rows, cases, seed)),
    )


def _recorded_from(number: int) -> date:
    newest = Opinion.objects.order_by("-recorded_at", "-pk").values_list("recorded_at", flat=True)
    return timezone.localdate(newest[number - 1])


def _sampled(count: int) -> list[tuple[str, int, int, str]]:
    """(place, unit, key, text) of opinions from pages all over the table, the same ones every time."""
    share = min(100.0, 200.0 * _SAMPLE / max(count, 1))
    query = (
        "SELECT region_id, unit_id, id, text FROM grievances_opinion TABLESAMPLE SYSTEM (%s) REPEATABLE (1)"
        " WHERE NOT accusing AND informant_kind = 'named' LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [share, _SAMPLE])
        return cursor.fetchall()


def _most(values: object) -> object:
    return Counter(values).most_common(1)[0][0]


def _with_history(keys: list[int], dice: Random) -> list[str]:
    """Numbers of closed cases, which have the longest history."""
    some = dice.sample(keys, min(len(keys), _DETAILS * 20))
    closed = Opinion.objects.filter(pk__in=some, state="closed").order_by("pk")
    return list(closed.values_list("number", flat=True)[:_DETAILS])


def _words(rows: list[tuple[str, int, int, str]], cases: list[str], seed: int) -> Words:
    return chosen((row[3] for row in rows), occurs, lambda: planted(cases), Random(seed))


def planted(cases: list[str]) -> str:
    """Where millions of opinions are made of some thousand sentences, no word is rare: write one into a few."""
    for opinion in Opinion.objects.filter(number__in=cases[:_PLANTED]):
        opinion.correct(by=account("coordinator"), text=f"{opinion.words}（{_RARE}）")
    return _RARE


def occurs(word: str, most: int) -> int:
    """How many opinions hold the word, counted up to ``most``."""
    holds = Q(text__contains=word) | Q(corrected_text__contains=word)
    return Opinion.objects.filter(holds)[:most].count()
