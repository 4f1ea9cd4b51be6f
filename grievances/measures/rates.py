"""Rates with the interval in which chance alone would leave them, and what a mix of categories lets expect."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

_Z = 1.96  # 95 %
FEWEST = 10  # cases: fewer are never said to differ


@dataclass(frozen=True)
class Rate:
    """``part`` of ``whole``, as a share from 0 to 1 with a 95 % Wilson interval."""

    part: int
    whole: int

    @property
    def share(self) -> float | None:
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson, E. B. (1927): sound also for few cases and for shares near 0 and 1."""
        if not self.whole:
            return 0.0, 1.0
        n, p = self.whole, self.part / self.whole
        middle = p + _Z**2 / (2 * n)
        spread = _Z * sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
        scale = 1 + _Z**2 / n
        return max((middle - spread) / scale, 0.0), min((middle + spread) / scale, 1.0)

    def differs_from(self, other: "Rate | float | None") -> int:
        """1 where clearly above the other share, -1 clearly below, 0 where it may be chance."""
        share = other.share if isinstance(other, Rate) else other
        if share is None or not self.is_judged:
            return 0
        low, high = self.interval
        return (low > share) - (high < share)

    @property
    def is_judged(self) -> bool:
        """Whether there are enough cases to say that the rate differs from another."""
        return self.whole >= FEWEST


def expected_share(collected: Mapping[str, int], rates: Mapping[str, Rate]) -> float | None:
    """The share of a place's cases that would be resolved, were each category resolved as often there as in the
    whole: indirect standardisation. ``collected`` are the place's cases, ``rates`` the whole's, by category.

    What is hard to resolve anywhere is then held against nobody who hears much of it.
    """
    number = sum(collected.values())
    if number <= 0:
        return None
    expected = sum(n * (rates[key].share or 0.0) for key, n in collected.items() if key in rates)
    return min(expected / number, 1.0)
