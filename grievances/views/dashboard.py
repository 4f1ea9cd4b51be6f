"""The leader's dashboard: what was collected, what was resolved, where it does not work."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from grievances import charts, figures
from grievances.boards import Board
from grievances.models import Campaign
from grievances.rates import Rate
from grievances.views.lists import DayForm
from villages.models import Cadre, Region, Role
from villages.policy import for_roles

_LOOKS_AFTER = (Role.LEADER, Role.COORDINATOR, Role.AUDITOR, Role.CALLER, Role.HEAD)


@for_roles(*_LOOKS_AFTER)
@require_safe
def dashboard(request: HttpRequest, code: str | None = None) -> HttpResponse:
    """A place's figures, today or on a past day; without a code, of the widest place of one's posts."""
    region = _region(request.user, code)
    form = DayForm(request.GET)
    as_of = form.day()
    campaign = Campaign.objects.current(on=as_of or timezone.localdate())
    board = Board(request.user, region, campaign, as_of)
    numbers = board.figures()
    weeks = board.by_week()
    context = {
        "region": region,
        "campaign": campaign,
        "as_of": as_of if figures.is_past(as_of) else None,
        "wrong_day": bool(form.errors),
        "today": timezone.localdate(),
        "numbers": numbers,
        "resolved": Rate(numbers["resolved"].value, numbers["collected"].value),
        "rates": [
            (name, numbers[part], numbers[whole], Rate(numbers[part].value, numbers[whole].value))
            for name, (part, whole) in figures.RATES.items()
            if name != "resolved"
        ],
        "grounds": board.grounds(),
        "median": board.median_days(),
        "places": charts.intervals(board.by_place()),
        "categories": board.by_category(),
        "units": board.by_unit(),
        "weeks": weeks,
        "chart": charts.week_chart(weeks),
    }
    return render(request, "grievances/dashboard.html", context)


def _region(cadre: Cadre, code: str | None) -> Region:
    """The place asked for, if it lies within those of the cadre's posts."""
    mine = [post.region_id for post in cadre.posts_as(*_LOOKS_AFTER)]
    if code is None:
        return Region.objects.get(pk=min(mine, key=len))
    if not any(code.startswith(own) for own in mine):
        raise Http404
    return get_object_or_404(Region, pk=code)
