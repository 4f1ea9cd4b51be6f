"""Rows and bars of a dashboard, written out in Python: hundreds of numbers a page, each with its list.

Every text that comes from a row goes through ``escape``; addresses are made of names, codes, numbers and days.
"""

from collections.abc import Iterable
from datetime import date
from html import escape
from typing import TYPE_CHECKING

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from villages.templatetags.looks import day, number, percent

if TYPE_CHECKING:
    from grievances.measures.backlogs import Backlog
    from grievances.measures.boards import Number, Row
    from grievances.measures.charts import Bar, Interval

register = template.Library()

_LINE = (
    '<svg class="chart" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">'
    '<line class="mean" x1="{mean}" x2="{mean}" y1="0" y2="12"/>'
    '<line class="interval" x1="{low}" x2="{high}" y1="6" y2="6"/>'
    '<rect class="bar1" x="{point}" y="3" width="1.5" height="6"/></svg>'
)
_BAR = (
    '<svg class="chart" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">'
    '<rect class="bar2" x="0" y="2" width="{share}" height="8"/>'
    '<rect class="bar-late" x="0" y="2" width="{late}" height="8"/></svg>'
)

# A key that stands for any in an address.
_ANY = 987654321
_FURTHER_IN = ("", ' class="ps-4"', ' class="ps-5"')


@register.simple_tag
def board_rows(rows: "Iterable[Row]") -> SafeString:
    """The rows of a table: what each is about, collected, resolved, explained, late, and the rate."""
    judged = _judgements()
    return SafeString("".join(_board_row(row, judged) for row in rows))


@register.simple_tag
def place_rows(places: "Iterable[tuple[Row, Interval | None]]") -> SafeString:
    """The rows of the places below: collected, resolved, late, the rate on its interval, and the rate."""
    judged = _judgements()
    return SafeString("".join(_place_row(row, interval, judged) for row, interval in places))


@register.simple_tag
def week_rows(weeks: "Iterable[tuple[date, Number, Number]]") -> SafeString:
    """The weeks as a table."""
    cells = (
        f"<tr><td>{escape(day(monday))}</td><td>{_linked(came)}</td><td>{_linked(done)}</td></tr>"
        for monday, came, done in weeks
    )
    return SafeString("".join(cells))


@register.simple_tag
def backlog_rows(backlogs: "Iterable[Backlog]") -> SafeString:
    """The units with what is open and late; sub-units stand further in."""
    before, after = (escape(part) for part in reverse("unit-workload", args=[_ANY]).split(str(_ANY)))
    written = (
        f'<tr><th scope="row"{_FURTHER_IN[min(one.depth, 2)]}>'
        f'<a href="{before}{one.unit.pk}{after}">{escape(one.unit.label)}</a></th>'
        f"<td>{_linked(one.open)}</td><td>{_linked(one.late)}</td></tr>"
        for one in backlogs
    )
    return SafeString("".join(written))


@register.simple_tag
def bars(shapes: "Iterable[Bar]", look: str) -> SafeString:
    """The bars of one kind."""
    drawn = (
        f'<rect class="{look}" x="{bar.x}" y="{bar.y}" width="{bar.width}" height="{bar.height}"/>'
        for bar in shapes
    )
    return SafeString("".join(drawn))


@register.simple_tag
def bar(share: float, late_share: float) -> SafeString:
    """A bar in a row of a table, in percent of its longest; the late part of it in another colour."""
    return SafeString(_BAR.format(share=share, late=late_share))


def _board_row(row: "Row", judged: dict[int, str]) -> str:
    cells = [f"<td>{_linked(one)}</td>" for one in row.numbers]
    cells[2] = f'<td class="roomy">{_linked(row.numbers[2])}</td>'
    return f'<tr><th scope="row">{_named(row)}</th>{"".join(cells)}{_rate(row, judged)}</tr>'


def _place_row(row: "Row", interval: "Interval | None", judged: dict[int, str]) -> str:
    note = f'<div class="quiet small2">{escape(row.note)}</div>' if row.note else ""
    note += f'<div class="small2 late">▲ {escape(row.warning)}</div>' if row.warning else ""
    cells = "".join(f"<td>{_linked(row.numbers[n])}</td>" for n in (0, 1, 3))
    line = _LINE.format(**vars(interval)) if interval else ""
    if line and row.is_adjusted:
        expected = _("expected %s") % percent(row.expected)
        line += f'<div class="quiet small2">{escape(expected)}</div>'
    return f'<tr><th scope="row">{_named(row)}{note}</th>{cells}<td class="roomy">{line}</td>{_rate(row, judged)}</tr>'


def _named(row: "Row") -> str:
    return f'<a href="{escape(row.url)}">{escape(row.label)}</a>' if row.url else escape(row.label)


def _linked(found: "Number") -> str:
    return f'<a href="{escape(found.url)}">{number(found.value)}</a>' if found.url else number(found.value)


def _rate(row: "Row", judged: dict[int | None, str]) -> str:
    """The rate with its mark, and below it the interval; nothing is said of the rate of few cases."""
    if not row.rate.whole:
        return f'<td class="rate">{percent(None)}</td>'
    low, high = row.rate.interval
    about = f"{low * 100:.0f}–{high * 100:.0f}%"
    mark = judged[row.verdict if row.rate.is_judged else None]
    return (
        f'<td class="rate">{percent(row.rate.share)}{mark}<div class="quiet small2 nowrap">{about}</div></td>'
    )


def _judgements() -> dict[int | None, str]:
    """The mark of a rate that clearly differs from what it is compared with; None: too few cases to tell."""
    higher, lower, few = (
        escape(_("clearly higher")),
        escape(_("clearly lower")),
        escape(_("too few to judge")),
    )
    return {
        None: f' <span class="quiet small2">{few}</span>',
        1: f' <span class="mark good" data-shape="▲">{higher}</span>',
        0: "",
        -1: f' <span class="mark late" data-shape="▼">{lower}</span>',
    }
