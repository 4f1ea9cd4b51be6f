"""How numbers, days, moments and rows of words look on pages and in letters."""

from datetime import date, datetime

from django import template
from django.utils import dateformat, timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

register = template.Library()


@register.simple_tag
def comma() -> str:
    """Between the items of a row: Chinese has a mark of its own for that."""
    return pgettext("between items", ", ")


@register.simple_tag
def pause() -> str:
    """Between parts of a sentence that aren't alike."""
    return pgettext("between clauses", ", ")


@register.simple_tag
def semicolon() -> str:
    return pgettext("between clauses", "; ")


@register.simple_tag
def colon() -> str:
    """After a label, before what it is about."""
    return pgettext("after a label", ": ")


@register.filter
def bracketed(words: object) -> str:
    """An aside in brackets, with the space that English has before them."""
    return pgettext("aside", " (%s)") % words


@register.filter
def number(value: int) -> str:
    """3907 → 3,907."""
    return f"{value:,}"


@register.filter
def linked(found: object) -> str:
    """A number (``value``) with the list that it counts (``url``), where the reader has one."""
    if not found.url:
        return number(found.value)
    return format_html('<a href="{}">{}</a>', found.url, number(found.value))


@register.filter
def percent(share: float | None) -> str:
    """0.73 → 73 %; a dash where there is nothing to divide by. Only all of them are 100 %."""
    if share is None:
        return "–"
    return f"{round(share * 100) if share >= 1 else min(round(share * 100), 99)}%"


@register.filter
def day(value: date | datetime | None) -> str:
    """The day with its weekday, in the reader's language; the year only when it is another one."""
    if value is None:
        return ""
    local = timezone.localtime(value).date() if isinstance(value, datetime) else value
    this_year = local.year == timezone.localdate().year
    # Translators: a date format of Django's, such as "l j F".
    return dateformat.format(local, _("D j M") if this_year else _("D j M Y"))


@register.filter
def full_day(value: date | datetime | None) -> str:
    """The day with its weekday and year, for what is kept on paper."""
    if value is None:
        return ""
    local = timezone.localtime(value).date() if isinstance(value, datetime) else value
    return dateformat.format(local, _("D j M Y"))


@register.filter
def moment(value: datetime | None) -> str:
    """Day and time."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    return f"{day(local)} {local:%H:%M}"
