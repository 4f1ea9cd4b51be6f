"""When somebody leaves: each of their cases gets a successor, and then the posts end.

The successor answers for a case from its transfer on, so that it never lies with nobody; they may hand it back to
the head of the unit within two working days, and whoever says nothing has accepted.
"""

import uuid
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grievances.errors import StepRefused, in_words
from grievances.flow.calendar import WorkingCalendar, last_day
from grievances.flow.duties import head_of
from grievances.flow.occasions import occasion
from grievances.messaging.kinds import GIVEN, handed_key
from grievances.messaging.telling import tell
from grievances.models import Opinion, Succession, SuccessionCase
from grievances.people.handover import MOVABLE, hanging, hanging_on, held_by, hidden_from
from grievances.sight.access import visible
from villages.models import CODE_LENGTH, Cadre, Level, Post, Role, Unit
from villages.rights import note_change

DAYS_TO_HAND_BACK = 2
# Each case is a step of its own: no more in one request.
MOST = 200
_VILLAGE = CODE_LENGTH[Level.VILLAGE]
# What a head ends in the own units; the rest is an administrator's.
_OF_A_UNIT = (Role.HANDLER, Role.VISITOR, Role.HEAD)
WAYS = {
    "all": gettext_lazy("all to one"),
    "category": gettext_lazy("by what they are about"),
    "place": gettext_lazy("by place"),
    "each": gettext_lazy("each by itself"),
}


@dataclass
class Group:
    """Cases that go to the same successor."""

    key: str
    label: str
    cases: list[Opinion]
    units: set[int]


def groups_of(cases: Iterable[Opinion], way: str) -> list[Group]:
    """The cases of somebody who leaves as one of ``WAYS`` puts them together."""
    found: dict[str, Group] = {}
    for case in cases:
        key, label = _KEYS[way](case)
        group = found.setdefault(key, Group(key, label, [], set()))
        group.cases.append(case)
        group.units.add(case.unit_id)
    return sorted(found.values(), key=lambda group: -len(group.cases))


def _place(case: Opinion) -> tuple[str, str]:
    code = case.region_id[:_VILLAGE]
    region = case.region if case.region_id == code or not case.region.parent else case.region.parent
    return code, region.label


_KEYS = {
    "all": lambda case: ("all", _("All cases")),
    "category": lambda case: (f"c{case.category_id}", case.category.label),
    "place": _place,
    "each": lambda case: (f"o{case.pk}", case.number),
}


def units_of(leaving: Cadre) -> list[tuple[Unit, int]]:
    """For an administrator, who sees no case: in which units how many hang on somebody, accusations left out."""
    counted = hanging(leaving).filter(accusing=False).order_by().values("unit").annotate(n=Count("pk"))
    numbers = dict(counted.values_list("unit", "n"))
    return [(unit, numbers[unit.pk]) for unit in Unit.objects.filter(pk__in=numbers)]


def seen_by(head: Cadre, leaving: Cadre) -> QuerySet[Opinion]:
    """For a head: the cases that can go to somebody else now."""
    return held_by(leaving, head).filter(state__in=MOVABLE).for_rows()


def of_unit(leaving: Cadre, unit: Unit) -> QuerySet[Opinion]:
    return hanging(leaving).filter(accusing=False, unit=unit)


def endable(leaving: Cadre, by: Cadre) -> list[Post]:
    """The posts in force that somebody may end: an administrator any but their own, a head those in the own units,
    but no other head of the same unit."""
    posts = [] if leaving == by else [post for post in leaving.own_posts if not _ends_today(post)]
    if Role.ADMINISTRATOR in by.roles:
        return posts
    headed = [post.unit for post in by.own_posts if post.role == Role.HEAD]
    return [post for post in posts if post.role in _OF_A_UNIT and any(_below(unit, post) for unit in headed)]


def _below(unit: Unit, post: Post) -> bool:
    return unit.contains(post.unit) and (post.role != Role.HEAD or unit != post.unit)


def _ends_today(post: Post) -> bool:
    return post.until is not None and post.until <= timezone.localdate()


@dataclass
class Result:
    """How many cases went, and which did not and why."""

    done: int = 0
    refused: list[tuple[Opinion, str]] = field(default_factory=list)


