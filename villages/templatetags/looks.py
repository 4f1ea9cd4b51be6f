"""How numbers, days and moments look on pages."""

from datetime import date, datetime

from django import template
from django.template.defaultfilters import date as format_date
from django.utils import timezone
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def number(value: int) -> str:
    """3907 → 3,907."""
    return f"{value:,}"


@register.filter
def percent(share: float | None) -> str:
    """0.73 → 73 %; a dash where there is nothing to divide by."""
    return "–" if share is None else f"{share * 100:.0f}%"


@register.filter
def day(value: date | datetime | None) -> str:
    """The day with its weekday, in the reader's language; the year only when it is another one."""
    if value is None:
        return ""
    local = timezone.localtime(value) if isinstance(value, datetime) else value
    this_year = local.year == timezone.localdate().year
    # Translators: a date format of Django's, such as "l j F".
    return format_date(local, _("D j M") if this_year else _("D j M Y"))


@register.filter
def moment(value: datetime | None) -> str:
    """Day and time."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    return f"{day(local)} {local:%H:%M}"
