"""What is wrong on a page of several forms, for its one summary on top."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.forms import BaseForm, BoundField


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: in which part of the page, and at which field."""

    text: str
    part: str = ""
    label: str = ""
    anchor: str = ""


def problems_of(form: BaseForm, *, part: str = "") -> list[Problem]:
    """What is wrong with one form, as a whole and field by field."""
    return as_a_whole(form, part=part) + at_fields(form, part=part)


def as_a_whole(form: BaseForm, *, part: str = "") -> list[Problem]:
    return [Problem(text, part) for text in form.non_field_errors()]


def at_fields(fields: Iterable[BoundField], *, part: str = "") -> list[Problem]:
    return [
        Problem(text, part, field.label, field.id_for_label or field.auto_id)
        for field in fields
        for text in field.errors
    ]
