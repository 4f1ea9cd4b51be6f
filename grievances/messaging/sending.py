"""Sending what is due: each message once, again after a failure, and not for ever."""

import hashlib
import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grievances.messaging.channel import Channel, NotSent
from grievances.messaging.channels import channel_named
from grievances.messaging.choosing import settings_of
from grievances.messaging.wording import message_of, still_theirs
from grievances.models import Delivery, DeliveryState, How
from villages.jobs import job, waits
from villages.models import Cadre

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 8  # the last one about ten hours after the first
_FIRST_PAUSE = timedelta(minutes=5)
# A job of ours must be over long before its worker is taken for gone (villages.jobs.FORGOTTEN).
_LONGEST_SECONDS = 120
_MOST_LINES = 200
# So many failures of one channel in a row: it is out of order, and the rest waits for the next run.
_OUT_OF_ORDER = 3
KEPT = timedelta(days=90)
_AT_ONCE = 1000


@job(_("Messages"))
def send_due() -> None:
    """Send what is due, until nothing is left or it takes too long: the rest is for the next job."""
    began, failures = time.monotonic(), 0
    while time.monotonic() - began < _LONGEST_SECONDS and failures < _OUT_OF_ORDER:
        claimed = _claim(timezone.now())
        if not claimed:
            return
        failures = 0 if _send(claimed) else failures + 1


def ask_for_sending(now: datetime) -> None:
    """Let a job send what is due, unless one waits already."""
    due = Delivery.objects.filter(state=DeliveryState.WAITING, next_at__lte=now)
    if due.exists() and not waits(send_due):
        send_due.enqueue()


def prune(now: datetime) -> None:
    """Forget deliveries that are long over; the notices stay."""
    old = Delivery.objects.filter(made_at__lt=now - KEPT).order_by("made_at").values("pk")[:_AT_ONCE]
    Delivery.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()


def try_again(pk: int) -> bool:
    """Let a failed delivery wait once more; whether there was one. Of two who ask at once, one does."""
    if not _wait_again(Delivery.objects.filter(pk=pk)):
        return False
    send_due.enqueue()
    return True


def try_all_again() -> int:
    """Let the oldest failed deliveries wait once more, a thousand at a time; how many."""
    oldest = Delivery.objects.filter(state=DeliveryState.FAILED).order_by("id")
    n = _wait_again(Delivery.objects.filter(pk__in=list(oldest.values_list("pk", flat=True)[:_AT_ONCE])))
    if n:
        ask_for_sending(timezone.now())
    return n


@dataclass(frozen=True)
class Retrying:
    """Messages that could not be sent and are tried again by themselves; a number beyond 1,000 says that there are
    more."""

    number: int
    next_at: datetime
    error: str


def retrying() -> Retrying | None:
    """Those whose last attempt failed; None where there is none."""
    found = list(_failing().order_by("next_at", "pk").values_list("next_at", "error")[: _AT_ONCE + 1])
    return Retrying(len(found), *found[0]) if found else None


def try_now() -> int:
    """Let what is tried again by itself go now, a thousand at a time; how many."""
    first = _failing().order_by("next_at", "pk").values_list("pk", flat=True)[:_AT_ONCE]
    n = _failing().filter(pk__in=list(first)).update(next_at=timezone.now())
    if n:
        ask_for_sending(timezone.now())
    return n


def _failing() -> QuerySet[Delivery]:
    return Delivery.objects.filter(state=DeliveryState.WAITING).exclude(error="")


def _wait_again(deliveries: QuerySet[Delivery]) -> int:
    fresh = {"state": DeliveryState.WAITING, "attempts": 0, "next_at": timezone.now(), "error": ""}
    return deliveries.filter(state=DeliveryState.FAILED).update(**fresh)


@transaction.atomic
def _claim(now: datetime) -> list[Delivery]:
    """The next delivery that is due, with all others that go in the same message, taken for this attempt: nobody
    else takes them before the pause is over, be it that this worker is killed."""
    due = Delivery.objects.filter(state=DeliveryState.WAITING, next_at__lte=now)
    locked = due.select_for_update(skip_locked=True)
    first = locked.order_by("next_at", "pk").first()
    if first is None:
        return []
    taken = [first]
    if first.how == How.DIGEST:
        together = locked.filter(cadre=first.cadre_id, channel=first.channel, how=How.DIGEST)
        taken = list(together.order_by("next_at", "pk")[:_MOST_LINES])
    for delivery in taken:
        delivery.attempts += 1
        pause = _FIRST_PAUSE * 2 ** min(delivery.attempts - 1, MOST_ATTEMPTS)
        delivery.next_at = now + pause
    Delivery.objects.bulk_update(taken, ["attempts", "next_at"])
    return taken


def _send(claimed: list[Delivery]) -> bool:
    """Send one message; whether its channel works."""
    worn = [delivery for delivery in claimed if delivery.attempts > MOST_ATTEMPTS]
    if worn:
        # Each attempt was begun and none came to an end: its worker was killed every time.
        _settle(worn, DeliveryState.FAILED)
        return True
    cadre = Cadre.objects.get(pk=claimed[0].cadre_id)
    channel = channel_named(claimed[0].channel)
    if channel is None or not cadre.is_active or not channel.reaches(cadre):
        _settle(claimed, DeliveryState.DROPPED)
        return True
    return _pass_on(claimed, cadre, channel)


def _pass_on(claimed: list[Delivery], cadre: Cadre, channel: Channel) -> bool:
    known = Delivery.objects.filter(pk__in=[delivery.pk for delivery in claimed])
    notices = {row.notice_id: row.notice for row in known.select_related("notice__opinion", "notice__event")}
    theirs = {notice.pk: notice for notice in still_theirs(notices.values(), cadre)}
    _settle([one for one in claimed if one.notice_id not in theirs], DeliveryState.DROPPED)
    going = [one for one in claimed if one.notice_id in theirs]
    if not going:
        return True
    language = settings_of([cadre])[cadre.pk].language
    told = [theirs[one.notice_id] for one in going]
    message = message_of(told, cadre, key=_key(channel, going), language=language)
    try:
        channel.send(message)
    except NotSent as error:
        logger.warning("not sent by %s: %s", channel.name, error)
        said = str(error)[:250]
        last = [delivery for delivery in going if delivery.attempts >= MOST_ATTEMPTS]
        _settle(going, DeliveryState.WAITING, error=said)
        _settle(last, DeliveryState.FAILED)
        return False
    _settle(going, DeliveryState.SENT)
    return True


def _key(channel: Channel, going: list[Delivery]) -> str:
    """The same for the same things told, and for no others: a mailbox may hide what it has already."""
    rows = ",".join(str(delivery.pk) for delivery in going)
    return f"{channel.name}-{hashlib.sha256(rows.encode()).hexdigest()[:24]}"


def _settle(deliveries: Iterable[Delivery], state: DeliveryState, *, error: str | None = None) -> None:
    changed: dict[str, object] = {"state": state}
    if error is not None:
        changed["error"] = error
    if state == DeliveryState.SENT:
        changed |= {"sent_at": timezone.now(), "error": ""}
    rows = Delivery.objects.filter(pk__in=[delivery.pk for delivery in deliveries])
    rows.filter(state=DeliveryState.WAITING).update(**changed)
