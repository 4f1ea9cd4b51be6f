"""Households: find one, and what it said before."""

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from grievances import coverage, deadlines
from grievances.models import Campaign, Visit
from grievances.visiting import earlier
from villages.models import Household, Need, Role
from villages.paging import page_of
from villages.policy import for_roles
from villages.scope import within

_VISITING = (Role.VISITOR, Role.COORDINATOR)


class HouseholdFilter(django_filters.FilterSet):
    words = django_filters.CharFilter(
        method="found_by", label=_("number, name, pinyin initials or address"), max_length=40
    )
    left = django_filters.ChoiceFilter(
        method="still_left", label=_("visited"), choices=[("yes", _("not yet")), ("no", _("visited"))]
    )
    need = django_filters.ModelChoiceFilter(field_name="needs", queryset=Need.objects.all(), label=_("need"))
    grid = django_filters.CharFilter(method="in_grid", widget=forms.HiddenInput, max_length=15)

    class Meta:
        model = Household
        fields: list[str] = []

    def found_by(self, found: QuerySet, name: str, value: str) -> QuerySet:
        return found.search(value)

    def still_left(self, found: QuerySet, name: str, value: str) -> QuerySet:
        return found.filter(visited=value == "no")

    def in_grid(self, found: QuerySet, name: str, value: str) -> QuerySet:
        return found.filter(within(value, field="grid_id"))


@for_roles(*_VISITING)
@require_safe
def household_list(request: HttpRequest) -> HttpResponse:
    """Households of my places, with whether they were visited in this campaign."""
    campaign = Campaign.objects.current(on=timezone.localdate())
    mine = Household.objects.visible_to(request.user).select_related("grid__parent").prefetch_related("needs")
    found = HouseholdFilter(request.GET, coverage.with_visits(mine, campaign))
    page = page_of(found.qs, request)
    return render(request, "grievances/household_list.html", {"filter": found, "page": page})


@for_roles(*_VISITING)
@require_safe
def household(request: HttpRequest, pk: int) -> HttpResponse:
    """Who lives there, what visitors must know, what was said and what became of it."""
    visible = Household.objects.visible_to(request.user).select_related("grid__parent", "contact")
    found = get_object_or_404(visible, pk=pk)
    before = earlier(found, request.user)
    deadlines.show_on(before)
    visits = (
        Visit.objects.filter(household=found).select_related("recorded_by").prefetch_related("cadres")[:10]
    )
    context = {"household": found, "earlier": before, "visits": visits, "needs": found.needs.all()}
    return render(request, "grievances/household.html", context)
