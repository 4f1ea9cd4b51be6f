"""What an order would do: the verbs themselves, on cases held in memory. Nothing is written.

However many the cases, their rows are read by a fixed number of queries.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db.models import Model

from grievances.answering.filling import filled
from grievances.bulk.choosing import Chosen, cases_of
from grievances.errors import ChangedMeanwhile, StepRefused, in_words
from grievances.flow.calendar import WorkingCalendar
from grievances.flow.casefile import MemoryFile, Row
from grievances.models import (
    Accusation,
    Answer,
    AnswerDraft,
    Assignment,
    Clock,
    Event,
    Extension,
    Objection,
    Opinion,
    OpinionSpan,
    ProblemMembership,
    StoodIn,
)
from grievances.workflow import Verb
from villages.models import Cadre, Post

# What the verbs of ``actions`` read of a case …
_READ: tuple[type[Model], ...] = (
    Accusation, AnswerDraft, Assignment, Clock, Extension, Objection, ProblemMembership,
)  # fmt: skip
# … and what they only add to.
_ADDED: tuple[type[Model], ...] = (Answer, Event, OpinionSpan, StoodIn)

# What a case is shown with, and what a text may be filled in with.
_READ_OF_EACH = ("region__parent", "category", "unit", "person")

_NEAR: dict[type[Model], tuple[str, ...]] = {AnswerDraft: ("by",)}


class ReadFile(MemoryFile):
    """The rows of a case, read beforehand: a step may change them, and nobody writes them down."""

    def rows(self, model: type[Row]) -> list[Row]:
        """Raises KeyError for what was not read: to take it for nothing would make a wrong preview."""
        return self._rows[model]


@dataclass
class Preview:
    """The cases on which the step would be done, and the others, each with the reason."""

    can: list[Opinion] = field(default_factory=list)
    cannot: list[tuple[Opinion, str]] = field(default_factory=list)


def preview(
    chosen: Chosen,
    verb: Verb,
    arguments: dict[str, object],
    *,
    by: Cadre,
    each: dict[int, dict[str, object]] | None = None,
) -> Preview:
    """Try the step on each case, as it stands now; ``each`` says what is asked for of one case alone."""
    each = each or {}
    # The rows twice: those that are shown, and those on which the step is tried.
    cases = list(cases_of(chosen, by).select_related(*_READ_OF_EACH).order_by("due_at", "pk"))
    tried = {case.pk: case for case in cases_of(chosen, by).select_related("unit", "category")}
    _give_files(tried)
    _give_posts({id(one): one for given in each.values() for one in given.values() if isinstance(one, Cadre)})
    changed = _last_events([case for case in cases if case.version != chosen[case.pk]])
    found = Preview()
    for case in cases:
        if case.pk not in tried:
            continue
        try:
            if case.pk in changed:
                raise ChangedMeanwhile(changed[case.pk])
            getattr(tried[case.pk], verb.value)(by=by, **filled(arguments, case), **each.get(case.pk, {}))
        except (StepRefused, ValidationError) as error:
            found.cannot.append((case, in_words(error)))
        else:
            found.can.append(case)
    return found


def _give_files(cases: dict[int, Opinion]) -> None:
    calendar = WorkingCalendar.load()
    rows = {model: _by_case(model, cases) for model in _READ}
    for case in cases.values():
        file = ReadFile(case, calendar=calendar)
        for model in _READ:
            file.keep(model, rows[model][case.pk])
        for model in _ADDED:
            file.keep(model, [])
        case.__dict__["file"] = file


def _give_posts(people: dict[int, Cadre]) -> None:
    """The posts of those for whom cases are meant: all of them in one query."""
    posts: dict[int, list[Post]] = defaultdict(list)
    for post in Post.objects.filter(cadre__in=people.values()).select_related("unit", "region"):
        posts[post.cadre_id].append(post)
    for cadre in people.values():
        cadre.__dict__["posts_ever"] = posts[cadre.pk]


def _by_case(model: type[Model], cases: dict[int, Opinion]) -> dict[int, list[Model]]:
    # The unit is what rights ask for; whoever wrote a draft is named where that is in the way.
    near = [field.name for field in model._meta.fields if field.name in _NEAR.get(model, ("unit",))]
    found = model.objects.filter(opinion__in=list(cases)).order_by("pk")
    grouped: dict[int, list[Model]] = defaultdict(list)
    for row in found.select_related(*near) if near else found:
        grouped[row.opinion_id].append(row)
    return grouped


def _last_events(cases: list[Opinion]) -> dict[int, Event]:
    """The last event of each of these cases."""
    found = Event.objects.filter(opinion__in=[case.pk for case in cases]).select_related("actor")
    return {event.opinion_id: event for event in found.order_by("opinion_id", "-pk").distinct("opinion_id")}
