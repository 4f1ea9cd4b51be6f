"""One search box for everything that somebody may see."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from grievances.flow import deadlines
from grievances.models import Opinion
from grievances.search import searching
from grievances.search.finding import MOST, Finder, Section
from grievances.sight.access import gathered_by_units
from grievances.tallies.counting import share_seen
from grievances.views.dashboard import may_open
from grievances.views.lists import EVERYBODY
from villages.models import Cadre
from villages.paging import PLACE, page_of
from villages.policy import for_roles
from villages.search import LONGEST_QUERY, words_of


class SearchForm(forms.Form):
    """What is looked for."""

    q = forms.CharField(label=_("words, number, place or name"), required=False, max_length=LONGEST_QUERY)

    def asked(self) -> str:
        """The query; empty where there is none, or none that makes sense."""
        return self.cleaned_data["q"] if self.is_valid() else ""


@for_roles(*EVERYBODY)
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Everything that fits; a whole number that one may see leads straight to its case."""
    form = SearchForm(request.GET)
    query = form.asked()
    finder = Finder(query, request.user)
    number = finder.number()
    if number:
        return redirect("opinion", number)
    context: dict[str, object] = {"form": form, "query": query, "most": MOST}
    if query:
        context |= _opinions(request, query)
        context |= _others(finder) if _is_first(request) else {}
        cases = any(_rows(context.get(name)) for name in ("page", "said_by"))
        others = any(_rows(context.get(name)) for name in ("places", "units", "cadres", "households"))
        context |= {"nothing": not (cases or others), "has_both": cases and others}
    return render(request, "grievances/search.html", context)


def _is_first(request: HttpRequest) -> bool:
    """Whether it is the first page: the others only go on with the opinions."""
    return not request.GET.keys() & set(PLACE)


def _opinions(request: HttpRequest, query: str) -> dict[str, object]:
    """The newest opinions that fit, and words for what was not looked through."""
    visible = Opinion.objects.visible_to(request.user).for_rows().order_by("-recorded_at", "-pk")
    cadre = request.user
    found = searching.search_page(
        visible, query, request, seen=share_seen(cadre), own=gathered_by_units(cadre)
    )
    page = page_of(found.rows, request, total=found.total, more=found.more)
    deadlines.show_on(page.rows)
    only = searching.NEWEST if searching.only_newest(query) else None
    return {"page": page, "words": words_of(query), "only_newest": only}


def _others(finder: Finder) -> dict[str, Section]:
    found = {"said_by": finder.said_by()}
    deadlines.show_on(found["said_by"].rows)
    if finder.is_wide:
        found |= {"units": finder.units(), "cadres": finder.cadres(), "households": finder.households()}
        found["places"] = _with_dashboards(finder.places(), finder.cadre)
    return found


def _with_dashboards(places: Section, cadre: Cadre) -> Section:
    """Tell of each place whether its dashboard is one of the cadre's."""
    for place in places.rows:
        place.has_dashboard = may_open(cadre, place.pk)
    return places


def _rows(value: object) -> list:
    return getattr(value, "rows", [])
