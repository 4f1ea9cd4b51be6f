"""The short questions that a category asks, as form fields, and their answers in words."""

from functools import cached_property

from django import forms
from django.db import connection
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from grievances.models import Category, Question, QuestionKind
from villages.as_json import row_of

from .fields import yes_no

# Categories, each with its own questions and those of the one above it.
_ASKING = """
    SELECT row_to_json(c), (SELECT json_agg(q ORDER BY k.position, k.code, q.position, q.id)
        FROM grievances_question q JOIN grievances_category k ON k.id = q.category_id
        WHERE k.id IN (c.id, c.parent_id))
    FROM grievances_category c WHERE c.id = ANY(%s)
"""


class Chosen:
    """The categories that are chosen in the blocks of one sheet, and what they ask, read once for all of them."""

    def __init__(self, *typed: object) -> None:
        self._keys = {key for key in map(_key, typed) if key}

    @cached_property
    def _rows(self) -> dict[str, tuple[Category, list[Question]]]:
        if not self._keys:
            return {}
        with connection.cursor() as cursor:
            cursor.execute(_ASKING, [list(map(int, self._keys))])
            found = cursor.fetchall()
        read = ((row_of(Category, one), [row_of(Question, row) for row in rows or ()]) for one, rows in found)
        return {str(category.pk): (category, questions) for category, questions in read}

    def category(self, typed: object) -> Category | None:
        """The one that was typed, if it was chosen in any of the blocks."""
        return self._rows.get(_key(typed), (None, []))[0]

    def questions(self, typed: object) -> list[Question]:
        """Those of a category, and of the one above it; none for whatever is no category."""
        return self._rows.get(_key(typed), (None, []))[1]


def _key(typed: object) -> str:
    """What was typed as a category, if it can be the id of one."""
    key = str(getattr(typed, "pk", typed) or "")
    return str(int(key)) if key.isdecimal() and len(key) <= 18 else ""


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
