"""What has happened in cases that concern me."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from grievances.models import Notice
from grievances.notices import notices_of
from villages.paging import page_of


@require_safe
def notice_list(request: HttpRequest) -> HttpResponse:
    """The newest first; only of cases that I may still see."""
    of_the_case = ("category__parent", "region__parent")
    causes = [f"{cause}__opinion__{part}" for cause in ("event", "note") for part in of_the_case]
    notices = notices_of(request.user).select_related("event__actor", "note__by", *causes)
    page = page_of(notices.order_by("-id"), request)
    return render(request, "grievances/notice_list.html", {"page": page})


@require_POST
def notices_seen(request: HttpRequest) -> HttpResponse:
    Notice.objects.filter(cadre=request.user, seen_at=None).update(seen_at=timezone.now())
    return redirect("notice-list")
