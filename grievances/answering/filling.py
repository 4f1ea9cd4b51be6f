"""Fields of an answer that each case fills in for itself: "Your matter {number} in {place} …".

They are the same in a model answer, in an answer that is typed, and in one text for all cases of a common problem.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from villages.templatetags.looks import comma, full_day

if TYPE_CHECKING:
    from grievances.models import Opinion

_FIELD = re.compile(r"[{｛]([^{}｛｝\n]{1,60})[}｝]")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")


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
    ("unit", "单位"): lambda f: f.opinion.unit.label if f.opinion.unit else "",
    ("unit telephone", "单位电话"): lambda f: f.opinion.unit.telephone if f.opinion.unit else "",
    ("person responsible", "责任人"): lambda f: f.opinion.person.label if f.opinion.person else "",
    ("said on", "反映日期"): lambda f: full_day(timezone.localdate(f.opinion.said_at)),
    ("today", "今天"): lambda f: full_day(timezone.localdate()),
    ("planned for", "计划日期"): lambda f: full_day(f.planned_for) if f.planned_for else "",
    ("passed on to", "转交单位"): lambda f: f.passed_to,
}
_BY_NAME = {name: put for names, put in _FIELDS.items() for name in names}


def names() -> list[str]:
    """The fields in the reader's language, as they are typed."""
    of_language = 0 if translation.get_language() == "en" else 1
    return [f"{{{both[of_language]}}}" for both in _FIELDS]


def language_of(text: str) -> str:
    """The language that a text is written in, whatever language its writer has the program in: ``zh-hans`` unless
    it has more Latin words than Chinese characters. What stands in braces doesn't count."""
    own = _FIELD.sub("", text)
    return "en" if len(_LATIN_WORD.findall(own)) > len(_CHINESE.findall(own)) else "zh-hans"


def has_fields(text: str) -> bool:
    """Whether the text says something else for each case."""
    return bool(_FIELD.search(text))


def fill(text: str, filling: Filling) -> str:
    """The text with everything filled in that is known, in the language of the text, by whichever name a field is
    called; what is not known yet stays in its braces."""

    def put(found: re.Match[str]) -> str:
        value = _BY_NAME.get(_named(found))
        return (value(filling) if value else "") or found[0]

    with translation.override(language_of(text)):
        return _FIELD.sub(put, text)


def filled(arguments: dict[str, object], opinion: "Opinion") -> dict[str, object]:
    """The arguments of a step on many cases, with what this case fills in in its texts."""
    filling = Filling(opinion, arguments.get("planned_for"), str(arguments.get("passed_to") or ""))
    return {
        name: fill(str(value), filling) if name in ("account", "public") else value
        for name, value in arguments.items()
    }


def left_over(text: str) -> list[str]:
    """The places, as they are written, that nothing was filled in for."""
    return [found[0] for found in _FIELD.finditer(text) if _named(found) in _BY_NAME]


def refuse_left_over(text: str, *, field: str = "public") -> None:
    """Raises ValidationError where the informant would read braces instead of words."""
    places = list(dict.fromkeys(left_over(text)))
    if places:
        words = ngettext(
            "This is still to be filled in, or taken out: %s", "These are still to be filled in, or taken out: %s",
            len(places),
        )  # fmt: skip
        raise ValidationError({field: words % comma().join(places)})


def refuse_unknown(text: str) -> None:
    """Raises ValidationError that names what is in braces and no field: it would never be filled."""
    unknown = [found[0] for found in _FIELD.finditer(text) if _named(found) not in _BY_NAME]
    if unknown:
        told = {"wrong": comma().join(dict.fromkeys(unknown)), "names": " ".join(names())}
        raise ValidationError(_("%(wrong)s is no field that can be filled in. These are: %(names)s.") % told)
    bare = _FIELD.sub("", text)
    if any(brace in bare for brace in "{}｛｝"):
        raise ValidationError(_("A brace stands alone: a field stands between two of them."))


def _named(found: re.Match[str]) -> str:
    return " ".join(found[1].split()).lower()
