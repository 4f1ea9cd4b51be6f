"""The very words that the informant gets."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grievances.answering.filling import language_of
from grievances.flow import clocks
from grievances.flow.calendar import last_day
from grievances.workflow import Ground, State
from villages.models import Post, Role, Unit
from villages.templatetags.looks import comma, full_day

if TYPE_CHECKING:
    from datetime import date

    from grievances.models import Opinion


@dataclass(frozen=True)
class Letter:
    """An answer as its informant gets it."""

    body: str
    signature: str
    language: str

    def __str__(self) -> str:
        return f"{self.body}\n\n{self.signature}"


def letter(
    opinion: "Opinion",
    public: str,
    *,
    names: list[str] = (),
    ground: str = "",
    planned_for: "date | None" = None,
    passed_to: str = "",
    words: str = "",
    unit: Unit | None = None,
    on: "date | None" = None,
) -> Letter:
    """The answer as a letter: to whom, about what, the answer, what can be done next, who answers.

    ``names`` are those that the writer may see: a letter to a confidential informant names nobody. All of it is in
    the language of the answer itself, whatever language the writer has the program in. ``words`` stand for what was
    said, where that may not be shown; ``unit`` and ``on``: who answered and when, where that isn't the unit of today.
    """
    language = language_of(public)
    with translation.override(language):
        parts = [
            _salutation(names),
            _("About your matter %(number)s: “%(text)s”")
            % {"number": opinion.number, "text": words or opinion.words},
            public.strip(),
            _because(ground, planned_for, passed_to),
            _if_not_content(),
        ]
        signature = _signed(unit or opinion.unit, on or timezone.localdate())
    return Letter("\n\n".join(part for part in parts if part), signature, language)


def _salutation(names: list[str]) -> str:
    known = [name for name in names if name]
    return _("Dear %s,") % comma().join(known) if known else _("Dear villager,")


def _because(ground: str, planned_for: "date | None", passed_to: str) -> str:
    """What follows from the ground of an explanation, where it names a day or an office."""
    if ground == Ground.PLANNED and planned_for:
        return _("It is planned for %s.") % full_day(planned_for)
    if ground == Ground.OUTSIDE and passed_to:
        return _("It was passed on to %s.") % passed_to
    return ""


def _if_not_content() -> str:
    words = _(
        "If you disagree, tell any cadre within %(days)d days, with the number above: "
        "the matter can be worked on again, or be reviewed by the level above."
    )
    return words % {"days": clocks.REQUEST_DAYS}


def _signed(unit: Unit, on: "date") -> str:
    lines = [unit.label, unit.telephone, full_day(on)]
    return "\n".join(line for line in lines if line)


@dataclass(frozen=True)
class Slip:
    """What the receipt says beside the matter itself: until when what happens, and whom to telephone."""

    until: "date | None"
    promise: str
    telephone: str


_PROMISES = {
    State.COLLECTED: gettext_lazy("a responsible unit is named"),
    State.ASSIGNED: gettext_lazy("the unit tells you whether it accepts"),
    State.OBJECTED: gettext_lazy("it is decided which unit answers"),
    State.HANDLING: gettext_lazy("you get an answer"),
    State.RESOLVED: gettext_lazy("somebody asks you whether it is solved"),
    State.EXPLAINED: gettext_lazy("somebody asks you about the answer"),
}


def slip(opinion: "Opinion") -> Slip:
    """The receipt's words for where the opinion stands now."""
    promise = _PROMISES.get(State(opinion.state), "")
    until = last_day(opinion.due_at) if opinion.due_at and promise else None
    telephone = opinion.unit.telephone if opinion.unit else ""
    return Slip(until, str(promise), telephone or _coordinators_telephone(opinion))


def _coordinators_telephone(opinion: "Opinion") -> str:
    """Of the unit that dispatches it."""
    posts = Post.objects.in_force().filter(role=Role.COORDINATOR, region=opinion.desk_id)
    numbers = posts.exclude(unit__telephone="").order_by("pk").values_list("unit__telephone", flat=True)
    return numbers.first() or ""
