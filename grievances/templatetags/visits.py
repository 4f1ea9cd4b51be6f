"""Rows of the visitor's home, written out in Python as those of other lists (``rows.py``).

Every text that comes from a row goes through ``escape``.
"""

from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grievances.workflow import State
from villages.templatetags.looks import day

if TYPE_CHECKING:
    from grievances.models import Opinion
    from villages.models import Household

register = template.Library()

_ON = '<span class="quiet" aria-hidden="true">›</span>'


@register.simple_tag
def household_rows(households: "Iterable[Household]") -> SafeString:
    """Households to visit, with what a visitor must know of them."""
    return SafeString("".join(map(_household, households)))


def _household(household: "Household") -> str:
    n = household.members
    about = [ngettext("%(n)s person", "%(n)s people", n) % {"n": n}, *household.needs_shown]
    if household.attempts:
        n = household.attempts
        went = ngettext("went once, nobody at home", "went %(n)s times, nobody at home", n)
        about.append(went % {"n": n})
    return (
        f'<a class="row-link" href="{reverse("visit-household", args=[household.pk])}">'
        f"<span><b>{escape(household.number)}</b> {escape(household.head)}<br>"
        f'<span class="quiet small2">{escape(" · ".join(about))}</span></span>{_ON}</a>'
    )


@register.simple_tag
def changed_rows(opinions: "Iterable[Opinion]") -> SafeString:
    """What became of things that I wrote down; the rows have ``left`` and ``door``."""
    return SafeString("".join(map(_changed, opinions)))


def _changed(opinion: "Opinion") -> str:
    door = str(opinion.door or opinion.region.label)
    said = _("said on %(day)s") % {"day": day(opinion.said_at)}
    look, shape = _mark(opinion)
    return (
        f'<a class="row-link" href="{reverse("opinion", args=[opinion.number])}">'
        f'<span><span class="two-lines">{escape(opinion.words_in_lists)}</span>'
        f'<span class="quiet small2">{escape(door)} · {escape(said)}</span></span>'
        f'<span class="{look}" data-shape="{shape}">{escape(opinion.get_state_display())}</span></a>'
    )


def _mark(opinion: "Opinion") -> tuple[str, str]:
    """The classes of a state's mark, and its shape."""
    if opinion.state == State.CLOSED:
        return "mark good", "✓"
    if opinion.is_open and opinion.left:
        return f"mark {opinion.left.look}", opinion.left.shape
    return "mark", "○"
