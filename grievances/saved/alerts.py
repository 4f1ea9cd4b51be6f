"""Views that call their owner: every day, or when they have grown.

``due_alerts`` finds them, and tells each in the transaction in which it was found.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time

from django.db import transaction
from django.db.models import Q
from django.urls import resolve, reverse
from django.utils import timezone

from grievances.messaging.kinds import VIEW_GREW
from grievances.messaging.telling import keep_and_send
from grievances.models import Calls, Notice, SavedView
from grievances.saved.counting import Count, counts
from grievances.saved.finding import names_of_lists
from villages.models import Cadre
from villages.reading import read_posts

# Daily ones call from this hour on.
FROM = time(7)
_BATCH = 50
# Milliseconds for the counts of a batch: nobody waits for them.
_PATIENCE = 20_000


@dataclass(frozen=True)
class Alert:
    """A view calls its owner; ``grown_by`` 0 where it is a daily one. A count beyond 1,000 says that there are
    more."""

    cadre: Cadre
    view: SavedView
    count: int
    grown_by: int


def due_alerts(now: datetime) -> list[Alert]:
    """All alerts that are due, each marked as told in the transaction that found it. A view that another run has
    in its hands is left to that one."""
    found: list[Alert] = []
    last = 0
    while True:
        with transaction.atomic():
            batch = _batch(now, after=last)
            found += call(list(_due(batch, now)), now)
        if not batch:
            return found
        last = batch[-1].pk


def call(alerts: list[Alert], now: datetime) -> list[Alert]:
    """Tell the owners, each in the way that they have chosen."""
    for alert in alerts:
        alert.view.called_at = now
    notices = [
        Notice(
            cadre=alert.cadre, kind=VIEW_GREW, key=f"view:{alert.view.pk}:{now.isoformat()}",
            address=reverse("view-open", args=[alert.view.pk]), count=alert.count, made_at=now,
        )
        for alert in alerts
    ]  # fmt: skip
    keep_and_send(notices, now=now)
    SavedView.objects.bulk_update([alert.view for alert in alerts], ["called_at"])
    return alerts


def names(notices: list[Notice], cadre: Cadre) -> dict[int, str]:
    """{notice: the name of the view that called}, of those that the cadre still finds."""
    keys = {notice.pk: resolve(notice.address).kwargs["pk"] for notice in notices}
    views = SavedView.objects.shown_to(cadre).filter(queue__in=names_of_lists(cadre)).in_bulk(keys.values())
    return {pk: views[key].label for pk, key in keys.items() if key in views}


def _batch(now: datetime, *, after: int) -> list[SavedView]:
    """The next views that may be due, locked, with all that their owners' rights come from."""
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    due = Q(calls=Calls.GROWN)
    if timezone.localtime(now).time() >= FROM:
        due |= Q(calls=Calls.DAILY) & (Q(called_at=None) | Q(called_at__lt=today))
    views = SavedView.objects.filter(due, pk__gt=after, owner__is_active=True).select_related("owner")
    batch = list(views.select_for_update(skip_locked=True, of=("self",)).order_by("pk")[:_BATCH])
    read_posts({view.owner for view in batch})
    return batch


def _due(batch: list[SavedView], now: datetime) -> Iterator[Alert]:
    owned = [view for view in batch if view.queue in names_of_lists(view.owner)]
    told = counts([(view.owner, view) for view in owned], patience=_PATIENCE, divide=True)
    moved: list[SavedView] = []
    for view, count in zip(owned, told, strict=True):
        if count is None:
            continue
        grown_by = _growth(view, count)
        if view.calls == Calls.DAILY and count.number:
            yield Alert(view.owner, view, count.number, 0)
        if view.calls == Calls.GROWN and grown_by >= view.grow_by:
            yield Alert(view.owner, view, count.number, grown_by)
        if _moves(view, count, grown_by):
            view.base_count = count.number
            moved.append(view)
    SavedView.objects.bulk_update(moved, ["base_count"])


def _growth(view: SavedView, count: Count) -> int:
    return 0 if view.base_count is None else max(count.number - view.base_count, 0)


def _moves(view: SavedView, count: Count, grown_by: int) -> bool:
    """Growth is counted from the latest call, or from the fewest since then."""
    base = view.base_count
    return base is None or count.number < base or grown_by >= view.grow_by
