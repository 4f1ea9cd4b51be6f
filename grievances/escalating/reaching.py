"""What reached somebody by escalation, as far as they may still see it."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Count, OuterRef, QuerySet

from villages.each import OfEach
from villages.models import Cadre

if TYPE_CHECKING:
    from grievances.models import Notice, Reach

_KEY = "escalation"


def key_of(day: date) -> str:
    """The key of what is told of a day."""
    return f"{_KEY}:{day.isoformat()}"


def day_told(notice: "Notice") -> date:
    """The day that a notice tells of."""
    return date.fromisoformat(notice.key.partition(":")[2])


def reaches_of(cadre: Cadre) -> "QuerySet[Reach]":
    """All that reached a cadre and that they may see today; the newest first."""
    from grievances.models import Opinion, Reach

    seen = Opinion.objects.visible_to(cadre).filter(pk=OuterRef("escalation__opinion"))
    mine = Reach.objects.filter(OfEach(seen), cadre=cadre)
    return mine.order_by("-day", "-pk")


def counted(cadre: Cadre, days: Iterable[date]) -> dict[date, int]:
    """How many rows the list of each day has."""
    found = reaches_of(cadre).filter(day__in=list(days)).order_by().values("day")
    return dict(found.annotate(n=Count("pk")).values_list("day", "n"))
