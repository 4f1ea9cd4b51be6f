"""What has happened in cases that concern me, and how I am told of it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grievances.forms.notices import NoticeSettingsForm
from grievances.messaging.channels import channels
from grievances.messaging.kinds import kind_of, name_lists, recount
from grievances.messaging.notices import notices_of
from grievances.models import Notice
from villages.paging import page_of


@require_safe
def notice_list(request: HttpRequest) -> HttpResponse:
    """The newest first, only of cases that I may still see."""
    notices = notices_of(request.user).select_related(
        "event__actor", "opinion__category__parent", "opinion__region__parent"
    )
    page = page_of(notices.order_by("-made_at", "-id"), request)
    recount(page.rows, request.user)
    name_lists(page.rows, request.user)
    for notice in page.rows:
        notice.what = kind_of(notice.kind).what(notice)
    return render(request, "grievances/notice_list.html", {"page": page})


@require_POST
def notices_seen(request: HttpRequest) -> HttpResponse:
    Notice.objects.filter(cadre=request.user, seen_at=None).update(seen_at=timezone.now())
    return redirect("notice-list")


@require_http_methods(["GET", "POST"])
def notice_settings(request: HttpRequest) -> HttpResponse:
    """My address, and for each kind how I am told."""
    form = NoticeSettingsForm(request.POST or None, cadre=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("How you are told is saved."))
        return redirect("notice-settings")
    context = {"form": form, "leaves": [channel.name for channel in channels()]}
    return render(request, "grievances/notice_settings.html", context, status=422 if form.errors else 200)
