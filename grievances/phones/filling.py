"""The page's own forms, filled from what a phone sent, and what is wrong on them: no second set of rules."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import BaseForm
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import override

from grievances.forms.questions import question_field
from grievances.forms.visit import WayForm
from grievances.forms.visit_opinion import VisitOpinionForm
from grievances.forms.visit_sheet import Sheet, Where
from grievances.models import Category, Opinion, Question, VisitKind, Why
from grievances.models.undecided import OF_PLACES
from grievances.phones import both
from grievances.phones.packets import Content
from villages.models import Cadre, Household, Region, Unit

# The fields that a phone's content calls otherwise than a form.
_FIELDS = {"__all__": "", "pick": "category"}
_AS_TYPED = [
    "text",
    "informant",
    "kind",
    "urgency",
    "place",
    "accused",
    "people",
    "account",
    "name",
    "telephone",
]
# The key that counts is that of the packet.
_ANY_KEY = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True)
class Problem:
    """What is wrong at a field of a content, in both languages; with the field's name as the form has it."""

    field: str
    text: both.Both
    label: both.Both | None = None

    @property
    def told(self) -> dict[str, object]:
        label = self.label or both.said(lambda: _name_of(self.field))
        return {"field": self.field, "text": self.text, "label": label}


def _name_of(field: str) -> object:
    """What the forms call a field of a content; "" where they have none like it."""
    first, *inner = field.split(".")
    forms = [VisitOpinionForm] if first == "opinions" else [WayForm, VisitOpinionForm]
    known = {name: one.label for form in reversed(forms) for name, one in form.base_fields.items()}
    known["photos"] = _("Photographs")
    return next((known[name] for name in reversed([first, *inner]) if name in known), "")


# A field, its name in the reader's language, and what is wrong there.
_Wrong = tuple[str, object, str]


@dataclass
class Today:
    """What a visit is about as it is today, and the reasons to wait that are known so far. What somebody decided
    to be right all the same is ``waived``."""

    author: Cadre
    household: Household | None
    place: Region | None
    places: QuerySet[Region]
    said_at: datetime
    reasons: set[Why]
    waived: frozenset[Why] = frozenset()
    before: list[Opinion] = field(default_factory=list)


def filled_in(content: Content, today: Today) -> tuple[Sheet, list[Problem]]:
    """The sheet, and what is wrong on it; only where something is, it is filled in once in each language."""
    sheet = _sheet(content, today)
    if sheet.is_valid() and all([form.is_valid() for form in sheet.opinions]):
        return sheet, []
    told = _in_each_language(lambda: _wrong(_sheet(content, today), content, today))
    return sheet, told


def filled_in_alone(make: Callable[[], BaseForm]) -> tuple[BaseForm, list[Problem]]:
    """A form by itself, and what is wrong on it."""
    form = make()
    if form.is_valid():
        return form, []
    return form, _in_each_language(lambda: _wrong_alone(make()))


def _wrong_alone(form: BaseForm) -> list[_Wrong]:
    return [
        (_FIELDS.get(name, name), _label(form, name), text)
        for name, texts in form.errors.items()
        for text in texts
    ]


def _label(form: BaseForm, name: str) -> object:
    return form.fields[name].label if name in form.fields else ""


def typed_opinion(said: Content) -> dict[str, list]:
    """One opinion as the form of an opinion would have it."""
    typed = {name: [str(said.get(name, ""))] for name in _AS_TYPED}
    typed["category"] = [str(said["category"] or "")]
    typed["on_the_spot"] = ["on"] if said.get("on_the_spot") else []
    return typed | {f"question_{pk}": [answer] for pk, answer in said["particulars"].items()}


def _in_each_language(wrong: Callable[[], list[_Wrong]]) -> list[Problem]:
    told: dict[str, list[tuple[str, str, str]]] = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            told[code] = [(name, str(label or ""), text) for name, label, text in wrong()]
    return [
        Problem(
            same[0][0], {code: text for code, (_f, _l, text) in zip(told, same, strict=True)},
            {code: label for code, (_f, label, _t) in zip(told, same, strict=True) if label} or None,
        )
        for same in zip(*told.values(), strict=True)
    ]  # fmt: skip


def _sheet(content: Content, today: Today) -> Sheet:
    sheet = Sheet.of(
        today.author, Where(today.household, today.place), count=len(content["opinions"]),
        before=today.before, places=today.places, data=_typed(content, today),
    )  # fmt: skip
    _waive(sheet, content, today.waived)
    return sheet


