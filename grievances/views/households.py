"""Households: find one, and what it said before."""

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from grievances.filters import LabelFilter
from grievances.flow import deadlines
from grievances.measures import coverage
from grievances.models import Campaign, Visit
from grievances.sight.looks import masked, note_telephone
from grievances.visits.visiting import said_before
from villages.models import Cadre, Household, Need, Region, Role
from villages.paging import page_of
from villages.policy import for_roles
from villages.scope import within

VISITING = (Role.VISITOR, Role.COORDINATOR)
_MOST_SAID = 50


class HouseholdFilter(django_filters.FilterSet):
    """By words, visited or not, need and place; in the campaign of the place unless another is asked for."""

    words = django_filters.CharFilter(
        method="found_by", label=_("number, name, pinyin initials or address"), max_length=40
    )
    left = django_filters.ChoiceFilter(
        method="still_left", label=_("visited"), choices=[("yes", _("not yet")), ("no", _("visited"))]
    )
    need = LabelFilter(field_name="needs", queryset=Need.objects.filter(retired=False), label=_("need"))
    grid = django_filters.CharFilter(method="in_grid", widget=forms.HiddenInput, max_length=15)
    # Chosen for a visit: a row leads to the visit form instead of the household's page.
    visit = django_filters.ChoiceFilter(
        method="marked", choices=[("yes", _("yes"))], widget=forms.HiddenInput
    )
    campaign = django_filters.ModelChoiceFilter(
        method="marked",
        queryset=lambda request: Campaign.objects.visible_to(request.user),
        widget=forms.HiddenInput,
    )

    class Meta:
        model = Household
        fields: list[str] = []

    def found_by(self, found: QuerySet, name: str, value: str) -> QuerySet:
        return found.search(value)

    def still_left(self, found: QuerySet, name: str, value: str) -> QuerySet:
        return found.filter(visited=value == "no")

    def in_grid(self, found: QuerySet, name: str, value: str) -> QuerySet:
        return found.filter(within(value, field="grid_id"))

    def marked(self, found: QuerySet, name: str, value: object) -> QuerySet:
        # The rows were marked by this campaign before any filter; see household_list.
        return found

    def place(self) -> Region | None:
        """The place that the list is narrowed to."""
        code = self.form.cleaned_data.get("grid") if self.form.is_valid() else None
        return Region.objects.select_related("parent").filter(pk=code).first() if code else None


class _CampaignForm(forms.Form):
    campaign = forms.ModelChoiceField(Campaign.objects.none(), required=False)


@for_roles(*VISITING)
@require_safe
def household_list(request: HttpRequest) -> HttpResponse:
    """Households of my places, with whether they were visited in this campaign."""
    for_visit = request.GET.get("visit") == "yes" and Role.VISITOR in request.user.roles
    found, campaign = listed(request, for_visit=for_visit)
    # A number that leads here says how many: then the list says it as exactly.
    exact = found.qs.order_by().count() if request.GET.keys() & {"grid", "left"} else None
    context = {"filter": found, "page": page_of(found.qs, request, total=exact), "exact": exact}
    context |= {"campaign": campaign, "place": found.place(), "for_visit": for_visit}
    return render(request, "grievances/household_list.html", context)


def listed(request: HttpRequest, *, for_visit: bool = False) -> tuple[HouseholdFilter, Campaign | None]:
    """The households that the address asks for, each marked as visited or not in the campaign; to choose one
    ``for_visit`` those that are left come first."""
    campaign = _campaign(request)
    mine = Household.objects.visible_to(request.user).select_related("grid__parent").prefetch_related("needs")
    marked = coverage.with_attempts(coverage.with_visits(mine, campaign), campaign)
    if for_visit:
        marked = marked.order_by("visited", "grid", "number_order", "number")
    return HouseholdFilter(request.GET, marked, request=request), campaign


def _campaign(request: HttpRequest) -> Campaign | None:
    """The campaign that is asked for; else that of the place that is asked for; else that of my post."""
    form = _CampaignForm(request.GET)
    form.fields["campaign"].queryset = Campaign.objects.visible_to(request.user)
    asked = form.is_valid() and form.cleaned_data["campaign"]
    code = request.GET.get("grid", "")[:15] or request.user.posts_as(*VISITING)[0].region_id
    return asked or coverage.campaign_of(code)


@for_roles(*VISITING)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def household(request: HttpRequest, pk: int) -> HttpResponse:
    """Who lives there, what visitors must know, what was said and what became of it.

    The telephone number is shown whole only on pressing the button, which leaves a trace for the auditor.
    """
    visible = Household.objects.visible_to(request.user).select_related("grid__parent", "contact")
    found = get_object_or_404(visible, pk=pk)
    said = list(said_before(found, request.user)[: _MOST_SAID + 1])
    before = said[:_MOST_SAID]
    deadlines.show_on(before)
    shown = request.method == "POST"
    telephone = _telephone(found, whole=shown)
    if shown and telephone:
        note_telephone(found, request.user)
    context = {"household": found, "earlier": before, "needs": found.needs.all()}
    context |= {"said_more": len(said) > _MOST_SAID}
    context |= {"telephone": telephone, "is_whole": shown}
    visits = _visits(found, request.user)
    page = page_of(visits, request)
    context |= {"page": page, "last": visits.first() if page.start else next(iter(page.rows), None)}
    return render(request, "grievances/household.html", context)


def _telephone(found: Household, *, whole: bool) -> str:
    contact = getattr(found, "contact", None)
    if contact is None:
        return ""
    return contact.telephone if whole else masked(contact.telephone)


def _visits(found: Household, cadre: Cadre) -> QuerySet[Visit]:
    """Its visits, the latest first; leaders' talks and visits to the grid are not among them."""
    visits = Visit.objects.visible_to(cadre).filter(household=found)
    return visits.select_related("recorded_by").prefetch_related("cadres")
