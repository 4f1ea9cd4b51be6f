"""The short questions that a category asks, as form fields, and their answers in words."""

from django import forms
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from grievances.models import Question, QuestionKind

from .fields import yes_no


def asked_by(category: object) -> list[Question]:
    """The questions of a category, and of the one above it; none for whatever is no category."""
    chosen = getattr(category, "pk", category)
    if not str(chosen or "").isdecimal() or len(str(chosen)) > 18:
        return []
    return list(Question.objects.filter(Q(category=chosen) | Q(category__children=chosen)))


def particular(question: Question, answer: object) -> dict[str, str]:
    """An answer, kept with the wording that was asked."""
    return {"question": _wording(question), "kind": question.kind, "answer": _in_words(answer)}


def _in_words(answer: object) -> str:
    if isinstance(answer, bool):
        return _("yes") if answer else _("no")
    return str(answer)


def _wording(question: Question) -> str:
    in_english = not (get_language() or "").startswith("zh")
    return (question.wording_en or question.wording) if in_english else question.wording


def question_field(question: Question) -> forms.Field:
    """An optional field of the question's kind."""
    label = _wording(question)
    if question.kind == QuestionKind.DATE:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        return forms.DateField(label=label, required=False, widget=widget)
    if question.kind == QuestionKind.NUMBER:
        return forms.IntegerField(label=label, required=False, min_value=0, max_value=10**9)
    if question.kind == QuestionKind.YES_NO:
        return yes_no(label, required=False)
    if question.kind == QuestionKind.CHOICE:
        pairs = [choice.partition("=") for choice in question.choices.split("|") if choice]
        english = not (get_language() or "").startswith("zh")
        offered = [(zh, en if english and en else zh) for zh, _sign, en in pairs]
        return forms.ChoiceField(label=label, required=False, choices=[("", _("not said")), *offered])
    return forms.CharField(label=label, required=False, max_length=120)
