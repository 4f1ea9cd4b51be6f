"""Logging a visit, at a door or on the way."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from grievances.errors import StepRefused
from grievances.forms.opinion import OpinionForm
from grievances.forms.visit import MOST_OPINIONS, LookBackForm, VisitForm, WayForm
from grievances.models import InformantKind, Opinion, Visit, VisitKind
from grievances.visiting import earlier, log_visit, places_of
from villages.models import Household, Region, Role
from villages.policy import for_roles


@dataclass
class Sheet:
    """The forms of one visit: the visit, last time's matters, and what is said today."""

    visit: VisitForm
    back: list[LookBackForm]
    opinions: list[OpinionForm]

    def filled(self) -> list[OpinionForm]:
        return [form for form in self.opinions if not form.is_blank()]

    def is_valid(self) -> bool:
        checked = [form.is_valid() for form in (self.visit, *self.back, *self.filled())]
        return all(checked)

    def looked_back(self) -> list[tuple[Opinion, str, str]]:
        answered = (form for form in self.back if form.cleaned_data["word"])
        return [(form.opinion, form.cleaned_data["word"], form.cleaned_data["remark"]) for form in answered]


@for_roles(Role.VISITOR)
@require_http_methods(["GET", "POST"])
def visit_household(request: HttpRequest, pk: int) -> HttpResponse:
    """At a door: opens with what this household said last time."""
    visible = Household.objects.visible_to(request.user).select_related("grid__parent", "contact")
    household = get_object_or_404(visible, pk=pk)
    return _visit(request, household=household, place=household.grid, before=earlier(household, request.user))


@for_roles(Role.VISITOR)
@require_http_methods(["GET", "POST"])
def visit_new(request: HttpRequest) -> HttpResponse:
    """Met on the way, or a leader's talk: a place instead of a household."""
    places = places_of(request.user)
    chosen = places.filter(pk=request.POST.get("place", "")[:15]).first() or places.first()
    if chosen is None:
        return redirect("visitor-home")
    return _visit(request, household=None, place=chosen, before=[])


def _visit(
    request: HttpRequest, *, household: Household | None, place: Region, before: list[Opinion]
) -> HttpResponse:
    context = {"household": household, "place": place}
    if request.method == "GET":
        return _show(request, _blank(request, household, place, before, count=1), context)
    if "add" in request.POST or "reload" in request.POST:
        return _show(request, _as_typed(request, household, place, before), context)
    sheet = _bound(request, household, place, before)
    if sheet.is_valid():
        response = _save(request, sheet, household, place)
        if response:
            return response
    return _show(request, sheet, context, status=422)


def _count(request: HttpRequest) -> int:
    asked = request.POST.get("count", "1")
    return min(int(asked), MOST_OPINIONS) if asked.isascii() and asked.isdigit() and len(asked) < 3 else 1


def _forms(
    request: HttpRequest,
    household: Household | None,
    place: Region,
    before: list[Opinion],
    count: int,
    **data: object,
) -> Sheet:
    by, files = request.user, {"files": request.FILES} if "data" in data else {}
    visit = VisitForm(by=by, **data) if household else WayForm(by=by, places=places_of(by), **data)
    back = [LookBackForm(opinion=opinion, **data) for opinion in before]
    spoken = [OpinionForm(by=by, place=place, prefix=f"o{n}", **data, **files) for n in range(count)]
    return Sheet(visit, back, spoken)


def _blank(
    request: HttpRequest, household: Household | None, place: Region, before: list[Opinion], *, count: int
) -> Sheet:
    return _forms(request, household, place, before, count)


def _bound(request: HttpRequest, household: Household | None, place: Region, before: list[Opinion]) -> Sheet:
    return _forms(request, household, place, before, max(_count(request), 1), data=request.POST)


def _as_typed(
    request: HttpRequest, household: Household | None, place: Region, before: list[Opinion]
) -> Sheet:
    """What was typed so far, without complaints about what is still missing, and room for one more."""
    more = 1 if "add" in request.POST else 0
    count = min(max(_count(request), 1) + more, MOST_OPINIONS)
    sheet = _forms(request, household, place, before, count)
    for form in (sheet.visit, *sheet.back, *sheet.opinions):
        typed = {name: form.add_prefix(name) for name in form.fields}
        form.initial |= {
            name: request.POST.getlist(key) if name == "cadres" else request.POST[key]
            for name, key in typed.items()
            if key in request.POST and name != "files"
        }
    sheet.visit.initial["count"] = count
    sheet.opinions = [_again(form, request, place) for form in sheet.opinions]
    return sheet


def _again(form: OpinionForm, request: HttpRequest, place: Region) -> OpinionForm:
    """The same form with the questions of the category that is chosen now."""
    return OpinionForm(by=request.user, place=place, prefix=form.prefix, initial=form.initial)


def _show(request: HttpRequest, sheet: Sheet, context: dict, *, status: int = 200) -> HttpResponse:
    return render(request, "grievances/visit_new.html", context | {"sheet": sheet}, status=status)


def _save(
    request: HttpRequest, sheet: Sheet, household: Household | None, place: Region
) -> HttpResponse | None:
    data = sheet.visit.cleaned_data
    try:
        visit, made = log_visit(
            by=request.user, key=data["key"], said_at=data["said_at"], place=place, household=household,
            kind=data.get("kind", VisitKind.HOUSEHOLD), cadres=list(data["cadres"]),
            nobody_home=data["nobody_home"], remarks=data["remarks"], opinions=sheet.filled(),
            looked_back=sheet.looked_back(),
        )  # fmt: skip
    except (ValidationError, StepRefused) as error:
        sheet.visit.add_error(None, getattr(error, "messages", None) or str(error))
        return None
    for opinion in made:
        if opinion.informant_kind == InformantKind.ANONYMOUS:
            text = _("Anonymous, number %s. It is shown only now: write it down for the informant.")
            messages.info(request, text % opinion.number)
    return redirect("visit", visit.key)


@for_roles(Role.VISITOR, Role.COORDINATOR, Role.LEADER, Role.AUDITOR)
@require_safe
def visit(request: HttpRequest, key: str) -> HttpResponse:
    """The visit as it was logged, with the numbers given."""
    visible = Visit.objects.visible_to(request.user).select_related("household", "region", "campaign")
    found = get_object_or_404(visible, key=key)
    opinions = Opinion.objects.visible_to(request.user).filter(informants__visit=found).for_rows().distinct()
    return render(request, "grievances/visit.html", {"visit": found, "opinions": opinions})
