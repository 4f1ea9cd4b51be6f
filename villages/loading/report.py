"""What a load did."""

from collections import Counter


class Report:
    """Counts by outcome, in the order given, and lines worth reading."""

    def __init__(self, *outcomes: str) -> None:
        self.counts = Counter(dict.fromkeys(outcomes, 0))
        self.lines: list[str] = []

    def count(self, outcome: str, line: str = "") -> None:
        """One more row with this outcome; ``line`` names it where the reader wants to know which."""
        self.counts[outcome] += 1
        if line:
            self.lines.append(f"{outcome}: {line}")

    def __getitem__(self, outcome: str) -> int:
        return self.counts[outcome]

    def __str__(self) -> str:
        return ", ".join(f"{count:,} {outcome}" for outcome, count in self.counts.items())
