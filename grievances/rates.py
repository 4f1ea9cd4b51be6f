"""Rates with the interval in which chance alone would leave them."""

from dataclasses import dataclass
from math import sqrt

_Z = 1.96  # 95 %
_FEWEST = 10  # fewer cases are never said to differ


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

    def differs_from(self, other: "Rate") -> int:
        """1 where clearly above the other share, -1 clearly below, 0 where it may be chance."""
        if other.share is None or self.whole < _FEWEST:
            return 0
        low, high = self.interval
        return (low > other.share) - (high < other.share)
