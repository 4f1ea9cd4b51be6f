"""What has happened in cases that concern me."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from grievances.alerts import calls_of
from grievances.models import Notice, SavedView
from grievances.notices import notices_of
from grievances.saved.finding import address_of
from villages.paging import page_of


@require_safe
def notice_list(request: HttpRequest) -> HttpResponse:
    """The newest first, only of cases that I may still see; above them the views that called."""
    notices = notices_of(request.user).select_related(
        "event__actor", "event__opinion__category__parent", "event__opinion__region__parent"
    )
    page = page_of(notices.order_by("-event__recorded_at", "-id"), request)
    calls = [] if page.start else [(view, address_of(view)) for view in calls_of(request.user)]
    return render(request, "grievances/notice_list.html", {"page": page, "calls": calls})


@require_POST
def notices_seen(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    Notice.objects.filter(cadre=request.user, seen_at=None).update(seen_at=now)
    SavedView.objects.called(request.user).update(seen_at=now)
    return redirect("notice-list")
