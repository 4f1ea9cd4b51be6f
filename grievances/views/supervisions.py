"""What was asked of cases under supervision, and which answers are due."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from grievances.desk.supervisions import Status, SupervisionFilter, counts, with_words
from villages.models import Role
from villages.paging import EXACT_TO, page_of
from villages.policy import for_roles


@for_roles(Role.LEADER, Role.COORDINATOR, Role.HEAD)
@require_safe
def supervision_list(request: HttpRequest) -> HttpResponse:
    """Supervision and instructions, those whose answer is late first; or those that were answered."""
    found = SupervisionFilter(request.GET, request=request)
    asked, counted = found.is_set(), counts(request.user, most=EXACT_TO + 1)
    status = Status(asked.get("status") or Status.DUE)
    total = counted[status] if asked.keys() <= {"status"} else None
    page = page_of(
        found.qs.select_related("opinion__region__parent", "opinion__unit", "opinion__person"),
        request, total=total, more=total is not None and total > EXACT_TO,
    )  # fmt: skip
    address = reverse("supervision-list")
    numbers = [(one, n, n <= EXACT_TO, f"{address}?status={one}") for one, n in counted.items()]
    context = {
        "filter": found,
        "page": page,
        "supervisions": with_words(page.rows),
        "numbers": numbers,
        "status": status,
    }
    return render(request, "grievances/supervision_list.html", context)
