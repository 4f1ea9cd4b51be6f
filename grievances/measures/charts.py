"""Small charts as SVG shapes: bars from zero, labels on them, nothing that moves."""

from dataclasses import dataclass
from datetime import date

from grievances.measures.boards import Number, Row

_WIDTH, _HEIGHT, _TOP = 560, 150, 16
_LATELY = 8  # weeks
_MARK = 1.5  # width of a rate's mark, in percent of the width


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    title: str


@dataclass(frozen=True)
class WeekChart:
    """Two bars a week, collected and resolved; and what they show: the week in which most was collected, and
    in how many (``caught_up``) of the latest weeks (``lately``) more was resolved than collected."""

    collected: list[Bar]
    resolved: list[Bar]
    highest: int
    first: date | None
    last: date | None
    busiest: date | None
    caught_up: int
    lately: int
    width: int = _WIDTH
    height: int = _HEIGHT + _TOP


def week_chart(weeks: list[tuple[date, Number, Number]]) -> WeekChart:
    highest = max((max(c.value, r.value) for _monday, c, r in weeks), default=0)
    latest = weeks[-_LATELY:]
    step = _WIDTH / max(len(weeks), 1)

    def bar(n: int, value: int, *, shift: float, monday: date) -> Bar:
        height = _HEIGHT * value / highest if highest else 0
        return Bar(
            round(n * step + shift * step, 1), round(_TOP + _HEIGHT - height, 1), round(step * 0.4, 1),
            round(height, 1), f"{monday:%m-%d}: {value}",
        )  # fmt: skip

    return WeekChart(
        [bar(n, c.value, shift=0.08, monday=m) for n, (m, c, _r) in enumerate(weeks)],
        [bar(n, r.value, shift=0.5, monday=m) for n, (m, _c, r) in enumerate(weeks)],
        highest, weeks[0][0] if weeks else None, weeks[-1][0] if weeks else None,
        max(weeks, key=lambda week: week[1].value)[0] if weeks else None,
        sum(r.value > c.value for _monday, c, r in latest), len(latest),
    )  # fmt: skip


@dataclass(frozen=True)
class Interval:
    """A rate's mark on its interval, in percent of the width; ``point`` is the mark's left edge, ``mean`` what
    the rate is compared with."""

    low: float
    point: float
    high: float
    mean: float


def intervals(rows: list[Row]) -> list[tuple[Row, Interval | None]]:
    return [(row, _interval(row)) for row in rows]


def _interval(row: Row) -> Interval | None:
    if row.rate.share is None:
        return None
    low, high = row.rate.interval
    point = min(max(row.rate.share * 100 - _MARK / 2, 0), 100 - _MARK)
    return Interval(
        round(low * 100, 1), round(point, 1), round(high * 100, 1), round(100 * (row.expected or 0), 1)
    )
