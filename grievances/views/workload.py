"""How much the units have to do, for their heads and for those who look after the place."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from config.replica import may_be_a_second_old
from grievances.measures import charts
from grievances.measures.backlogs import backlogs
from grievances.measures.workload import Workload, heads, units_of
from villages.models import Role
from villages.policy import for_roles

LOOKS_AFTER = (Role.HEAD, Role.COORDINATOR, Role.LEADER)


@for_roles(*LOOKS_AFTER)
@require_safe
@may_be_a_second_old()
def workload(request: HttpRequest) -> HttpResponse:
    """The units of the cadre, with what is open and late; of one unit only, its workload."""
    rows = backlogs(request.user)
    if len(rows) == 1:
        return redirect("unit-workload", rows[0].unit.pk)
    return render(request, "grievances/workload.html", {"rows": rows})


@for_roles(*LOOKS_AFTER)
@require_safe
@may_be_a_second_old()
def unit_workload(request: HttpRequest, pk: int) -> HttpResponse:
    """One unit: what came in and went out, what waits, what gets late; for its head, who holds how many cases."""
    unit = get_object_or_404(units_of(request.user), pk=pk)
    found = Workload(request.user, unit)
    weeks = found.weeks()
    context = {
        "unit": unit,
        "weeks": weeks,
        "chart": charts.week_chart(weeks),
        "ages": found.ages(),
        "open": found.open(),
        "late": found.late(),
        "forecast": found.forecast(),
        "soon_late": found.soon_late(),
        "took": found.took(),
        "people": found.people() if heads(request.user, unit) else None,
    }
    return render(request, "grievances/unit_workload.html", context)
