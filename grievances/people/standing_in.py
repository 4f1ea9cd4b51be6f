"""Telling a substitute and the one who is away that standing in begins, and that it ends: once each.

At the note-down where it begins at once, else in the morning of the day; the end the morning after, or as soon as
it is ended early.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from grievances.messaging.kinds import SUBSTITUTE, standing_in_key
from grievances.messaging.telling import keep_and_send
from grievances.models import Notice
from grievances.saved.alerts import FROM
from villages.models import Absence

# So long afterwards it is still told, where the program stood still.
_CATCH_UP = timedelta(days=7)


def tell_begun(absences: Iterable[Absence], *, now: datetime | None = None) -> None:
    """Tell both people of each absence that it has begun, who weren't told before."""
    _tell([(absence, "keeps", "is-kept") for absence in absences], now or timezone.now())


def tell_ended(absences: Iterable[Absence], *, now: datetime | None = None) -> None:
    """Tell both people of each absence that it is over, who weren't told before."""
    _tell([(absence, "kept", "is-back") for absence in absences], now or timezone.now())


def tell_of_the_day(now: datetime) -> None:
    """What begins today and what ended yesterday, or on the days before if nobody was told then."""
    local = timezone.localtime(now)
    if local.time() < FROM:
        return
    today, since = local.date(), local.date() - _CATCH_UP
    lately = Q(since__gte=since) | Q(until__gte=since, until__lt=today)
    near = list(Absence.objects.filter(lately, since__lte=today).select_related("cadre", "substitute"))
    tell_begun([absence for absence in near if absence.until >= today], now=now)
    tell_ended([absence for absence in near if absence.until < today], now=now)


def _tell(told: list[tuple[Absence, str, str]], now: datetime) -> None:
    notices = [
        Notice(
            cadre=cadre, kind=SUBSTITUTE, key=standing_in_key(what, absence.pk),
            address=reverse("absence-list"), count=1, made_at=now,
        )
        for absence, to_substitute, to_absent in told
        for cadre, what in ((absence.substitute, to_substitute), (absence.cadre, to_absent))
    ]  # fmt: skip
    known = _known(notices)
    keep_and_send([notice for notice in notices if (notice.cadre_id, notice.key) not in known], now=now)


def _known(notices: list[Notice]) -> set[tuple[int, str]]:
    """(cadre, key) of what was told before."""
    asked = {"cadre__in": [one.cadre_id for one in notices], "key__in": [one.key for one in notices]}
    return set(Notice.objects.filter(**asked).values_list("cadre", "key")) if notices else set()
