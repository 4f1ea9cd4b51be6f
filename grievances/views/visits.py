"""Logging a visit, at a door or on the way."""

import re
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from grievances.errors import RequestReused, StepRefused
from grievances.forms.visit_sheet import Sheet, Where, block
from grievances.models import InformantKind, Opinion, Visit, VisitKind
from grievances.phones import tray
from grievances.visits import same_visits
from grievances.visits.looking_back import Became
from grievances.visits.visiting import Logged, log_visit, places_of
from villages.models import Household, Role
from villages.policy import for_roles

_BLOCK = re.compile(r"o\d{1,2}")


@for_roles(Role.VISITOR)
@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
def visit_household(request: HttpRequest, pk: int) -> HttpResponse:
    """At a door: opens with what this household said last time."""
    household = Household.at_door(pk, request.user)
    if household is None:
        raise Http404
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
    if "offer" in request.POST:
        return _offer(request, where)
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
    one = block(request.user, where, list, _block_of(name), initial={"category": category})
    return render(request, "grievances/_visit_questions.html", {"one": one})


def _offer(request: HttpRequest, where: Where) -> HttpResponse:
    """Open matters like the one that is being written down in one block."""
    one = block(request.user, where, list, _block_of(request.POST["offer"]), data=request.POST)
    same = one["same"]
    context = {"alike": one.alike(), "same": same.value(), "name": same.html_name}
    return render(request, "grievances/_same_as.html", context)


def _block_of(asked: str) -> str:
    """The prefix of the block that was asked about."""
    prefix = asked.partition("-")[0]
    return prefix if _BLOCK.fullmatch(prefix) else "o0"


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
    for became in logged.joined:
        messages.info(request, became)
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
    same_visits.note_same([found], request.user)
    context = {"visit": found, "opinions": opinions, "is_mine": found.recorded_by_id == request.user.pk}
    context["let_in"] = tray.let_in(found.key) if found.digest else None
    context["looks"] = [(number, Became(word).label) for number, word in found.became.items()]
    context["may_say"] = bool(found.others) and same_visits.may_say(found, request.user)
    return render(request, "grievances/visit.html", context)


@for_roles(Role.VISITOR, Role.COORDINATOR)
@require_POST
def visit_same(request: HttpRequest, key: str) -> HttpResponse:
    """Say of two visits to one household on one day that they are the same, or two."""
    visible = Visit.objects.visible_to(request.user)
    found = get_object_or_404(visible, key=key)
    try:
        other = get_object_or_404(visible, key=UUID(request.POST.get("other", "")))
    except ValueError as error:
        raise Http404 from error
    if not same_visits.may_say(found, request.user):
        raise PermissionDenied
    same = "same" in request.POST
    if not same_visits.say(found, other, same=same, by=request.user):
        messages.error(request, _("They are not to one household on one day."))
    elif same:
        messages.success(request, _("Noted as the same visit: figures count it once."))
    else:
        messages.success(request, _("Both visits are kept."))
    return redirect("visit", found.key)
