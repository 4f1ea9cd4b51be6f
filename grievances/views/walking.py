"""From case to case along a list: by the two links beside a case, or on from a step that was done."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRedirect

from grievances.models import AfterStep, Opinion
from grievances.views.lists import EVERYBODY
from grievances.views.opinions import case_context, opened
from grievances.views.ways import Neighbour, Way, is_beside, next_case, way_of
from villages.policy import for_roles


@for_roles(*EVERYBODY)
@require_safe
@vary_on_headers("HX-Request")
def walk_next(request: HttpRequest) -> HttpResponse:
    """The case that comes next in the list from which one was opened."""
    return _walk(request, back=False)


@for_roles(*EVERYBODY)
@require_safe
@vary_on_headers("HX-Request")
def walk_previous(request: HttpRequest) -> HttpResponse:
    """The case that stands before it."""
    return _walk(request, back=True)


def _walk(request: HttpRequest, *, back: bool) -> HttpResponse:
    way = way_of(request)
    if way is None:
        return redirect("opinion-list")
    found = next_case(request, way, back=back)
    if found:
        return _show(request, found) if is_beside(request) else _to(request, found.address)
    end = _("This is the first case of the list.") if back else _("This is the last case of the list.")
    if request.htmx:
        # The case stays as it is; the sentence stands beside the links.
        response = render(request, "grievances/_walk_end.html", {"end": end})
        response["HX-Retarget"] = "#walked"
        return response
    messages.info(request, end)
    return redirect(way.address)


def gone_on(request: HttpRequest, way: Way, after: AfterStep, opinion: Opinion, done: str) -> HttpResponse:
    """After a step on a case: the next one of its list, with the sentence of what was done; or the list."""
    found = next_case(request, way, but=opinion) if after == AfterStep.NEXT else None
    if found and is_beside(request):
        return changed(_show(request, found, done=done))
    if found:
        messages.success(request, done)
        return _to(request, found.address)
    # A list that is worked off leads nowhere; else what is left stands before this place.
    first = next_case(request, Way(way.address), but=opinion) if after == AfterStep.NEXT else None
    end = _end(first) if after == AfterStep.NEXT else ""
    if is_beside(request):
        context = {"done": done, "end": end, "first": first, "way": way}
        return changed(render(request, "grievances/_walk_back.html", context))
    for sentence in filter(None, (done, end)):
        messages.success(request, sentence)
    return _to(request, way.address)


def _end(first: Neighbour | None) -> str:
    if first is None:
        return _("The list is done: no other case is left in it.")
    return _("The list is done from here to its end; earlier cases are left in it.")


def changed(response: HttpResponse) -> HttpResponse:
    """A part of the page that tells the list beside it to reload."""
    response["HX-Trigger"] = "opinion-changed"
    return response


def _show(request: HttpRequest, found: Neighbour, **more: object) -> HttpResponse:
    context = case_context(request, opened(request, found.number)) | {"way": found.way} | more
    return render(request, "grievances/_case.html", context)


def _to(request: HttpRequest, address: str) -> HttpResponse:
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
