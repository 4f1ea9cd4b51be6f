"""Doing an order: each case in a transaction of its own, by the verb that does it alone."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grievances.answering.filling import filled
from grievances.bulk.actions import kept, restored
from grievances.bulk.choosing import Chosen, cases_of
from grievances.errors import ACCUSED_CONSTRAINT, RequestReused, StepRefused, broken_constraint, in_words
from grievances.flow.duties import ACCUSED_MAY_NOT
from grievances.flow.occasions import occasion
from grievances.flow.writing import Statements, insert_once
from grievances.models import BulkItem, BulkOrder, BulkResult, Opinion
from grievances.workflow import Verb
from villages.jobs import job
from villages.models import Cadre

# So many are done while the person waits; more become a background job.
DIRECTLY = 50
# So many cases are read together.
_AT_ONCE = 50
_CLAIM = "SELECT FROM grievances_bulkitem WHERE id = %s AND result = %s FOR UPDATE SKIP LOCKED"
# An order on which nothing happened for so long can be gone on with by hand.
STANDS_STILL = timedelta(minutes=1)


def place(
    *,
    by: Cadre,
    key: uuid.UUID,
    verb: Verb,
    arguments: dict[str, object],
    digest: str,
    chosen: Chosen,
    each: dict[int, dict[str, object]] | None = None,
) -> BulkOrder:
    """Order a step on many cases, and do it at once if they are few; ``each`` is what is asked for of one case alone.

    The same key again gives the same order, and nothing twice; with another content it raises RequestReused.
    """
    order = BulkOrder(
        key=key, by=by, verb=verb, arguments=kept(arguments), digest=digest, made_at=timezone.now()
    )
    with transaction.atomic():
        if not insert_once(order, unique="key"):
            return _placed_before(order)
        seen = cases_of(chosen, by).order_by("due_at", "pk").values_list("pk", flat=True)
        own = {pk: kept(given) for pk, given in (each or {}).items()}
        items = [
            BulkItem(order=order, opinion_id=pk, version=chosen[pk], arguments=own.get(pk, {})) for pk in seen
        ]
        BulkItem.objects.bulk_create(items)
        if len(items) > DIRECTLY:
            # Written down with the order: there is never one without the other.
            run_order.enqueue(order.pk)
    if len(items) <= DIRECTLY:
        run(order)
    return order


def _placed_before(again: BulkOrder) -> BulkOrder:
    known = BulkOrder.objects.filter(key=again.key, by=again.by, verb=again.verb, digest=again.digest).first()
    if known is None:
        raise RequestReused(_("This form was sent before, with something else."))
    return known


@job(gettext_lazy("Many cases at once"))
def run_order(order: int) -> None:
    run(BulkOrder.objects.get(pk=order))


def run(order: BulkOrder, *, most: int | None = None) -> None:
    """Do what is waiting of an order. Whoever else is at it meanwhile, no case is done twice."""
    waiting = list(order.items.filter(result=BulkResult.WAITING).order_by("pk")[:most])
    for first in range(0, len(waiting), _AT_ONCE):
        items = waiting[first : first + _AT_ONCE]
        together = _Together.read(order, items)
        with occasion(order.key):
            for item in items:
                _do(together, item, is_last=item is items[-1])


@dataclass(frozen=True)
class _Together:
    """What the next cases of an order have in common: who ordered it, with their posts, the rows that its arguments
    name, and those of the cases that they see. Not read for longer: posts may end while a long order is done."""

    order: BulkOrder
    by: Cadre
    arguments: dict[str, object]
    seen: dict[int, Opinion]

    @classmethod
    def read(cls, order: BulkOrder, items: list[BulkItem]) -> "_Together":
        by = Cadre.objects.get(pk=order.by_id)
        visible = Opinion.objects.visible_to(by).select_related(
            "category", "region__parent", "unit", "person"
        )
        seen = visible.in_bulk([item.opinion_id for item in items])
        return cls(order, by, restored(order.arguments), seen)

    def arguments_of(self, item: BulkItem) -> dict[str, object]:
        """A problem that begins with the order is a row of its own for each case, until it is saved."""
        anew = {name: value for name, value in self.order.arguments.items() if name == "problem"}
        return self.arguments | restored(anew | item.arguments)


@transaction.atomic
def _do(together: _Together, item: BulkItem, *, is_last: bool) -> None:
    if not _claimed(item, waits_for_the_disk=is_last):
        return
    opinion = together.seen.get(item.opinion_id)
    item.result, item.done_at = BulkResult.LEFT_OUT, timezone.now()
    if opinion is not None:
        item.reasons = _step(together, item, opinion)
        item.result = BulkResult.REFUSED if item.reasons else BulkResult.DONE
    if item.reasons and not _sees(together.order.by_id, item.opinion_id):
        # Since the cases were read it has left their sight: they aren't told why either.
        item.reasons, item.result = {}, BulkResult.LEFT_OUT
    written = Statements()
    written.update(item, ["result", "reasons", "done_at"])
    written.execute()


def _claimed(item: BulkItem, *, waits_for_the_disk: bool) -> bool:
    """Lock a case of the order, unless it was done meanwhile or somebody else is at it. The disk need not be waited
    for but once: each commit carries those before it along, and what gets lost waits again, step and result alike."""
    with connection.cursor() as cursor:
        asked = _CLAIM if waits_for_the_disk else f"SET LOCAL synchronous_commit TO off; {_CLAIM}"
        cursor.execute(asked, [item.pk, BulkResult.WAITING])
        return cursor.rowcount == 1


def _sees(cadre: int, opinion: int) -> bool:
    return Opinion.objects.visible_to(Cadre.objects.get(pk=cadre)).filter(pk=opinion).exists()


def _step(together: _Together, item: BulkItem, opinion: Opinion) -> dict[str, str]:
    """Do the step; nothing, or why not, in each language: what was refused is tried again in the next one."""
    reasons: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            refused = _tried(together, item, opinion)
        if not refused:
            return {}
        reasons[language] = refused
    return reasons


def _tried(together: _Together, item: BulkItem, opinion: Opinion) -> str:
    key = uuid.uuid5(together.order.key, str(item.opinion_id))
    try:
        step = getattr(opinion, together.order.verb)
        arguments = filled(together.arguments_of(item), opinion)
        step(by=together.by, version=item.version, key=key, **arguments)
    except (StepRefused, ValidationError) as error:
        return in_words(error)
    except IntegrityError as error:
        if broken_constraint(error) != ACCUSED_CONSTRAINT:
            raise
        return str(ACCUSED_MAY_NOT)
    return ""


def stands_still(order: BulkOrder) -> bool:
    """Whether cases wait and nothing has happened for a while: there may be no worker."""
    if not order.items.filter(result=BulkResult.WAITING).exists():
        return False
    latest = order.items.exclude(done_at=None).order_by("-done_at").values_list("done_at", flat=True).first()
    last: datetime = latest or order.made_at
    return last < timezone.now() - STANDS_STILL