def _typed(content: Content, today: Today) -> MultiValueDict:
    """The content as the page's forms would have it."""
    looks = {look["number"]: look for look in content["looks"]}
    typed: dict[str, list] = {
        "key": [_ANY_KEY],
        "count": [str(max(len(content["opinions"]), 1))],
        "said_at": [today.said_at],
        "cadres": [str(pk) for pk in content["cadres"]],
        "nobody_home": ["on"] if content["nobody_home"] else [],
        "remarks": [content["remarks"]],
        "kind": [content["kind"] if content["household"] is None else VisitKind.ON_THE_WAY],
        "place": [today.place.pk],
    }
    for opinion in today.before:
        look = looks[opinion.number]
        typed |= {f"back{opinion.pk}-{name}": [look[name]] for name in ("word", "remark")}
    for number, said in enumerate(content["opinions"]):
        typed |= {f"o{number}-{name}": value for name, value in typed_opinion(said).items()}
    return MultiValueDict(typed)


def _waive(sheet: Sheet, content: Content, waived: frozenset[Why]) -> None:
    """Let stay what is offered no more, but was right when it was said: nothing of it is changed or left out."""
    if Why.COLLEAGUE in waived:
        sheet.visit.fields["cadres"].queryset = Cadre.objects.filter(pk__in=content["cadres"])
    for form, said in zip(sheet.opinions, content["opinions"], strict=True):
        if Why.ACCUSED in waived and accused_exists(said["accused"]):
            form.fields["accused"].choices = [("", ""), (said["accused"], said["accused"])]
        if Why.QUESTION in waived:
            _ask_again(form, said)


def _ask_again(form: VisitOpinionForm, said: Content) -> None:
    lacking = [pk for pk in said["particulars"] if f"question_{pk}" not in form.questions]
    for question in Question.objects.filter(pk__in=lacking) if lacking else ():
        name = f"question_{question.pk}"
        form.questions[name], form.fields[name] = question, question_field(question)


def _wrong(sheet: Sheet, content: Content, today: Today) -> list[_Wrong]:
    """Each field that is wrong, with the words; less what is a reason to wait."""
    numbers = {look["number"]: n for n, look in enumerate(content["looks"])}
    parts: list[tuple[str, BaseForm, Content]] = [("", sheet.visit, content)]
    parts += [(f"looks.{numbers[form.opinion.number]}.", form, {}) for form in sheet.back]
    parts += [
        (f"opinions.{n}.", form, said)
        for n, (form, said) in enumerate(zip(sheet.opinions, content["opinions"], strict=True))
    ]
    wrong = []
    for where, form, said in parts:
        for name, errors in form.errors.as_data().items():
            why = _outdated(name, errors, said, today.reasons)
            if why:
                today.reasons.add(why)
            else:
                texts = [text for error in errors for text in error.messages]
                label = form.opinion.number if where.startswith("looks.") else _label(form, name)
                wrong += [(f"{where}{_FIELDS.get(name, name)}".strip("."), label, text) for text in texts]
    if not wrong and not sheet.is_valid():
        # What no form sees by itself.
        label = _label(sheet.visit, "nobody_home")
        wrong = [("nobody_home", label, text) for text in sheet.visit.errors.get("nobody_home", [])]
    return wrong


def _outdated(name: str, errors: list[ValidationError], said: Content, reasons: set[Why]) -> Why | None:
    """Why a value that was once right is not any more; None where it never was."""
    if name in ("place", "name") and reasons & OF_PLACES:
        # Found out already; a household that is gone gives no name of who spoke.
        return next(iter(reasons & OF_PLACES))
    if errors[0].code not in ("invalid_choice", "invalid_pk_value"):
        return None
    if name == "category":
        known = Category.objects.filter(pk=said["category"]).exclude(parent=None).exists()
        return Why.CATEGORY if known else None
    if name == "accused":
        return Why.ACCUSED if accused_exists(said["accused"]) else None
    known = Cadre.objects.filter(pk__in=said["cadres"]).count() if name == "cadres" else 0
    return Why.COLLEAGUE if known and known == len(set(said["cadres"])) else None


def accused_exists(accused: str) -> bool:
    """Whether there is such a unit or cadre at all."""
    kind, _colon, pk = accused.partition(":")
    model = {"unit": Unit, "cadre": Cadre}.get(kind)
    fits = pk.isascii() and pk.isdigit() and len(pk) < 19
    return bool(model and fits and model.objects.filter(pk=pk).exists())
