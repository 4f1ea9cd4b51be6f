"""How an opinion comes in."""

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grievances import models
from grievances.dispatching import self_dispatch
from grievances.flow import clocks
from grievances.flow.calendar import midnight
from grievances.flow.casefile import MemoryFile
from grievances.flow.duties import desk_for
from grievances.numbers import anonymous_number, next_number
from grievances.workflow import Verb
from villages.models import CODE_LENGTH, Cadre, Household, Level, Region, Unit

from .settling import settle
from .step import Step, step_done

if TYPE_CHECKING:
    from grievances.models import Opinion, Visit

_RANDOM_IDS_FROM = 1 << 40
_RANDOM_IDS_UP_TO = 1 << 62


@dataclass
class Said:
    """Who said it, where it may be kept."""

    kind: str = "named"
    name: str = ""
    telephone: str = ""
    address: str = ""
    remarks: str = ""
    household: Household | None = None


@dataclass
class Accused:
    """Whom an opinion complains about; with neither, nobody is known yet."""

    unit: Unit | None = None
    cadre: Cadre | None = None


class RecordSteps:
    """Writing an opinion down."""

    @classmethod
    def record(
        cls,
        *,
        by: Cadre,
        text: str,
        category: Any,
        region: Region,
        said: Said,
        said_at: datetime,
        accused: list[Accused] | None = None,
        visit: "Visit | None" = None,
        channel: str = "desk",
        key: uuid.UUID | None = None,
        digest: str = "",
        at: datetime | None = None,
        memory: MemoryFile | None = None,
        number: str | None = None,
        own_key: uuid.UUID | None = None,
        **fields: object,
    ) -> "Opinion":
        """Write down what somebody said. Raises ValidationError naming the field.

        A named opinion's place is the household's grid; a confidential or anonymous one's is the village,
        and of an anonymous one only the day is kept. The ``key`` is that of a request, which an anonymous one
        doesn't keep; its ``own_key`` belongs to nothing else.
        """
        now = at or timezone.now()
        anonymous = said.kind == models.InformantKind.ANONYMOUS
        place = _place(region, said.kind)
        _check(category, said_at, now, accused, place)
        if anonymous:
            now, said_at = _days_only(now, said_at)
        pk, number = _keys(place, now.year, number, anonymous=anonymous, counted=memory is None)
        opinion = cls(
            pk=pk, number=number,
            text=text, category=category, region=place, informant_kind=said.kind, said_at=said_at,
            recorded_at=now, recorded_by=None if anonymous else by, accusing=bool(accused),
            **fields,
        )  # fmt: skip
        if memory:
            opinion.__dict__["file"] = memory
            memory.opinion = opinion
        done = Step(
            Verb.RECORD, by, now, said_at, channel, own_key if anonymous else key, at is not None, frozenset(),
            "" if anonymous else digest,
        )  # fmt: skip
        clocks.start(opinion, "dispatch", at=now, base=said_at)
        _keep_informant(opinion, said, visit)
        for one in accused or []:
            opinion.file.add(models.Accusation(opinion=opinion, unit=one.unit, cadre=one.cadre, named_at=now))
        opinion.desk_id = desk_for(opinion, lowest=place.code)
        event = settle(opinion, done, None)
        if anonymous:
            _tell_no_order(opinion)
        if not memory:
            # Within somebody's transaction no savepoint of its own: what fails here ends that too.
            with transaction.atomic(savepoint=False):
                opinion.file.write()
                self_dispatch.order(opinion)
                transaction.on_commit(lambda: step_done.send(cls, event=event))
        return opinion


def _keys(
    place: Region, year: int, number: str | None, *, anonymous: bool, counted: bool
) -> tuple[int | None, str]:
    """The key of its row and its number. The key is known before the row, as others name it that are written with
    it; those that are stored in bulk are not ``counted``: whoever stores them gives them keys."""
    if anonymous:
        pk = _RANDOM_IDS_FROM + secrets.randbelow(_RANDOM_IDS_FROM)
        return pk, number or anonymous_number(place, year)
    if number and not counted:
        return None, number
    own, pk = next_number(place, year)
    return (pk if counted else None), number or own


def _place(region: Region, kind: str) -> Region:
    length = CODE_LENGTH[Level.VILLAGE]
    if kind == models.InformantKind.NAMED or len(region.code) <= length:
        return region
    return Region.objects.get(code=region.code[:length])


def _check(
    category: Any, said_at: datetime, now: datetime, accused: list[Accused] | None, place: Region
) -> None:
    wrong: dict[str, str] = {}
    if said_at > now:
        wrong["said_at"] = _("The time lies in the future.")
    if category.demands_accused and not accused:
        wrong["accused"] = _("Say whom it complains about, or “not known”.")
    if category.parent_id is None:
        wrong["category"] = _("Choose a category of the second level.")
    if len(place.code) < CODE_LENGTH[Level.DISTRICT]:
        wrong["region"] = _("Choose a place in the district.")
    if wrong:
        raise ValidationError(wrong)


def _days_only(*moments: datetime) -> list[datetime]:
    """An anonymous opinion keeps the day, never the time."""
    return [midnight(timezone.localdate(moment)) for moment in moments]


def _tell_no_order(opinion: "Opinion") -> None:
    """Random ids for the rows of an anonymous opinion: numbers in a row would lead to the visit's other
    opinions. They are negative, so that the rows stay the oldest of their opinion."""
    for model in (models.Event, models.OpinionSpan, models.Clock, models.Accusation):
        for row in opinion.file.rows(model):
            row.pk = -1 - secrets.randbelow(_RANDOM_IDS_UP_TO)


def _keep_informant(opinion: "Opinion", said: Said, visit: "Visit | None") -> None:
    if said.kind == models.InformantKind.ANONYMOUS:
        return
    informant = models.Informant(
        opinion=opinion, household=said.household, visit=visit, name=said.name, telephone=said.telephone,
        address=said.address, remarks=said.remarks,
    )  # fmt: skip
    informant.seal()
    opinion.file.add(informant)
