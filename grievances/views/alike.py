"""“The same matter?”: what is likely the same, while an opinion is written down and when it is dispatched."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from grievances.errors import StepRefused
from grievances.flow.relations import relations
from grievances.flow.separation import was_with_the_accused
from grievances.forms.fields import TEXT_LIMIT
from grievances.forms.steps import key_of
from grievances.forms.where import WRITES, places_of
from grievances.models import Category, Opinion
from grievances.problems.alike import alike
from grievances.views.opinions import opened, visible_opinion
from grievances.views.steps import refreshed
from grievances.views.ways import way_of
from grievances.workflow import TRANSITIONS, Verb
from villages.policy import for_roles


@for_roles(*WRITES)
@require_POST
def opinion_new_same(request: HttpRequest) -> HttpResponse:
    """Open matters like the one that is being written down. Posted, so that its words stand in no address."""
    return render(request, "grievances/_same_as.html", same_as(request))


def same_as(request: HttpRequest) -> dict[str, object]:
    """What the form offers as the same matter, as far as it is filled in; nothing of an accusation."""
    typed = {name: request.POST.get(name, "") for name in ("text", "category", "place_of", "accused", "same")}
    found: list[Opinion] = []
    if not typed["accused"] and typed["text"].strip():
        category = _category(typed["category"])
        place = places_of(request.user).filter(pk=typed["place_of"][:15]).first()
        if category and place:
            found = alike(typed["text"][:TEXT_LIMIT], category=category, place=place.pk, by=request.user)
    return {"alike": found, "same": typed["same"]}


def _category(asked: str) -> Category | None:
    if not asked.isdecimal() or len(asked) > 18:
        return None
    return Category.objects.exclude(parent=None).filter(pk=asked).first()


@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
def opinion_same(request: HttpRequest, number: str) -> HttpResponse:
    """Open matters like this case; with a form, it joins the common problem of one of them."""
    case = opened(request, number)
    who = TRANSITIONS[Verb.JOIN].who
    if not who & relations(case, request.user, among=who) or was_with_the_accused(case, request.user):
        raise PermissionDenied
    if request.method == "POST":
        return _join(request, case)
    joined = case.problem_memberships.filter(left_at=None).exists()
    found = [] if joined or case.is_protected else alike(
        case.words, category=case.category, place=case.region_id, by=request.user, besides=case
    )  # fmt: skip
    context = {"opinion": case, "alike": found, "joined": joined, "key": uuid.uuid4()}
    template = "grievances/_same_matter.html" if request.htmx else "grievances/opinion_same.html"
    return render(request, template, context)


def _version(request: HttpRequest) -> int:
    """What the person saw; a form without one has seen nothing."""
    typed = request.POST.get("version", "")
    return int(typed) if typed.isdecimal() and len(typed) <= 9 else 0


def _join(request: HttpRequest, case: Opinion) -> HttpResponse:
    other = visible_opinion(request, request.POST.get("same", "")[:24])
    try:
        case.join_same(
            other, by=request.user, key=key_of(request.POST) or uuid.uuid4(), version=_version(request)
        )
    except StepRefused as error:
        done = str(error)
        messages.warning(request, done)
    else:
        done = _("Done: %(verb)s, %(number)s.") % {"verb": Verb.JOIN.label, "number": case.number}
        messages.success(request, done)
    if request.htmx:
        list(messages.get_messages(request))
        return refreshed(request, case, done, way_of(request, case))
    return redirect("opinion", case.number)
