"""Campaigns: plan, goals with their progress, task force, meetings."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from grievances import coverage, goals
from grievances.forms.campaign import PARTS, CampaignForm
from grievances.models import Campaign
from grievances.views.lists import EVERYBODY
from villages.models import Cadre, Region, Role
from villages.policy import for_roles


@for_roles(*EVERYBODY)
@require_safe
def campaign_list(request: HttpRequest) -> HttpResponse:
    """All campaigns, the newest first."""
    found = Campaign.objects.select_related("region")
    context = {"campaigns": found, "may_edit": Role.COORDINATOR in request.user.roles}
    return render(request, "grievances/campaign_list.html", context)


@for_roles(*EVERYBODY)
@require_safe
def campaign(request: HttpRequest, pk: int) -> HttpResponse:
    """One campaign, with the progress of its goals for the one who looks."""
    found = get_object_or_404(Campaign.objects.select_related("region"), pk=pk)
    context = {
        "campaign": found,
        "progress": goals.progress(found, request.user),
        "places": goals.by_place(found, request.user),
        "weeks": coverage.visits_by_week(found, code=found.region_id),
        "task_force": found.task_force.select_related("cadre"),
        "meetings": found.meetings.all(),
        "may_edit": _may_edit(found.region, request.user),
    }
    return render(request, "grievances/campaign.html", context)


def _may_edit(region: Region, cadre: Cadre) -> bool:
    return any(region.pk.startswith(post.region_id) for post in cadre.posts_as(Role.COORDINATOR))


@for_roles(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def campaign_edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Make or change a campaign of one's own region."""
    region = min((post.region for post in request.user.posts_as(Role.COORDINATOR)), key=lambda r: len(r.pk))
    found = get_object_or_404(Campaign, pk=pk) if pk else Campaign(region=region)
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
