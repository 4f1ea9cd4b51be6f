"""What has happened in cases that concern me, and how I am told of it."""

import uuid

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grievances.flow import deadlines
from grievances.forms.notices import NoticeSettingsForm
from grievances.messaging.channels import channels
from grievances.messaging.kinds import kind_of, name_lists, recount
from grievances.messaging.notices import notices_of
from grievances.messaging.together import cases_of
from grievances.models import Notice, Opinion
from villages.models import Cadre
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


def cases_told(cadre: Cadre, key: uuid.UUID) -> QuerySet[Opinion]:
    """The cases of one notice to a cadre, the newest first. Raises Http404 where there is no such notice."""
    return _cases(_told(cadre, key), cadre)


def _told(cadre: Cadre, key: uuid.UUID) -> Notice:
    return get_object_or_404(notices_of(cadre).select_related("event__actor"), key=key.hex)


def _cases(notice: Notice, cadre: Cadre) -> QuerySet[Opinion]:
    return cases_of(notice, cadre).for_rows().order_by("-recorded_at", "-pk")


@require_safe
def notice_cases(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The cases of which one notice tells me."""
    notice = _told(request.user, key)
    page = page_of(_cases(notice, request.user), request)
    deadlines.show_on(page.rows)
    notice.count = page.total
    context = {"notice": notice, "what": kind_of(notice.kind).what(notice), "page": page}
    return render(request, "grievances/notice_cases.html", context)


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
