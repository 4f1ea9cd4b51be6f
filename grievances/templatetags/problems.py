"""Rows of the list of common problems, written out in Python as other long lists are.

Every text that comes from a row goes through ``escape``.
"""

from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import ngettext, pgettext

from villages.templatetags.looks import day

if TYPE_CHECKING:
    from grievances.models import CommonProblem

register = template.Library()


@register.simple_tag
def problem_rows(problems: "Iterable[CommonProblem]") -> SafeString:
    """Each with its place, category and unit, and how many of its opinions (``held``) the reader sees."""
    return SafeString("".join([_row(problem) for problem in problems]))


def _row(problem: "CommonProblem") -> str:
    about = [problem.region.place_label, problem.category.label]
    about += [problem.unit.label] if problem.unit else []
    n = problem.held.total
    held = ngettext("%(n)s opinion", "%(n)s opinions", n) % {"n": n}
    return (
        f'<a class="row-link" href="{reverse("common-problem", args=[problem.key])}">'
        f'<span><b>{escape(problem.title)}</b><span class="d-block quiet small2">'
        f"{escape(' · '.join([*map(str, about), day(problem.opened_at)]))}</span></span>"
        f'<span class="text-nowrap text-end">{escape(held)}<span class="d-block small2">{_state(problem)}</span></span></a>'
    )


def _state(problem: "CommonProblem") -> str:
    """How many of them are open and late; of one that is over, only that."""
    if not problem.is_open:
        closed = escape(pgettext("problem", "closed"))
        return f'<span class="mark" data-shape="○">{closed}</span>'
    words, n = "", problem.held.open
    if n:
        words = escape(ngettext("%(n)s open", "%(n)s open", n) % {"n": n})
    n = problem.held.late
    if n:
        late = escape(ngettext("%(n)s late", "%(n)s late", n) % {"n": n})
        words += f' <span class="mark late" data-shape="▲">{late}</span>'
    return words
