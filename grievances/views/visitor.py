"""The visitor's home: which household next, and what became of what they told me."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from grievances import coverage, deadlines
from grievances.models import Campaign, Event, Opinion
from grievances.visiting import places_of
from villages.models import Cadre, Household, Level, Region, Role
from villages.policy import for_roles


@for_roles(Role.VISITOR)
@require_safe
def visitor_home(request: HttpRequest) -> HttpResponse:
    """One grid at a time: its coverage, the households that are left, and what has changed."""
    grids = list(places_of(request.user).filter(level=Level.GRID).select_related("parent"))
    grid = _chosen(grids, request.GET.get("grid", ""))
    campaign = Campaign.objects.current(on=timezone.localdate())
    changed = changed_opinions(request.user)
    deadlines.show_on(changed)
    context = {"grids": grids, "grid": grid, "campaign": campaign, "changed": changed}
    if grid:
        households = Household.objects.visible_to(request.user).filter(grid=grid)
        context["coverage"] = coverage.coverage_by(households, campaign).get(grid.pk, coverage.Coverage(0, 0))
        left = coverage.with_visits(households, campaign).filter(visited=False)
        context["left"] = left.prefetch_related("needs")[:12]
    return render(request, "grievances/visitor_home.html", context)


def _chosen(grids: list[Region], code: str) -> Region | None:
    return next((grid for grid in grids if grid.pk == code), grids[0] if grids else None)


def changed_opinions(cadre: Cadre) -> list[Opinion]:
    """Opinions that the cadre wrote down and in which somebody else did something since they last looked."""
    events = Event.objects.filter(opinion__recorded_by=cadre).exclude(actor=cadre)
    if cadre.changes_seen_at:
        events = events.filter(recorded_at__gt=cadre.changes_seen_at)
    newest = events.order_by("-id").values_list("opinion", flat=True)[:100]
    visible = Opinion.objects.visible_to(cadre).filter(pk__in=list(newest)).for_rows()
    return list(visible.order_by("-pk")[:20])


@for_roles(Role.VISITOR)
@require_POST
def changes_seen(request: HttpRequest) -> HttpResponse:
    """I have looked: what changed until now is no longer shown as new."""
    Cadre.objects.filter(pk=request.user.pk).update(changes_seen_at=timezone.now())
    return redirect("visitor-home")
