"""The command box: what fits to what was typed, as a list to choose from."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from grievances.desk.commands import Asked, sections
from grievances.models import Opinion
from grievances.views.lists import EVERYBODY
from grievances.views.search import SearchForm
from grievances.views.ways import way_of
from villages.policy import for_roles


@for_roles(*EVERYBODY)
@require_safe
@vary_on_headers("HX-Request")
def commands(request: HttpRequest) -> HttpResponse:
    """The lines that fit. Opened as a page it is the search page, which finds the same and more."""
    form = SearchForm(request.GET)
    query = form.asked()
    if not request.htmx:
        return redirect(f"{reverse('search')}?{request.GET.urlencode()}")
    case, way = _open_case(request), way_of(request)
    asked = Asked(request, query, case, way.query if way else "")
    context = {"form": form, "query": query, "typed": request.GET.get("q", ""), "sections": sections(asked)}
    return render(request, "grievances/_commands.html", context)


def _open_case(request: HttpRequest) -> Opinion | None:
    """The case beside the box, as far as the person may see it; only its steps are named, so this is no look."""
    return Opinion.objects.visible_to(request.user).filter(number=request.GET.get("case", "")).first()
