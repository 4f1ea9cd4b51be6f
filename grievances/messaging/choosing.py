"""How each person wants to be told what."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from django.utils import timezone

from grievances.messaging.kinds import Kind
from grievances.models import How, MessageSettings
from villages.models import Cadre


def settings_of(cadres: Iterable[Cadre]) -> dict[int, MessageSettings]:
    """The settings of each cadre, by id; those of who has none are the usual ones, not kept."""
    cadres = list(cadres)
    kept = MessageSettings.objects.in_bulk([cadre.pk for cadre in cadres])
    return {cadre.pk: kept.get(cadre.pk) or MessageSettings(cadre=cadre) for cadre in cadres}


def chosen(settings: MessageSettings, kind: Kind) -> How:
    """How somebody is told of a kind: as chosen, as long as that may be, else as usual."""
    wanted = settings.choices.get(kind.name)
    return How(wanted) if kind.may_be(wanted) else kind.by_default


def next_digest(settings: MessageSettings, *, now: datetime) -> datetime:
    """The next moment at which this person gets what is told together."""
    local = timezone.localtime(now)
    hour = timezone.make_aware(datetime.combine(local.date(), time(settings.digest_hour)))
    return hour if hour > now else hour + timedelta(days=1)
