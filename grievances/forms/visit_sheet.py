"""The whole sheet of one visit: the visit, last time's matters, and what is said today."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Self

from django.http import HttpRequest
from django.utils.translation import gettext as _

from grievances.models import Category, Opinion
from grievances.visits.looking_back import Back
from grievances.visits.visiting import MOST_EARLIER, earlier, places_of
from grievances.workflow import ANSWERED, State
from villages.models import Cadre, Household, Region

from .problems import Problem, problems_of
from .visit import MOST_OPINIONS, LookBackForm, VisitForm, WayForm
from .visit_opinion import VisitOpinionForm, recent_categories


@dataclass
class Where:
    """Whom the visit is to: a household, or nobody's door in a place."""

    household: Household | None
    place: Region


@dataclass
class Sheet:
    """The forms of one visit."""

    where: Where
    visit: VisitForm
    back: list[LookBackForm]
    opinions: list[VisitOpinionForm]
    # Makes the block of one opinion, given its prefix.
    _block: Callable[..., VisitOpinionForm]

    @classmethod
    def blank(cls, request: HttpRequest, where: Where) -> Self:
        return cls._made(request, where, count=1)

    @classmethod
    def bound(cls, request: HttpRequest, where: Where) -> Self:
        return cls._made(request, where, count=_count(request), data=request.POST)

    @classmethod
    def as_typed(cls, request: HttpRequest, where: Where) -> Self:
        """What was typed so far, without complaints about what is missing, and with room for one more."""
        more = 1 if "add" in request.POST else 0
        count = min(_count(request) + more, MOST_OPINIONS)
        typed = {name: request.POST.getlist(name) for name in request.POST}
        sheet = cls._made(request, where, count=count, typed=typed)
        sheet.visit.initial["count"] = count
        return sheet

    @classmethod
    def _made(
        cls, request: HttpRequest, where: Where, *, count: int, typed: dict | None = None, **data: object
    ) -> Self:
        by = request.user
        own = partial(block, by, where, recent_categories(by))
        before = earlier(where.household, by) if where.household else []
        files = {"files": request.FILES} if data else {}
        kind = VisitForm if where.household else WayForm
        places = {} if where.household else {"places": places_of(by)}
        return cls(
            where,
            kind(by=by, **places, **data, **_initial(kind, "", typed)),
            [_look(opinion, typed, data) for opinion in before],
            [
                own(f"o{n}", **data, **files, **_initial(VisitOpinionForm, f"o{n}-", typed))
                for n in range(count)
            ],
            own,
        )

    @cached_property
    def spare(self) -> VisitOpinionForm:
        """An empty block that the script copies for one more opinion."""
        return self._block("o__n__")

    def filled(self) -> list[VisitOpinionForm]:
        return [form for form in self.opinions if not form.is_blank()]

    def is_valid(self) -> bool:
        checked = [form.is_valid() for form in (self.visit, *self.back, *self.filled())]
        return all(checked) and self._is_possible()

    def _is_possible(self) -> bool:
        """Where nobody was at home, nobody said anything."""
        if self.visit.cleaned_data.get("nobody_home") and (self.filled() or self.looked_back()):
            problem = _("Somebody spoke, as you wrote down: then somebody was at home.")
            self.visit.add_error("nobody_home", problem)
        return not self.visit.errors

    def problems(self) -> list[Problem]:
        """What is wrong, in the order of the page; each opinion's with its number."""
        parts = {
            form: _("Opinion %(n)s") % {"n": number} for number, form in enumerate(self.opinions, start=1)
        }
        forms = [*self.asked(), *self.settled(), *self.filled(), self.visit]
        return [problem for form in forms for problem in problems_of(form, part=parts.get(form, ""))]

    def looked_back(self) -> list[Back]:
        return [form.back() for form in self.back if form.cleaned_data["word"]]

    def asked(self) -> list[LookBackForm]:
        """What is worth asking about: whatever isn't closed with the household's consent; answers first."""
        open_ones = [form for form in self.back if not _is_settled(form.opinion)]
        return sorted(open_ones, key=lambda form: form.opinion.state not in ANSWERED)

    def asks_the_latest(self) -> int:
        """How many matters it asks about at most, 0 where it asks about all."""
        return MOST_EARLIER if len(self.back) >= MOST_EARLIER else 0

    def settled(self) -> list[LookBackForm]:
        return [form for form in self.back if _is_settled(form.opinion)]


def block(by: Cadre, where: Where, recent: list[Category], prefix: str, **more: object) -> VisitOpinionForm:
    """The form of one opinion of the sheet."""
    return VisitOpinionForm(
        by=by, place=where.place, household=where.household, recent=recent, prefix=prefix, **more
    )


def _is_settled(opinion: Opinion) -> bool:
    return opinion.state == State.CLOSED and opinion.satisfied is not False


def _look(opinion: Opinion, typed: dict | None, data: dict) -> LookBackForm:
    return LookBackForm(opinion=opinion, **data, **_initial(LookBackForm, f"back{opinion.pk}-", typed))


def _initial(form: type, prefix: str, typed: dict | None) -> dict[str, dict]:
    """The typed values of a form, as its initial ones; questions of a category are not declared."""
    if typed is None:
        return {}
    own = {name.removeprefix(prefix): values for name, values in typed.items() if name.startswith(prefix)}
    known = {name: values for name, values in own.items() if name in form.base_fields or "question_" in name}
    return {"initial": {name: values if name == "cadres" else values[-1] for name, values in known.items()}}


def _count(request: HttpRequest) -> int:
    asked = request.POST.get("count", "1")
    fits = asked.isascii() and asked.isdigit() and len(asked) < 3
    return min(max(int(asked), 1), MOST_OPINIONS) if fits else 1
