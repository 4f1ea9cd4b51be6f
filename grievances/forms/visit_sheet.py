"""The whole sheet of one visit: the visit, last time's matters, and what is said today."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import Self

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from grievances.models import Category, Opinion
from grievances.visits.looking_back import Back
from grievances.visits.visiting import MOST_EARLIER, earlier, places_of
from grievances.workflow import ANSWERED
from villages.models import Cadre, Household, Region

from .problems import Problem, problems_of
from .questions import Chosen
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
    opinions: list[VisitOpinionForm]
    # Makes the block of one opinion, given its prefix.
    _block: Callable[..., VisitOpinionForm]
    # Reads what was said last time, and makes the forms about it.
    _last_time: Callable[[], list[LookBackForm]]
    # Whether anything was sent about it.
    _speaks_of_it: bool = True

    @classmethod
    def blank(cls, request: HttpRequest, where: Where) -> Self:
        return cls._made(request.user, where, count=1)

    @classmethod
    def bound(cls, request: HttpRequest, where: Where) -> Self:
        sent = {"data": request.POST, "files": request.FILES}
        return cls._made(request.user, where, count=_count(request), **sent)

    @classmethod
    def of(
        cls, by: Cadre, where: Where, *, count: int, before: list[Opinion], places: QuerySet[Region],
        data: MultiValueDict,
    ) -> Self:  # fmt: skip
        """A sheet that no page sent: with the matters of last time and the places that are known already."""
        sent = {"data": data, "files": MultiValueDict()}
        return cls._made(by, where, count=count, before=before, places=places, **sent)

    @classmethod
    def as_typed(cls, request: HttpRequest, where: Where) -> Self:
        """What was typed so far, without complaints about what is missing, and with room for one more."""
        more = 1 if "add" in request.POST else 0
        count = min(_count(request) + more, MOST_OPINIONS)
        typed = {name: request.POST.getlist(name) for name in request.POST}
        sheet = cls._made(request.user, where, count=count, typed=typed)
        sheet.visit.initial["count"] = count
        return sheet

    @classmethod
    def _made(
        cls,
        by: Cadre,
        where: Where,
        *,
        count: int,
        typed: dict | None = None,
        before: list[Opinion] | None = None,
        places: QuerySet[Region] | None = None,
        **sent: object,
    ) -> Self:
        prefixes = [f"o{n}" for n in range(count)]
        known = Chosen(*_categories(prefixes, typed or sent.get("data") or {}))
        own = partial(block, by, where, cache(partial(recent_categories, by)))
        kind = VisitForm if where.household else WayForm
        there = {"places": places_of(by) if places is None else places} if kind is WayForm else {}

        def last_time() -> list[LookBackForm]:
            matters = before
            if matters is None:
                matters = earlier(where.household, by) if where.household else []
            return [_look(opinion, typed, sent) for opinion in matters]

        return cls(
            where,
            kind(by=by, **there, **sent, **_initial(kind, "", typed)),
            [own(n, known=known, **sent, **_initial(VisitOpinionForm, f"{n}-", typed)) for n in prefixes],
            own,
            last_time,
            before is not None or _speaks_of_last_time(sent.get("data") or {}),
        )

    @cached_property
    def back(self) -> list[LookBackForm]:
        """The matters of last time."""
        return self._last_time()

    def _heard(self) -> list[LookBackForm]:
        """Those of them about which anything can have been said: mostly none, and then they aren't read."""
        return self.back if self._speaks_of_it else []

    @cached_property
    def spare(self) -> VisitOpinionForm:
        """An empty block that the script copies for one more opinion."""
        return self._block("o__n__")

    def filled(self) -> list[VisitOpinionForm]:
        return [form for form in self.opinions if not form.is_blank()]

    def is_valid(self) -> bool:
        checked = [form.is_valid() for form in (self.visit, *self._heard(), *self.filled())]
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
        return [form.back() for form in self._heard() if form.cleaned_data["word"]]

    def asked(self) -> list[LookBackForm]:
        """What is worth asking about: whatever isn't closed with the household's consent; answers first."""
        open_ones = [form for form in self.back if not form.opinion.is_settled]
        return sorted(open_ones, key=lambda form: form.opinion.state not in ANSWERED)

    def asks_the_latest(self) -> int:
        """How many matters it asks about at most, 0 where it asks about all."""
        return MOST_EARLIER if len(self.back) >= MOST_EARLIER else 0

    def settled(self) -> list[LookBackForm]:
        return [form for form in self.back if form.opinion.is_settled]


def block(
    by: Cadre, where: Where, recent: Callable[[], list[Category]], prefix: str, **more: object
) -> VisitOpinionForm:
    """The form of one opinion of the sheet."""
    return VisitOpinionForm(
        by=by, place=where.place, household=where.household, recent=recent, prefix=prefix, **more
    )


def _speaks_of_last_time(data: MultiValueDict) -> bool:
    return any(value for name, value in data.items() if name.startswith(LookBackForm.PREFIX))


def _categories(prefixes: list[str], data: Mapping) -> list[object]:
    """What each block says of its category, by a tap or from the whole list."""
    sent = (data.get(f"{prefix}-{name}") for prefix in prefixes for name in ("pick", "category"))
    return [one[-1] if isinstance(one, list) and one else one for one in sent]


def _look(opinion: Opinion, typed: dict | None, sent: dict) -> LookBackForm:
    return LookBackForm(
        opinion=opinion, **sent, **_initial(LookBackForm, f"{LookBackForm.PREFIX}{opinion.pk}-", typed)
    )


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
