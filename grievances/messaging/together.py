"""Notices of many cases by one decision: one that stands, with a list, and behind it the cases.

Each case is told in the transaction's wake as if by itself – so a program that is killed in between has told what it
did – but as a part: of its own it neither stands nor leaves the program. Whoever may no longer see a case no longer
counts it.
"""

import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, Min, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from grievances.models import Notice, Opinion
from grievances.sight.access import visible
from villages.each import OfEach

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from grievances.flow.occasions import Occasion
    from villages.models import Cadre

# The parts of a notice are of the same day: by their time they are found among all notices of a person.
_LASTS = timedelta(days=1)
_LISTS = "/notices/"


def told_as_one(notice: Notice, occasion: "Occasion") -> list[Notice]:
    """A notice of one case as what stands for all of the occasion, and its part. The first of the occasion stays,
    and is new again with each part that comes later (``telling.keep_and_send``)."""
    key = _key(occasion, notice)
    address = reverse("notice-cases", args=[key])
    stands = Notice(
        cadre=notice.cadre, kind=notice.kind, key=key.hex, event=notice.event, address=address, made_at=notice.made_at,
    )  # fmt: skip
    part = Notice(
        cadre=notice.cadre, kind=notice.kind, key=f"{key.hex}:{notice.opinion.pk}", opinion=notice.opinion,
        address=address, made_at=notice.made_at, seen_at=notice.made_at,
    )  # fmt: skip
    return [stands, part]


def _key(occasion: "Occasion", notice: Notice) -> uuid.UUID:
    """What goes on overnight is told anew."""
    return uuid.uuid5(occasion.key, f"{timezone.localdate(notice.made_at)} {notice.kind}")


def is_part(notice: Notice) -> bool:
    return bool(notice.opinion_id and notice.address)


def is_of_many(notice: Notice) -> bool:
    return notice.opinion_id is None and notice.address.startswith(_LISTS)


def standing(cadre: "Cadre") -> Q:
    """The notices that stand: no parts, only of cases that the cadre may still see – also a mere number would tell of
    others."""
    parts = _parts(cadre).filter(
        address=OuterRef("address"),
        made_at__range=(OuterRef("made_at") - _LASTS, OuterRef("made_at") + _LASTS),
    )
    of_many = Q(address__startswith=_LISTS)
    # Of each of the few that are shown or counted: joined, all opinions would be read.
    seen = OfEach(Opinion.objects.visible_to(cadre).filter(pk=OuterRef("opinion")))
    lists = Q(opinion=None) & (~of_many | Exists(parts))
    # What is no part is said first, so that no case of a part is looked up.
    return lists | Q(address="") & Q(opinion__isnull=False) & Q(seen)


def cases_of(notice: Notice, cadre: "Cadre") -> "QuerySet[Opinion]":
    """The cases of a notice that the cadre may see."""
    cases = list(_parts_of([notice], cadre).values_list("opinion", flat=True))
    return Opinion.objects.visible_to(cadre).filter(pk__in=cases)


def recount(notices: Iterable[Notice], cadre: "Cadre") -> None:
    """Give each notice of many cases its present ``count``; one of a single case becomes that case's."""
    notices = [notice for notice in notices if is_of_many(notice)]
    if not notices:
        return
    found = _parts_of(notices, cadre).order_by().values("address").annotate(n=Count("pk"), one=Min("opinion"))
    known = {row["address"]: row for row in found}
    alone = [row["one"] for row in known.values() if row["n"] == 1]
    seen = Opinion.objects.visible_to(cadre).select_related("category__parent", "region__parent")
    cases = seen.in_bulk(alone) if alone else {}
    for notice in notices:
        row = known.get(notice.address, {"n": 0, "one": None})
        notice.count = row["n"]
        if row["one"] in cases:
            notice.opinion = cases[row["one"]]


def _parts_of(notices: list[Notice], cadre: "Cadre") -> "QuerySet[Notice]":
    moments = [notice.made_at for notice in notices]
    near = {"made_at__range": (min(moments) - _LASTS, max(moments) + _LASTS)}
    return _parts(cadre).filter(address__in=[notice.address for notice in notices], **near)


def _parts(cadre: "Cadre") -> "QuerySet[Notice]":
    return Notice.objects.filter(visible(cadre, opinion="opinion__"), cadre=cadre, opinion__isnull=False)
