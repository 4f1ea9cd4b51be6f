"""Rows of the auditor's lists and of escalations, written out in Python as those of other lists (``rows.py``).

Every text that comes from a row goes through ``escape``.
"""

from collections.abc import Iterable
from functools import cache
from html import escape
from typing import TYPE_CHECKING

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from grievances.models import LookKind
from grievances.templatetags.rows import Labels, around_number, deadline
from grievances.workflow import State
from villages.templatetags.looks import day, moment, pause

if TYPE_CHECKING:
    from grievances.models import Event, Look, Opinion, Reach

register = template.Library()


@register.simple_tag
def look_rows(looks: "Iterable[Look]") -> SafeString:
    """Who looked at what is protected, when, and why."""
    kinds, around = Labels(LookKind), around_number()
    rows = (
        f"<tr><td>{escape(moment(look.at))}</td><td>{escape(look.cadre.label)}</td><td>{kinds[look.kind]}</td>"
        f"<td>{_looked_at(look, around)}</td><td>{escape(look.reason)}</td></tr>"
        for look in looks
    )
    return SafeString("".join(rows))


@register.simple_tag
def withdrawn_rows(events: "Iterable[Event]") -> SafeString:
    """Who withdrew which opinion, when, and why."""
    around = around_number()
    rows = (
        f"<tr><td>{escape(moment(event.recorded_at))}</td><td>{escape(event.actor.label)}</td>"
        f"<td>{_linked(event.opinion, around)}</td><td>{escape(event.text)}</td></tr>"
        for event in events
    )
    return SafeString("".join(rows))


@register.simple_tag
def reach_rows(reaches: "Iterable[Reach]") -> SafeString:
    """Cases that reached somebody by escalation, each as one tap target; they have ``left``."""
    states, around, between = Labels(State), around_number(), escape(pause())
    # Fifty of a list came by few rules, on few days.
    words, days = cache(lambda rule: escape(rule.words)), cache(lambda value: escape(day(value)))
    rows = (
        f'<a class="row-link" href="{_address(case, around)}"><span>'
        f'<span class="fw-bold">{words(reach.escalation.rule)}</span><br>'
        f"{escape(case.number)} · {escape(case.category.label)}{between}{escape(case.region.place_label)}<br>"
        f'<span class="quiet small2">{days(reach.day)} · {states[case.state]}{_person(case)}</span></span>'
        f"{deadline(case.left)}</a>"
        for reach, case in ((reach, reach.escalation.opinion) for reach in reaches)
    )
    return SafeString("".join(rows))


def _looked_at(look: "Look", around: tuple[str, str]) -> str:
    if look.opinion:
        return _linked(look.opinion, around)
    if look.household:
        grid = look.household.grid
        return escape(f"{grid.parent.label} · {grid.label} · {look.household.number}")
    if look.rows is not None:
        return escape(ngettext("%(n)s row", "%(n)s rows", look.rows) % {"n": look.rows})
    return ""


def _linked(case: "Opinion", around: tuple[str, str]) -> str:
    return f'<a href="{_address(case, around)}">{escape(case.number)}</a>'


def _address(case: "Opinion", around: tuple[str, str]) -> str:
    before, after = around
    return f"{before}{escape(case.number)}{after}"


def _person(case: "Opinion") -> str:
    return f' · <span class="text-nowrap">{escape(case.person.label)}</span>' if case.person else ""
