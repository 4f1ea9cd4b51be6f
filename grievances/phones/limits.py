"""How much one person may send from phones: bytes of photographs, and what the server opens in a minute."""

import time
from collections import Counter
from threading import Lock

from django.conf import settings
from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from grievances.flow.calendar import midnight
from grievances.models import ArrivingPhoto, Attachment
from grievances.phones import both
from grievances.phones.answers import Answer
from villages.models import Cadre

_MEGABYTE = 1024 * 1024


class Minute:
    """What was opened for whom in the running minute. It lies in the memory of one server process: nothing that is
    kept says when somebody sends."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._number, self._opened = 0, Counter()

    def allows(self, person: int, most: int) -> bool:
        """Count one opening, unless the person has had ``most`` of them."""
        number = int(time.monotonic() // 60)
        with self._lock:
            if number != self._number:
                self._number, self._opened = number, Counter()
            self._opened[person] += 1
            return self._opened[person] <= most


_MINUTE = Minute()


def may_open(cadre: Cadre) -> bool:
    """Whether something sealed is opened for the cadre now: that costs the server more than it costs to send it."""
    return _MINUTE.allows(cadre.pk, settings.PHONE_OPENINGS_A_MINUTE)


def too_fast() -> Answer:
    return Answer(429, "too_fast", {"reason": both.said(_too_fast)})


def _too_fast() -> str:
    return _("Too much at once for the server. Nothing is lost: it is tried again in a minute.")


def most_of_a_visit() -> int:
    """Bytes that the photographs of one visit may have together."""
    return settings.PHONE_VISIT_MEGABYTES * _MEGABYTE


def too_large_a_visit() -> str:
    return _("The photographs of one visit may have %s MB together: leave some out.") % (
        settings.PHONE_VISIT_MEGABYTES
    )


def is_enough_today(photo: ArrivingPhoto) -> bool:
    """Whether the author's photographs of today, with this one, are more than one person may send in a day.

    Those that are kept count, those that wait for a decision, and those that were announced before this one.
    """
    today = timezone.localdate()
    kept = Attachment.objects.filter(opinion__recorded_by=photo.author_id, added_at__gte=midnight(today))
    before = ArrivingPhoto.objects.filter(author=photo.author_id, refused=False, pk__lte=photo.pk)
    coming = before.filter(Q(whole=True) | Q(announced_on=today))
    sizes = (found.aggregate(n=Sum("size"))["n"] or 0 for found in (kept.exclude(key=None), coming))
    return sum(sizes) > settings.PHONE_DAY_MEGABYTES * _MEGABYTE


def enough_today() -> Answer:
    return Answer(429, "enough_today", {"reason": both.said(_enough_today)})


def _enough_today() -> str:
    return _("One person's photographs of a day may have %s MB. The others wait here, and go tomorrow.") % (
        settings.PHONE_DAY_MEGABYTES
    )
