"""The driver does real work on a small district. Nothing that it measures is asserted."""

from pathlib import Path

import pytest

from benchmarks import steps
from benchmarks.facts import gathered, occurs, planted
from benchmarks.measure import Effort
from benchmarks.run import results
from grievances.models import Event

_ONLY = "newest|rare word|case with|village, today|log a visit|assign|accept|resolve|at once"
_EFFORT = Effort(times=2, seconds=1)
_VERBS = {"record", "assign", "accept", "resolve", "supervise"}


def test_reads_and_steps_are_driven_as_people_do_them(
    served_sample: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "MANY", 2)
    before = Event.objects.count()
    opinions, found, failed = results(served_sample, tmp_path, effort=_EFFORT, seed=1, only=_ONLY, workers=1)
    assert opinions > 200 and failed == []
    assert [one.name for one in found] == [
        "opinions, newest", "search for a rare word", "case with its history",
        "dashboard of a village, today",
        "log a visit with two opinions", "assign", "take (accept)", "resolve",
        "supervise 2 cases at once",
    ]  # fmt: skip
    assert all(one.n == 2 and one.queries > 0 and one.floor > 0 for one in found)
    new = Event.objects.order_by("pk")[before:]
    assert {event.verb for event in new} == _VERBS
    # Each step twice and once for the counting; a visit has two opinions, an order two cases, and those of four
    # orders are written down before.
    assert len(new) == 3 * (2 + 3 + 2) + 4 * 2


def test_a_rare_word_is_written_into_a_few_opinions(served_sample: dict[str, str], tmp_path: Path) -> None:
    cases = gathered(tmp_path, 1).cases
    assert occurs("貔貅", 30) == 0
    assert planted(cases) == "貔貅"
    assert occurs("貔貅", 30) == 7
