"""Two cadres at one door on one day: both visits stay, and somebody says whether they are the same.

Visits that are the same lead to the first of them. In figures that one is counted, once; coverage counts households,
so nothing changes there. Both pages, and what was said on each, stay as they were written.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from grievances.models import Visit, VisitPair
from villages.models import Cadre, Role

_DAY = timedelta(days=1)


def note_same(visits: Iterable[Visit], cadre: Cadre) -> None:
    """Give each visit its ``others``: what the cadre sees of the household's visits on the same day by somebody
    else, each with ``verdict``: True for the same, False for another, None as long as nobody has said. In two
    queries whatever their number."""
    visits = list(visits)
    doors = {visit.household_id for visit in visits} - {None}
    near: dict[tuple, list[Visit]] = defaultdict(list)
    if doors:
        days = [visit.said_at for visit in visits]
        there = Visit.objects.visible_to(cadre).filter(
            household__in=doors, said_at__gte=min(days) - _DAY, said_at__lte=max(days) + _DAY
        )
        for visit in there.select_related("recorded_by").order_by("said_at", "pk"):
            near[visit.household_id, timezone.localdate(visit.said_at)].append(visit)
    several = [visit for found in near.values() if len(found) > 1 for visit in found]
    apart = _told_apart(several)
    for visit in visits:
        found = near.get((visit.household_id, timezone.localdate(visit.said_at)), ())
        visit.others = [other for other in found if other.pk != visit.pk and _by_others(visit, other)]
        for other in visit.others:
            other.verdict = _verdict(visit, other, apart)


def _by_others(visit: Visit, other: Visit) -> bool:
    """Two entries of one cadre are two visits: morning and evening."""
    return visit.recorded_by_id != other.recorded_by_id or _root(visit) == _root(other)


def _root(visit: Visit) -> int:
    return visit.same_as_id or visit.pk


def _verdict(visit: Visit, other: Visit, apart: set[tuple[int, int]]) -> bool | None:
    if _root(visit) == _root(other):
        return True
    return False if _pair(visit, other) in apart else None


def _pair(one: Visit, other: Visit) -> tuple[int, int]:
    return min(one.pk, other.pk), max(one.pk, other.pk)


def _told_apart(visits: list[Visit]) -> set[tuple[int, int]]:
    """The pairs of which somebody said last that they are two."""
    if not visits:
        return set()
    keys = {visit.pk for visit in visits}
    said = VisitPair.objects.filter(first__in=keys, second__in=keys).order_by("pk")
    latest = {(pair.first_id, pair.second_id): pair.same for pair in said}
    return {pair for pair, same in latest.items() if not same}


def may_say(visit: Visit, cadre: Cadre) -> bool:
    """Whoever wrote it down or went, and the coordinators of the place."""
    coordinates = any(
        visit.region_id.startswith(post.region_id)
        for post in cadre.own_posts
        if post.role == Role.COORDINATOR
    )
    return coordinates or visit.recorded_by_id == cadre.pk or visit.cadres.filter(pk=cadre.pk).exists()


@transaction.atomic
def say(visit: Visit, other: Visit, *, same: bool, by: Cadre) -> bool:
    """Say that two visits are the same, or two. Whether they are to one household on one day at all.

    Of two who say so at once, one waits for the other; the later word counts.
    """
    day = Visit.objects.on_the_day_of(visit).order_by("pk").select_for_update(no_key=True)
    found = {one.pk: one for one in day}
    if visit.pk not in found or other.pk not in found or visit.pk == other.pk:
        return False
    one, two = found[visit.pk], found[other.pk]
    first, second = _pair(one, two)
    VisitPair.objects.create(first_id=first, second_id=second, same=same, by=by, at=timezone.now())
    if same:
        _lead([each for each in found.values() if _root(each) in {_root(one), _root(two)}])
    elif _root(one) == _root(two):
        _part(one, two, list(found.values()))
    return True


def _lead(visits: list[Visit]) -> None:
    """Let all lead to the first of them."""
    first = min(visits, key=lambda visit: visit.pk)
    Visit.objects.filter(pk__in=[visit.pk for visit in visits if visit.pk != first.pk]).update(same_as=first)
    Visit.objects.filter(pk=first.pk).update(same_as=None)


def _part(one: Visit, two: Visit, day: list[Visit]) -> None:
    """Take the later of the two out of what is the same; the others stay together."""
    out = max(one, two, key=lambda visit: visit.pk)
    rest = [visit for visit in day if _root(visit) == _root(one) and visit.pk != out.pk]
    Visit.objects.filter(pk=out.pk).update(same_as=None)
    _lead(rest)
