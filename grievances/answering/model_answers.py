"""Model answers: which ones fit a case, and how often a unit begins with one.

A model answer only fills the field of the answer; the verb's own rules are asked as of any other words.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

if TYPE_CHECKING:
    from grievances.models import ModelAnswer, Opinion
    from villages.models import Cadre

MOST_OFFERED = 9
_LATELY = timedelta(days=90)
_ABOVE, _OF_A_REGION, _OF_ALL = 1, 100, 200


def fitting(opinion: "Opinion", outcome: str, *, ground: str, grounds: Iterable[str]) -> list["ModelAnswer"]:
    """Those offered for an answer, the most fitting first: by category, ground, nearness of the keeper, and how
    often the unit began with them lately. ``grounds`` are those that the case allows."""
    from grievances.models import ModelAnswer

    since = (timezone.localdate() - _LATELY).replace(day=1)
    lately = Q(uses__unit=opinion.unit_id, uses__month__gte=since)
    about = Q(category=None) | Q(category__in=[opinion.category_id, opinion.category.parent_id])
    found = (
        ModelAnswer.objects.for_unit(opinion.unit)
        .filter(about, outcome=outcome, retired=False, ground__in=["", *grounds])
        .annotate(used=Coalesce(Sum("uses__times", filter=lately), Value(0)))
        .select_related("unit", "region")
    )
    return sorted(found, key=lambda one: _rank(one, opinion, ground))[:MOST_OFFERED]


def _rank(one: "ModelAnswer", opinion: "Opinion", ground: str) -> tuple:
    about = {opinion.category_id: 0, opinion.category.parent_id: 1}
    category = about.get(one.category_id, 2) if one.category_id else 2
    other_ground = 0 if one.ground == ground else 1 if not one.ground else 2
    return (category, other_ground if ground else 0, _distance(one, opinion), -one.used, one.title, one.pk)


def _distance(one: "ModelAnswer", opinion: "Opinion") -> int:
    """The unit's own, those of units above it, those of its regions, those of all."""
    if one.unit_id:
        return _ABOVE * (opinion.unit.path.count("/") - one.unit.path.count("/"))
    return _OF_A_REGION - len(one.region_id) if one.region_id else _OF_ALL


def offered(opinion: "Opinion", pk: object) -> "ModelAnswer | None":
    """The model answer with a typed id, if the case's unit may use it."""
    from grievances.models import ModelAnswer

    if not str(pk or "").isdecimal() or len(str(pk)) > 18:
        return None
    return ModelAnswer.objects.for_unit(opinion.unit).filter(pk=pk, retired=False).first()


@transaction.atomic
def note_use(one: "ModelAnswer", opinion: "Opinion") -> None:
    """An answer of the unit began with it."""
    from grievances.models import ModelAnswerUse

    month = timezone.localdate().replace(day=1)
    use, _made = ModelAnswerUse.objects.get_or_create(model_answer=one, unit_id=opinion.unit_id, month=month)
    ModelAnswerUse.objects.filter(pk=use.pk).update(times=F("times") + 1)


def may_change(one: "ModelAnswer", cadre: "Cadre") -> bool:
    from grievances.models import ModelAnswer

    return ModelAnswer.objects.kept_by(cadre).filter(pk=one.pk).exists()
