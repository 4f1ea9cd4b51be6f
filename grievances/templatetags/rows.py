"""Rows of long lists, written out in Python: fifty rows as templates take longer than all else of a page."""

from typing import TYPE_CHECKING

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from villages.templatetags.looks import day, pause, percent
from villages.templatetags.marks import marked

if TYPE_CHECKING:
    from grievances.boards import Row
    from grievances.deadlines import Left
    from grievances.models import Opinion, OpinionSpan

register = template.Library()

_CELLS = (
    '<td class="place">{}</td><td class="about"><div class="two-lines">{}</div></td>'
    '<td class="text"><div class="two-lines">{}</div></td>'
)


@register.simple_tag
def opinion_row(row: "Opinion | OpinionSpan", panel: bool = False) -> SafeString:
    """One opinion, or how it stood: number, place, matter, words, state, deadline, who answers.

    Beside a ``panel`` it opens there, and the state, the same in all rows, is left out.
    """
    case = row.case
    address = reverse("opinion", args=[case.number])
    to_panel = format_html(' hx-get="{}" hx-target="#panel"', address) if panel else ""
    state = "" if panel else format_html('<td class="nowrap">{}</td>', row.get_state_display())
    nowrap = "" if get_language() == "en" else SafeString(' class="nowrap"')
    return format_html(
        '<tr data-row><td class="nowrap"><a data-open href="{}"{}>{}</a></td>' + _CELLS + "{}<td>{}</td>"
        "<td{}>{}</td></tr>",
        address, to_panel, case.number, row.region.place_label, row.category.label, case.words_in_lists, state,
        deadline(row.left), nowrap, row.person.label if row.person else "",
    )  # fmt: skip


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
    mark = '<span class="mark {}" data-shape="{}">{}</span>'
    return format_html(mark, left.look, left.shape, left.words)


@register.simple_tag
def rate_cell(row: "Row") -> SafeString:
    """The share of the resolved, and a mark where it clearly differs from that of all together."""
    words = {1: ("good", "▲", _("clearly higher")), -1: ("late", "▼", _("clearly lower"))}
    mark = ' <span class="mark {}" data-shape="{}">{}</span>'
    differs = format_html(mark, *words[row.verdict]) if row.verdict else ""
    return format_html('<td class="rate">{}{}</td>', percent(row.rate.share), differs)
