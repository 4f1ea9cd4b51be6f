"""Who works on a case just now: told to those who may do the same work, and forgotten in two minutes.

It is there so that two don't answer the same case, and must not become a trace of who read what:

- one row a cadre, overwritten by the next case and deleted when it is over; there is no history of it;
- only those who do steps leave one, and only they see it: a leader's or an auditor's look is nobody's business,
  and it is not theirs whether somebody sits at a case;
- none is written or shown of a confidential case or an accusation. A look at one of those is recorded for those who
  look after looks; everybody else must not learn who reads it.
"""

from datetime import datetime, timedelta

from django.db.models import Q

from grievances.models import CasePresence, Opinion
from villages.models import Cadre, Role

LASTS = timedelta(minutes=2)
WORKING = frozenset({Role.HANDLER, Role.HEAD, Role.COORDINATOR, Role.CALLER})
_MOST = 5


def meet(cadre: Cadre, opinion: Opinion | None, *, now: datetime) -> list[Cadre]:
    """The cadre has this case open, or none. Returns who else has it; the case is one that the cadre may see."""
    open_case = opinion if opinion and not opinion.is_protected and cadre.roles & WORKING else None
    over = Q(until__lte=now)
    CasePresence.objects.filter(over if open_case else over | Q(cadre=cadre)).delete()
    if open_case is None:
        return []
    mine = CasePresence(cadre=cadre, opinion=open_case, until=now + LASTS)
    CasePresence.objects.bulk_create(
        [mine], update_conflicts=True, unique_fields=["cadre"], update_fields=["opinion", "until"]
    )
    others = CasePresence.objects.filter(opinion=open_case, until__gt=now).exclude(cadre=cadre)
    return [row.cadre for row in others.select_related("cadre").order_by("cadre__username")[:_MOST]]


def forget(now: datetime) -> None:
    """Delete what is over, also where nobody opens a case any more."""
    CasePresence.objects.filter(until__lte=now).delete()
