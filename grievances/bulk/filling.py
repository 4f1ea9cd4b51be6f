"""One text for many cases, with fields that each case fills in for itself: "Your matter {number} in {place} …"."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.utils import timezone, translation

from villages.templatetags.looks import full_day

if TYPE_CHECKING:
    from grievances.models import Opinion

_FIELD = re.compile(r"[{｛](\w{1,20})[}｝]")


def _category(opinion: "Opinion") -> str:
    return opinion.category.label


def _place(opinion: "Opinion") -> str:
    return opinion.region.place_label


def _said(opinion: "Opinion") -> str:
    return full_day(timezone.localtime(opinion.said_at))


def _number(opinion: "Opinion") -> str:
    return opinion.number


_VALUES: dict[str, Callable[["Opinion"], str]] = {
    "number": _number, "matter": _category, "place": _place, "said": _said,
}  # fmt: skip
# As it is written in the answer, so is it filled in: the text and its fields are of one language.
NAMES = {
    "en": {"number": "number", "matter": "matter", "place": "place", "said": "said"},
    "zh-hans": {"编号": "number", "事项": "matter", "地点": "place", "日期": "said"},
}


def names() -> list[str]:
    """The fields in the reader's language, as they are typed."""
    known = NAMES.get(translation.get_language() or "", NAMES["en"])
    return [f"{{{name}}}" for name in known]


def unknown(text: str) -> list[str]:
    """What stands in braces and is no field."""
    known = {name for language in NAMES.values() for name in language}
    return [name for name in _FIELD.findall(text) if name not in known]


def has_fields(text: str) -> bool:
    """Whether the text says something else for each case."""
    return bool(_FIELD.search(text))


def filled(arguments: dict[str, object], opinion: "Opinion") -> dict[str, object]:
    """The arguments of a step with what this case says in their texts."""
    return {
        name: _fill(value, opinion) if name in ("account", "public") else value
        for name, value in arguments.items()
    }


def _fill(text: object, opinion: "Opinion") -> str:
    return _FIELD.sub(lambda found: _value(found[1], opinion) or found[0], str(text))


def _value(name: str, opinion: "Opinion") -> str:
    for language, known in NAMES.items():
        if name in known:
            with translation.override(language):
                return _VALUES[known[name]](opinion)
    return ""
