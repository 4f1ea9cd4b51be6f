"""What was asked of cases under supervision, and which answers are due."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from grievances.desk.supervisions import Status, SupervisionFilter, rows, with_words
from villages.models import Role
from villages.paging import EXACT_TO, page_of
from villages.policy import for_roles


@for_roles(Role.LEADER, Role.COORDINATOR, Role.HEAD)
@require_safe
def supervision_list(request: HttpRequest) -> HttpResponse:
    """Supervision and instructions, those whose answer is late first; or those that were answered."""
    found = SupervisionFilter(request.GET, request=request)
    page = page_of(
        found.qs.select_related("opinion__region__parent", "opinion__unit", "opinion__person"), request
    )
    numbers = []
    for status in Status:
        n = rows(request.user, status).order_by().values("pk")[: EXACT_TO + 1].count()
        numbers.append((status, n, n <= EXACT_TO, f"{reverse('supervision-list')}?status={status}"))
    context = {
        "filter": found,
        "page": page,
        "supervisions": with_words(page.rows),
        "numbers": numbers,
        "status": found.is_set().get("status") or Status.DUE,
    }
    return render(request, "grievances/supervision_list.html", context)
