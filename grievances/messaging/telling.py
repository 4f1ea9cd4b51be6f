"""Telling somebody something: the notice in the program, and its way out as the person wants it."""

import logging
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db import Error, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from grievances.flow.occasions import Occasion
from grievances.flow.writing import insert_new
from grievances.messaging.channels import channels
from grievances.messaging.choosing import chosen, next_digest, settings_of
from grievances.messaging.kinds import kind_of
from grievances.messaging.sending import send_due
from grievances.messaging.together import is_of_many, is_part, told_as_one
from grievances.models import Delivery, DeliveryState, Event, How, Notice, Opinion
from grievances.sight.access import still_sees
from villages.models import Cadre

logger = logging.getLogger(__name__)

# A list that is still growing waits so long for its last case, where somebody wants to know at once.
_GATHERS = timedelta(minutes=2)


def tell(
    *,
    kind: str,
    cadres: Iterable[Cadre],
    key: str,
    opinion: Opinion | None = None,
    event: Event | None = None,
    address: str = "",
    count: int | None = None,
    at: datetime | None = None,
    occasion: Occasion | None = None,
) -> None:
    """Tell each cadre once what ``key`` says: of a case (``opinion``), which who may not see is not told of; or of a
    list of ``count`` rows, or of as many as come to it, at an ``address`` of ours ("/escalations/?day=…"). All cases
    of an ``occasion`` are told of as one."""
    if opinion is not None:
        cadres = [cadre for cadre in cadres if still_sees(cadre, opinion)]
    now = at or timezone.now()
    told = [
        Notice(
            cadre=cadre, kind=kind, key=key, opinion=opinion, event=event, address=address, count=count,
            made_at=now,
        )
        for cadre in cadres
    ]  # fmt: skip
    if occasion and opinion is not None:
        # In one order: two workers at the same occasion wait for each other's notices of the same people.
        told.sort(key=lambda notice: notice.cadre_id)
        told = [one for notice in told for one in told_as_one(notice, occasion)]
    keep_and_send(told, now=now)


def keep_and_send(told: list[Notice], *, now: datetime) -> None:
    """Keep notices that are made, and let them go out, in a few queries whatever their number."""
    if not told:
        return
    # Who was told before by this key is not told again.
    insert_new(told)
    try:
        _rouse([notice for notice in told if is_of_many(notice)])
        going = [notice for notice in told if not is_part(notice)]
        send_out(
            keys={notice.key for notice in going}, cadres=list({notice.cadre for notice in going}), now=now
        )
    except Error:
        # It stands in the program, and what brought it about is done.
        logger.exception("A notice does not leave the program.")


def _rouse(grown: list[Notice]) -> None:
    """What was looked at, or has left the program, before its last case came is new again: the rest would be told of
    by nothing."""
    if not grown:
        return
    gone = Delivery.objects.filter(state__in=(DeliveryState.SENT, DeliveryState.DROPPED))
    known = Notice.objects.filter(
        cadre__in=[one.cadre_id for one in grown], key__in={one.key for one in grown}
    )
    over = known.filter(Q(seen_at__isnull=False) | Exists(gone.filter(notice=OuterRef("pk"))))
    # Mostly there is none: each case of an order asks.
    if found := list(over.values_list("pk", flat=True)):
        Notice.objects.filter(pk__in=found).update(seen_at=None)
        gone.filter(notice__in=found).delete()


def send_out(*, keys: Collection[str], cadres: list[Cadre], now: datetime) -> None:
    """Let the notices of some keys go by every channel that reaches their people, as each wants it. Again it changes
    nothing."""
    ways = channels()
    if not ways:
        return
    settings = settings_of(cadres)
    made = Notice.objects.filter(key__in=keys, cadre__in=settings).select_related("cadre")
    going = []
    for notice in made:
        how = chosen(settings[notice.cadre_id], kind_of(notice.kind))
        if how == How.PROGRAM:
            continue
        when = now if how == How.AT_ONCE else next_digest(settings[notice.cadre_id], now=now)
        if how == How.AT_ONCE and notice.opinion_id is None and notice.count is None:
            when += _GATHERS
        going += [
            Delivery(notice=notice, cadre=notice.cadre, channel=way.name, how=how, made_at=now, next_at=when)
            for way in ways
            if way.reaches(notice.cadre)
        ]
    Delivery.objects.bulk_create(going, ignore_conflicts=True)
    if any(delivery.how == How.AT_ONCE and delivery.next_at <= now for delivery in going):
        transaction.on_commit(send_due.enqueue)
