"""Percentiles, and numbers in words."""

import math
from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share (0–1) of all values doesn't exceed."""
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]


def short(number: int) -> str:
    """10000 → "10k", 1000000 → "1M"; what is not round stays as it is."""
    for size, letter in ((1_000_000, "M"), (1000, "k")):
        if number >= size and number % size == 0:
            return f"{number // size}{letter}"
    return str(number)
