"""The visitor's home: which household next, and what became of what they told me."""

from datetime import datetime

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST, require_safe

from grievances.flow import deadlines
from grievances.measures import coverage
from grievances.models import Informant, InformantKind, Opinion
from grievances.phones import tray
from grievances.visits.visiting import places_of
from villages.models import Cadre, Household, Level, Region, Role
from villages.paging import page_of
from villages.policy import for_roles

_NEXT = 12
_MOST_GRIDS = 60


@for_roles(Role.VISITOR)
@require_safe
def visitor_home(request: HttpRequest) -> HttpResponse:
    """One grid at a time: its coverage, the households that are left, and what has changed."""
    mine = places_of(request.user).filter(level=Level.GRID).select_related("parent")
    asked = request.GET.get("grid", "")[:15]
    found = list(mine[: _MOST_GRIDS + 1])
    grids = found[:_MOST_GRIDS]
    grid = next((one for one in grids if one.pk == asked), None) or (asked and mine.filter(pk=asked).first())
    grid = grid or (grids[0] if grids else None)
    page = page_of(changed_opinions(request.user), request)
    deadlines.show_on(page.rows)
    _show_doors(page.rows)
    context = {
        "undecided": tray.count(request.user),
        "grid": grid,
        "page": page,
        "now": timezone.now(),
        "more_grids": len(found) > _MOST_GRIDS,
    }
    if grid:
        context |= _progress(request.user, grid, grids)
    return render(request, "grievances/visitor_home.html", context)


def _progress(cadre: Cadre, grid: Region, grids: list[Region]) -> dict[str, object]:
    campaign = coverage.campaign_of(grid.pk)
    shown = {one.pk for one in grids} | {grid.pk}
    households = Household.objects.visible_to(cadre).filter(grid__in=shown)
    by_grid = coverage.coverage_by(households, campaign)
    none = coverage.Coverage(0, 0)
    left = coverage.with_visits(households.filter(grid=grid), campaign).filter(visited=False)
    return {
        "campaign": campaign,
        "coverage": by_grid.get(grid.pk, none),
        "grids": [(one, by_grid.get(one.pk, none)) for one in grids],
        "left": _with_needs(coverage.with_attempts(left, campaign)[:_NEXT]),
    }


def _with_needs(households: QuerySet[Household]) -> list[Household]:
    """The households with the labels of their ``needs_shown``."""
    found = list(households)
    needs = Household.needs.through.objects.filter(household__in=[one.pk for one in found])
    shown: dict[int, list[str]] = {}
    for row in needs.select_related("need").order_by("need__position", "need__code") if found else ():
        shown.setdefault(row.household_id, []).append(row.need.label)
    for household in found:
        household.needs_shown = shown.get(household.pk, [])
    return found


def changed_opinions(cadre: Cadre) -> QuerySet[Opinion]:
    """Opinions that the cadre wrote down and in which somebody else did something since they last looked,
    the latest change first."""
    since = {"news_at__gt": cadre.changes_seen_at} if cadre.changes_seen_at else {"news_at__isnull": False}
    mine = Opinion.objects.visible_to(cadre).filter(recorded_by=cadre, **since)
    return mine.for_rows().order_by("-news_at", "-pk")


def _show_doors(opinions: list[Opinion]) -> None:
    """Give each named opinion its ``door``: the household that spoke."""
    named = [one.pk for one in opinions if one.informant_kind == InformantKind.NAMED]
    spoke = Informant.objects.filter(opinion__in=named).exclude(household=None).order_by("position")
    # Of the informants themselves nothing is read.
    found = spoke.values_list("opinion", "household__number", "household__head") if named else []
    doors = {opinion: Household(number=number, head=head) for opinion, number, head in found}
    for opinion in opinions:
        opinion.door = doors.get(opinion.pk)


@for_roles(Role.VISITOR)
@require_POST
def changes_seen(request: HttpRequest) -> HttpResponse:
    """I have looked: what had changed when the page was shown is no longer new."""
    now = timezone.now()
    shown_at = _moment(request.POST.get("until", "")) or now
    Cadre.objects.filter(pk=request.user.pk).update(changes_seen_at=min(shown_at, now))
    return redirect("visitor-home")


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment and timezone.is_aware(moment) else None
