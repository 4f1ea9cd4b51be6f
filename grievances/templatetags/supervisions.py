"""Rows of the list of supervisions, written out in Python as other long lists are.

Every text that comes from a row goes through ``escape``.
"""

from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from grievances.templatetags.rows import deadline
from villages.templatetags.looks import day

if TYPE_CHECKING:
    from grievances.desk.supervisions import Supervision

register = template.Library()


@register.simple_tag
def supervision_rows(supervisions: "Iterable[Supervision]") -> SafeString:
    """Each with who asked what of which case, who answers, and by when or what was answered."""
    return SafeString("".join([_row(one) for one in supervisions]))


def _row(one: "Supervision") -> str:
    case = one.opinion
    number = escape(case.number)
    return (
        f'<tr><td class="nowrap"><a href="{reverse("opinion", args=[case.number])}">{number}</a></td>'
        f'<td class="place">{escape(case.region.place_label)}</td><td>{_who(one)}</td>'
        f'<td class="text">{_words(one)}</td>'
        f"<td>{_label(case.unit)}<br>{_label(case.person)}</td><td>{_until(one)}</td></tr>"
    )


def _who(one: "Supervision") -> str:
    if one.asked is None:
        return ""
    who = f"{_label(one.asked.actor_unit)} {_label(one.asked.actor)}"
    return f'{who}<br><span class="quiet small2">{escape(day(one.asked.recorded_at))}</span>'


def _words(one: "Supervision") -> str:
    """What was asked and answered; of a protected case neither, as in any list."""
    if one.opinion.is_protected:
        return escape(one.opinion.words_in_lists)
    words = escape(one.asked.text) if one.asked else ""
    if one.answer:
        answered = escape(day(one.answer.recorded_at))
        words += f'<br><span class="mark good" data-shape="✓">{answered}</span> {escape(one.answer.text)}'
    return words


def _until(one: "Supervision") -> str:
    if one.left:
        return f'<span class="nowrap">{escape(day(one.left.last_day))}</span><br>{deadline(one.left)}'
    return escape(_("answered") if one.answer else _("ended without an answer"))


def _label(named: object) -> str:
    return escape(str(named.label)) if named else ""