@dataclass
class HandingOn:
    """One order to hand cases on: who leaves, who orders it, and why."""

    leaving: Cadre
    by: Cadre
    reason: str
    key: uuid.UUID = field(default_factory=uuid.uuid4)
    result: Result = field(default_factory=Result)
    _successions: dict[int, Succession] = field(default_factory=dict)

    def hand_on(self, cases: Iterable[Opinion], successor: Cadre, *, alone: bool = False) -> None:
        """Transfer each case in a transaction of its own; ``alone`` as the program's own step, for an
        administrator. One that is refused stops no other."""
        for case in cases:
            known = successor.pk in self._successions
            try:
                with self.told_as_one(successor), transaction.atomic():
                    # What changes between the list and its lock may no longer hang on whoever leaves.
                    case.transfer(
                        by=None if alone else self.by,
                        person=successor,
                        reason=self.reason,
                        version=case.version,
                    )
                    self.note(case, successor)
            except (StepRefused, ValidationError) as error:
                if not known:
                    self._successions.pop(successor.pk, None)  # undone with the case
                self.result.refused.append((case, in_words(error)))
            else:
                self.result.done += 1

    def told_as_one(self, successor: Cadre) -> AbstractContextManager[None]:
        """Within it the successor isn't told of each case: one notice leads to all of them."""
        return occasion(self.key, told=frozenset({successor.pk}))

    def note(self, case: Opinion, successor: Cadre) -> None:
        """That a case was transferred by this order, in the transaction of its transfer: the successor can hand it
        back."""
        SuccessionCase.objects.create(succession=self._to(successor), opinion=case)

    def _to(self, successor: Cadre) -> Succession:
        """The batch of one successor, begun with its first case."""
        if successor.pk not in self._successions:
            now = timezone.now()
            until = WorkingCalendar.load().due(now, days=DAYS_TO_HAND_BACK, working=True)
            made = self._successions[successor.pk] = Succession.objects.create(
                leaving=self.leaving,
                successor=successor,
                by=self.by,
                reason=self.reason,
                made_at=now,
                until=until,
            )
            if successor != self.by:
                transaction.on_commit(lambda: _tell(made))
        return self._successions[successor.pk]


def _tell(made: Succession) -> None:
    """The successor, once, by a notice that leads to all that was handed over."""
    address = reverse("succession", args=[made.pk])
    tell(kind=GIVEN, cadres=[made.successor], key=handed_key(made.pk), address=address, at=made.made_at)


def end_posts(posts: Iterable[Post], *, on: date, by: Cadre) -> list[Post]:
    """End posts with a day; returns those that didn't end because something hangs on them still.

    What accuses the head who ends the post goes back to dispatch: to be refused would tell of it.
    """
    kept = []
    for post in posts:
        try:
            with transaction.atomic():
                for case in hidden_from(by, hanging_on(post)):
                    case.take_away(by=None)
                post.end(on=on)
                note_change(post, by=by, until=on)
        except ValidationError:
            kept.append(post)
    return kept


def handed_to(cadre: Cadre) -> list[Succession]:
    """What was handed to a cadre and can still be handed back, each with the number of cases and the last day."""
    found = Succession.objects.waiting().filter(successor=cadre).order_by()
    waiting = list(found.values_list("pk", flat=True))
    if not waiting:
        return []  # as mostly, and every desk asks
    rows = list(Succession.objects.filter(pk__in=waiting).select_related("leaving"))
    known = numbers(waiting, cadre)
    for row in rows:
        row.number, row.last_day = known.get(row.pk, 0), last_day(row.until)
    return rows


def numbers(successions: Iterable[int], cadre: Cadre) -> dict[int, int]:
    """{succession of this successor: how many cases its page lists}"""
    cases = SuccessionCase.objects.filter(
        visible(cadre, opinion="opinion__"), succession__in=list(successions), succession__successor=cadre,
        opinion__person=cadre, opinion__state__in=MOVABLE,
    )  # fmt: skip
    return dict(cases.order_by().values_list("succession").annotate(Count("pk")))


def theirs(succession: Succession) -> QuerySet[Opinion]:
    """The cases of a succession that still hang on the successor and that they may see."""
    mine = Opinion.objects.visible_to(succession.successor).filter(
        person=succession.successor_id, state__in=MOVABLE
    )
    return mine.filter(pk__in=succession.cases.values("opinion")).for_rows().order_by("due_at", "pk")


def settle(succession: Succession, *, handed_back: set[int], reason: str) -> Result:
    """The successor accepts; what they hand back goes to the head of its unit, as a step of the flow. Raises
    ValidationError where it was answered before, also by saying nothing."""
    result = Result()
    with transaction.atomic():
        row = Succession.objects.select_for_update().get(pk=succession.pk)
        if not row.is_waiting():
            raise ValidationError(
                _("This was accepted already. Hand a case to a colleague by a step of the case.")
            )
        row.answered_at = timezone.now()
        row.save(update_fields=["answered_at"])
    with occasion(uuid.uuid4()):
        for case in theirs(succession).filter(pk__in=handed_back).select_related("unit"):
            _hand_back(case, succession, reason, result)
    return result


def _hand_back(case: Opinion, succession: Succession, reason: str, result: Result) -> None:
    head = head_of(case.unit, case, besides=succession.successor)
    try:
        if head is None:
            raise StepRefused(_("Nobody else heads this unit."))
        with transaction.atomic():
            case.transfer(by=succession.successor, person=head, reason=reason, version=case.version)
            SuccessionCase.objects.filter(Q(succession=succession, opinion=case)).update(handed_back=True)
    except (StepRefused, ValidationError) as error:
        result.refused.append((case, in_words(error)))
    else:
        result.done += 1
