"""Recording a call-back list: each row is a call-back of its own, by the verb that does it alone."""

import secrets
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from grievances.errors import ChangedMeanwhile, StepRefused
from grievances.flow.relations import relations
from grievances.models import Accusation, CallBack, CallList, InformantKind, Opinion
from grievances.workflow import ANSWERED, TRANSITIONS, State, Verb
from villages.models import Cadre

MOST = 50
# A printed list is recorded within so long, or not at all.
KEPT = timedelta(days=60)
_NUMBERS = 1_000_000


def keep_list(rows: Iterable[Opinion], *, by: Cadre) -> CallList:
    """Remember which cases stand on a printed list, under a number that is easily typed."""
    now = timezone.now()
    CallList.objects.filter(made_at__lt=now - KEPT).delete()
    cases = [row.pk for row in rows]
    while True:
        number = f"{secrets.randbelow(_NUMBERS):06}"
        try:
            with transaction.atomic():
                return CallList.objects.create(number=number, by=by, made_at=now, cases=cases)
        except IntegrityError:
            # Taken: another one.
            continue


@dataclass(frozen=True)
class Row:
    """A case to record, with its number on the paper; or why it can't be called back by this person."""

    place: int
    case: Opinion
    refused: str = ""


@dataclass(frozen=True)
class Printed:
    """What is left to record of a printed list, and how many rows are not."""

    rows: dict[int, int]  # the case's id → its number on the paper
    left: int
    over: int


def left_of(listed: CallList, cadre: Cadre) -> Printed:
    """The first rows of a printed list that nobody has called back since it was printed."""
    cases = _told_of(listed, cadre)
    place = {pk: n for n, pk in enumerate(cases, start=1)}
    since = CallBack.objects.filter(opinion=OuterRef("pk"), at__gte=listed.made_at)
    waiting = Opinion.objects.visible_to(cadre).filter(pk__in=cases, state__in=ANSWERED)
    found = sorted(waiting.exclude(Exists(since)).values_list("pk", flat=True), key=place.__getitem__)
    return Printed({pk: place[pk] for pk in found[:MOST]}, len(found), len(cases) - len(found))


def _told_of(listed: CallList, cadre: Cadre) -> list[int]:
    """The rows of a list that somebody else printed, without accusations hidden from the cadre: neither a number
    nor a gap between numbers may tell of them."""
    if listed.by_id == cadre.pk:
        return listed.cases
    accusing = Opinion.objects.filter(pk__in=listed.cases, accusing=True)
    seen = Opinion.objects.visible_to(cadre).filter(pk__in=listed.cases)
    hidden = set(accusing.exclude(pk__in=seen.values("pk")).values_list("pk", flat=True))
    return [pk for pk in listed.cases if pk not in hidden]


def rows_of(places: dict[int, int], cadre: Cadre) -> list[Row]:
    """The cases that the cadre sees, in the order of the paper, each with why it can't be called back."""
    cases = _cases(places, cadre)
    return [Row(places[case.pk], case, _refused(case, cadre)) for case in cases]


def _cases(places: dict[int, int], cadre: Cadre) -> list[Opinion]:
    seen: QuerySet[Opinion] = Opinion.objects.visible_to(cadre).filter(pk__in=list(places))
    cases = sorted(
        seen.select_related("region__parent", "category", "unit"), key=lambda case: places[case.pk]
    )
    accusations: dict[int, list[Accusation]] = defaultdict(list)
    for one in Accusation.objects.filter(opinion__in=[c.pk for c in cases if c.accusing]).select_related(
        "unit"
    ):
        accusations[one.opinion_id].append(one)
    for case in cases:
        case.file.keep(Accusation, accusations[case.pk])
    return cases


def _refused(case: Opinion, cadre: Cadre) -> str:
    """As the verb would say it, before anything is typed."""
    if case.state not in ANSWERED:
        words = {"verb": Verb.CALL_BACK.label, "state": State(case.state).label}
        return _("“%(verb)s” is not possible: the opinion is %(state)s.") % words
    if case.informant_kind == InformantKind.ANONYMOUS:
        return _("Nobody can be called back: check on the spot instead.")
    who = TRANSITIONS[Verb.CALL_BACK].who
    if not who & relations(case, cadre, among=who):
        return _("Somebody else calls back: you or your unit answered for it.")
    return ""


@dataclass(frozen=True)
class Said:
    """What was heard of one case, and as it stood when the form was made."""

    version: int
    contacted: bool
    solved: bool | None
    satisfied: bool | None
    remark: str


def record(
    case: Opinion, said: Said, *, by: Cadre, key: uuid.UUID, means: str, said_at: datetime | None
) -> dict[str, str]:
    """Record one call-back in a transaction of its own; what is wrong, by field, "" for the whole row."""
    arguments = {
        "contacted": said.contacted,
        "satisfied": said.satisfied,
        "remark": said.remark,
        "means": means,
    }
    if said.solved is not None:
        arguments["solved"] = said.solved
    if said_at is not None:
        arguments["said_at"] = said_at
    try:
        # The key of the row: the same form again, and nothing is done twice.
        case.call_back(by=by, version=said.version, key=uuid.uuid5(key, str(case.pk)), **arguments)
    except ValidationError as error:
        found = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        return {name: " ".join(words) for name, words in found.items()}
    except ChangedMeanwhile as error:
        return {"": _("%s Look at the case again; what you typed is still here.") % error}
    except StepRefused as error:
        return {"": str(error)}
    return {}
