"""Campaigns: plan, goals with their progress, task force, meetings; villages and visits behind the numbers."""

from datetime import date, timedelta

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from config.replica import may_be_a_second_old
from grievances.flow.calendar import midnight
from grievances.forms.campaign import PARTS, CampaignForm
from grievances.measures import coverage, goals
from grievances.models import Campaign, Visit
from grievances.views.lists import EVERYBODY
from villages.models import Cadre, Region, Role
from villages.paging import page_of
from villages.policy import for_roles
from villages.scope import within


@for_roles(*EVERYBODY)
@require_safe
@may_be_a_second_old()
def campaign_list(request: HttpRequest) -> HttpResponse:
    """The campaigns that concern one's places, the newest first."""
    context = {"campaigns": listed(request.user), "may_edit": Role.COORDINATOR in request.user.roles}
    return render(request, "grievances/campaign_list.html", context)


def listed(cadre: Cadre) -> QuerySet[Campaign]:
    return Campaign.objects.visible_to(cadre).select_related("region")


@for_roles(*EVERYBODY)
@require_safe
@may_be_a_second_old()
def campaign(request: HttpRequest, pk: int) -> HttpResponse:
    """One campaign, with the progress of its goals for the one who looks."""
    found = _campaign(request.user, pk)
    by_grid = coverage.of_grids(found)
    context = {
        "campaign": found,
        "progress": goals.progress(found, request.user, by_grid),
        "places": goals.by_place(found, request.user, by_grid),
        "weeks": goals.by_week(found, request.user),
        "task_force": found.task_force.select_related("cadre"),
        "meetings": found.meetings.all(),
        "may_edit": _may_edit(found.region, request.user),
    }
    return render(request, "grievances/campaign.html", context)


def _campaign(cadre: Cadre, pk: int) -> Campaign:
    return get_object_or_404(Campaign.objects.visible_to(cadre).select_related("region"), pk=pk)


class _VillagesForm(forms.Form):
    visited = forms.BooleanField(required=False)


@for_roles(*EVERYBODY)
@require_safe
@may_be_a_second_old()
def campaign_villages(request: HttpRequest, pk: int) -> HttpResponse:
    """The villages of a campaign, all or those visited, with households visited and all."""
    found, rows, visited = villages_of(request, pk)
    context = {"campaign": found, "rows": rows, "visited": visited}
    return render(request, "grievances/campaign_villages.html", context)


def villages_of(request: HttpRequest, pk: int) -> tuple[Campaign, list[goals.PlaceRow], bool]:
    """The campaign, its villages that the address asks for, and whether those are only the visited ones."""
    found, form = _campaign(request.user, pk), _VillagesForm(request.GET)
    visited = bool(form.is_valid() and form.cleaned_data["visited"])
    return found, goals.villages(found, request.user, visited=visited), visited


class _WeekForm(forms.Form):
    week = forms.DateField(
        required=False,
        validators=[MinValueValidator(date(1900, 1, 1)), MaxValueValidator(date(2099, 12, 31))],
    )


@for_roles(*goals.LISTS_VISITS)
@require_safe
@may_be_a_second_old()
def campaign_visits(request: HttpRequest, pk: int) -> HttpResponse:
    """The visits of a campaign that one may see, of all its weeks or of the week that begins on a day."""
    found, shown, week = visits_of(request, pk)
    context = {"campaign": found, "page": page_of(shown, request, total=shown.count()), "week": week}
    return render(request, "grievances/campaign_visits.html", context)


def visits_of(request: HttpRequest, pk: int) -> tuple[Campaign, QuerySet[Visit], date | None]:
    """The campaign, its visits that one may see, and the week to which the address narrows them."""
    found, form = _campaign(request.user, pk), _WeekForm(request.GET)
    week = form.cleaned_data["week"] if form.is_valid() else None
    visits = Visit.objects.visible_to(request.user).filter(within(found.region_id), campaign=found).counted()
    if week:
        visits = visits.filter(said_at__gte=midnight(week), said_at__lt=midnight(week + timedelta(days=7)))
    shown = visits.select_related("household", "region__parent").prefetch_related("cadres")
    return found, shown, week


def _may_edit(region: Region, cadre: Cadre) -> bool:
    return any(region.pk.startswith(post.region_id) for post in cadre.posts_as(Role.COORDINATOR))


@for_roles(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def campaign_edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Make or change a campaign of one's own region."""
    region = min((post.region for post in request.user.posts_as(Role.COORDINATOR)), key=lambda r: len(r.pk))
    found = _campaign(request.user, pk) if pk else Campaign(region=region)
    if not _may_edit(found.region, request.user):
        raise PermissionDenied
    data = request.POST or None
    form = CampaignForm(data, instance=found)
    parts = [made(data, instance=found, prefix=name) for name, made in PARTS.items()]
    if request.method == "POST" and form.is_valid() and all([part.is_valid() for part in parts]):
        return redirect("campaign", _save(form, parts).pk)
    context = {"form": form, "parts": parts, "campaign": found}
    return render(request, "grievances/campaign_edit.html", context, status=422 if data else 200)


@transaction.atomic
def _save(form: CampaignForm, parts: list) -> Campaign:
    saved = form.save()
    for part in parts:
        part.instance = saved
        part.save()
    return saved
