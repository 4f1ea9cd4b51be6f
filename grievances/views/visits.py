"""Logging a visit, at a door or on the way."""

import re

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from grievances.errors import RequestReused, StepRefused
from grievances.forms.visit_sheet import Sheet, Where, block
from grievances.models import InformantKind, Opinion, Visit, VisitKind
from grievances.visits.visiting import Logged, log_visit, places_of
from villages.models import Household, Role
from villages.policy import for_roles

_BLOCK = re.compile(r"o\d{1,2}-(pick|category)")


@for_roles(Role.VISITOR)
@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
def visit_household(request: HttpRequest, pk: int) -> HttpResponse:
    """At a door: opens with what this household said last time."""
    visible = Household.objects.visible_to(request.user).select_related("grid__parent", "contact")
    household = get_object_or_404(visible, pk=pk)
    return _visit(request, Where(household, household.grid))


@for_roles(Role.VISITOR)
@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
def visit_new(request: HttpRequest) -> HttpResponse:
    """Met on the way, or a leader's talk: a place instead of a household."""
    places = places_of(request.user).select_related("parent")
    asked = (request.POST or request.GET).get("place", "")[:15]
    chosen = places.filter(pk=asked).first() or places.first()
    if chosen is None:
        return redirect("visitor-home")
    return _visit(request, Where(None, chosen))


def _visit(request: HttpRequest, where: Where) -> HttpResponse:
    if request.method == "GET":
        return _questions(request, where) if request.htmx else _show(request, Sheet.blank(request, where))
    if "add" in request.POST or "reload" in request.POST:
        return _show(request, Sheet.as_typed(request, where))
    sheet = Sheet.bound(request, where)
    if not sheet.is_valid():
        return _show(request, sheet, status=422)
    return _save(request, sheet)


def _show(request: HttpRequest, sheet: Sheet, *, status: int = 200) -> HttpResponse:
    # A browser never fills in files again, so whoever chose some is told.
    context = {"sheet": sheet, "where": sheet.where, "files_again": bool(request.FILES)}
    return render(request, "grievances/visit_new.html", context, status=status)


def _questions(request: HttpRequest, where: Where) -> HttpResponse:
    """The questions of the category that was just chosen for one block."""
    name, category = next(iter(request.GET.items()), ("", ""))
    prefix = name.partition("-")[0] if _BLOCK.fullmatch(name) else "o0"
    one = block(request.user, where, [], prefix, initial={"category": category})
    return render(request, "grievances/_visit_questions.html", {"one": one})


def _save(request: HttpRequest, sheet: Sheet) -> HttpResponse:
    data = sheet.visit.cleaned_data
    try:
        logged = log_visit(
            by=request.user, key=data["key"], said_at=data["said_at"], place=sheet.where.place,
            household=sheet.where.household, kind=data.get("kind", VisitKind.HOUSEHOLD),
            cadres=list(data["cadres"]), nobody_home=data.get("nobody_home", False), remarks=data["remarks"],
            opinions=sheet.filled(), looking_back=sheet.looked_back(),
        )  # fmt: skip
    except RequestReused as error:
        sheet.visit.add_error(None, str(error))
        return _show(request, sheet, status=409)
    except (ValidationError, StepRefused) as error:
        if not sheet.problems():
            sheet.visit.add_error(None, getattr(error, "messages", None) or str(error))
        return _show(request, sheet, status=422)
    _say(request, logged)
    return redirect("visit", logged.visit.key)


def _say(request: HttpRequest, logged: Logged) -> None:
    """What the visit's page must not show again: numbers that would tie a case to this door."""
    messages.success(request, _("The visit is saved."))
    for opinion in logged.opinions:
        if opinion.informant_kind == InformantKind.ANONYMOUS:
            text = _("Anonymous, number %s. It is shown only now: write it down for the informant.")
            messages.info(request, text % opinion.number)
        elif opinion.informant_kind == InformantKind.CONFIDENTIAL:
            text = _("Confidential, number %s. This page does not show it again: give it to the informant.")
            messages.info(request, text % opinion.number)
        elif opinion.accusing:
            messages.info(request, _("Arrived, number %s. Give it to the informant.") % opinion.number)
    for opinion, became in logged.looks:
        words = {"number": opinion.number, "became": became.label}
        messages.info(request, _("%(number)s: %(became)s.") % words)


@for_roles(Role.VISITOR, Role.COORDINATOR, Role.LEADER, Role.AUDITOR)
@require_safe
def visit(request: HttpRequest, key: str) -> HttpResponse:
    """The visit as it was logged, with the numbers given; never with a confidential opinion."""
    visible = Visit.objects.visible_to(request.user).select_related("household", "region", "campaign")
    found = get_object_or_404(visible, key=key)
    named = Opinion.objects.visible_to(request.user).filter(informant_kind=InformantKind.NAMED)
    opinions = named.filter(informants__visit=found).for_rows().distinct()
    context = {"visit": found, "opinions": opinions, "is_mine": found.recorded_by_id == request.user.pk}
    return render(request, "grievances/visit.html", context)
