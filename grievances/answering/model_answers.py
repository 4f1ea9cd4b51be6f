"""Model answers: what a text may be filled with, which ones fit a case, and how often a unit begins with one.

A model answer only fills the field of the answer; the verb's own rules are asked as of any other words.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from villages.templatetags.looks import comma, full_day

if TYPE_CHECKING:
    from grievances.models import ModelAnswer, Opinion
    from villages.models import Cadre

MOST_OFFERED = 9
_LATELY = timedelta(days=90)
_PLACEHOLDER = re.compile(r"[{｛]([^{}｛｝\n]{1,60})[}｝]")
_ABOVE, _OF_A_REGION, _OF_ALL = 1, 100, 200


@dataclass(frozen=True)
class Filling:
    """What an answer is filled with, beside the case."""

    opinion: "Opinion"
    planned_for: date | None = None
    passed_to: str = ""


# English and Chinese name → what is put there. Never who spoke, nor the place in words: a text goes through
# many hands before the letter is closed.
_FIELDS: dict[tuple[str, str], Callable[[Filling], str]] = {
    ("number", "编号"): lambda f: f.opinion.number,
    ("place", "地点"): lambda f: f.opinion.region.place_label,
    ("category", "类别"): lambda f: f.opinion.category.label,
    ("unit", "单位"): lambda f: f.opinion.unit.label,
    ("unit telephone", "单位电话"): lambda f: f.opinion.unit.telephone,
    ("person responsible", "责任人"): lambda f: f.opinion.person.label,
    ("said on", "反映日期"): lambda f: full_day(timezone.localdate(f.opinion.said_at)),
    ("today", "今天"): lambda f: full_day(timezone.localdate()),
    ("planned for", "计划日期"): lambda f: full_day(f.planned_for) if f.planned_for else "",
    ("passed on to", "转交单位"): lambda f: f.passed_to,
}
_LANGUAGES = ("en", "zh-hans")
_BY_NAME = {
    name: (language, put)
    for names, put in _FIELDS.items()
    for language, name in zip(_LANGUAGES, names, strict=True)
}
FIELD_NAMES = tuple(_FIELDS)


def _named(found: re.Match[str]) -> str:
    return " ".join(found[1].split()).lower()


def fill(text: str, filling: Filling) -> str:
    """The text with everything filled in that is known; what is not known yet stays in its braces. As a field is
    called, so is it filled in, whatever the writer's own language: the text and its fields are of one language."""

    def put(found: re.Match[str]) -> str:
        if _named(found) not in _BY_NAME:
            return found[0]
        language, value = _BY_NAME[_named(found)]
        with translation.override(language):
            return value(filling) or found[0]

    return _PLACEHOLDER.sub(put, text)


def left_over(text: str) -> list[str]:
    """The places, as they are written, that nothing was filled in for."""
    return [found[0] for found in _PLACEHOLDER.finditer(text) if _named(found) in _BY_NAME]


def refuse_left_over(text: str, *, field: str = "public") -> None:
    """Raises ValidationError where the informant would read braces instead of words."""
    names = list(dict.fromkeys(left_over(text)))
    if names:
        words = ngettext(
            "This is still to be filled in, or taken out: %s", "These are still to be filled in, or taken out: %s",
            len(names),
        )  # fmt: skip
        raise ValidationError({field: words % comma().join(names)})


def refuse_unknown(text: str) -> None:
    """Raises ValidationError that names what is in braces and no field: it would never be filled."""
    unknown = [found[0] for found in _PLACEHOLDER.finditer(text) if _named(found) not in _BY_NAME]
    if unknown:
        raise ValidationError(_("There is no such field: %s") % comma().join(dict.fromkeys(unknown)))
    bare = _PLACEHOLDER.sub("", text)
    if any(brace in bare for brace in "{}｛｝"):
        raise ValidationError(_("A brace stands alone: a field stands between two of them."))


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
