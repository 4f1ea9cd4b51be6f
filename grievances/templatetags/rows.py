"""Rows of long lists, written out in Python: fifty rows as templates take longer than all else of a page.

Every text that comes from a row goes through ``escape``.
"""

from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from grievances.workflow import State
from villages.templatetags.looks import day, pause
from villages.templatetags.marks import marked

if TYPE_CHECKING:
    from grievances.deadlines import Left
    from grievances.models import Opinion, OpinionSpan

register = template.Library()


@register.simple_tag
def opinion_rows(
    rows: "Iterable[Opinion | OpinionSpan]", panel: bool = False, choose: object = None
) -> SafeString:
    """The rows of a list: number, place, matter, words, state, deadline, who answers.

    Beside a ``panel`` a case opens there, and the state, the same in all rows, is left out. Where there is
    something to do on many, to ``choose`` from, a box stands before each row.
    """
    # A number has letters, digits and hyphens only: the address of one is that of any.
    before, after = (escape(part) for part in reverse("opinion", args=[_ANY]).split(_ANY))
    nowrap = "" if get_language() == "en" else ' class="nowrap"'
    states = {state.value: escape(state.label) for state in State}
    written = (
        (_box(row) if choose else "", _row(row, before, after, nowrap, {} if panel else states))
        for row in rows
    )
    return SafeString("".join(f"<tr data-row>{box}{row}</tr>" for box, row in written))


_ANY = "X"


def _box(row: "Opinion") -> str:
    """Chooses the case as it stands in this row; it belongs to the form of ``_many_bar.html``."""
    return (
        '<td class="tick"><label><input type="checkbox" class="form-check-input" form="many" name="case" '
        f'value="{row.pk}.{row.version}" autocomplete="off" aria-label="{escape(row.number)}"></label></td>'
    )


def _row(row: "Opinion | OpinionSpan", before: str, after: str, nowrap: str, states: dict[str, str]) -> str:
    case = row.case
    number = escape(case.number)
    address = f"{before}{number}{after}"
    to_panel = "" if states else f' hx-get="{address}" hx-target="#panel"'
    state = f'<td class="nowrap">{states[row.state]}</td>' if states else ""
    return (
        f'<td class="nowrap"><a data-open href="{address}"{to_panel}>{number}</a>{_desk_of(row)}</td>'
        f'<td class="place">{escape(row.region.place_label)}</td>'
        f'<td class="about"><div class="two-lines">{escape(row.category.label)}</div></td>'
        f'<td class="text"><div class="two-lines">{escape(case.words_in_lists)}</div></td>'
        f"{state}<td>{deadline(row.left)}</td>"
        f"<td{nowrap}>{escape(row.person.label) if row.person else ''}</td>"
    )


def _desk_of(row: "Opinion | OpinionSpan") -> str:
    """For whom the reader stands in with this case."""
    absent = getattr(row, "desk_of", None)
    if absent is None:
        return ""
    words = _("for %(who)s") % {"who": absent.label}
    return f'<div class="quiet small2">{escape(words)}</div>'


@register.simple_tag
def found_row(opinion: "Opinion", words: list[str]) -> SafeString:
    """One opinion that was found, as one tap target, with the hits marked."""
    place = "" if opinion.is_protected else opinion.place
    parts = [
        opinion.number,
        format_html("{}{}{}", opinion.region.place_label, pause() if place else "", marked(place, words)),
        opinion.category.label,
        opinion.get_state_display(),
        day(opinion.recorded_at),
        opinion.person.label if opinion.person else "",
    ]
    about = format_html_join(" · ", "{}", ((part,) for part in parts if part))
    return format_html(
        '<a class="row-link found-case" href="{}"><span><span class="two-lines">{}</span>'
        '<span class="quiet small2">{}</span></span>{}</a>',
        reverse("opinion", args=[opinion.number]), marked(opinion.words_in_lists, words), about,
        deadline(opinion.left),
    )  # fmt: skip


@register.simple_tag
def deadline(left: "Left | None") -> SafeString:
    """The time left, in words with a shape and a colour that say the same; nothing where no clock runs."""
    if left is None:
        return SafeString("")
    words = escape(left.words)
    return SafeString(f'<span class="mark {left.look}" data-shape="{left.shape}">{words}</span>')
