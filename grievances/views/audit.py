"""The auditor's pages: who looked at what is protected, what was withdrawn, who was given which rights."""

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from grievances.sight.audit import (
    LookFilter,
    RightsFilter,
    WithdrawnFilter,
    in_words,
    looks,
    rights,
    withdrawn,
)
from villages.models import Household, Role
from villages.paging import page_of
from villages.policy import for_roles


@for_roles(Role.AUDITOR)
@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """Reveals, looks, telephone numbers shown, files opened and exports, the newest first."""
    found = listed_looks(request)
    # Few look at households: their places are read where there are any, and joined to no other rows.
    households = Prefetch("household", Household.objects.select_related("grid__parent"))
    rows = found.qs.select_related(None).select_related("cadre", "opinion").prefetch_related(households)
    context = {"filter": found, "page": page_of(rows, request)}
    return render(request, "grievances/audit.html", context)


@for_roles(Role.AUDITOR)
@require_safe
def audit_withdrawn(request: HttpRequest) -> HttpResponse:
    """Withdrawn opinions with the reasons."""
    found = listed_withdrawn(request)
    context = {"filter": found, "page": page_of(found.qs, request)}
    return render(request, "grievances/audit_withdrawn.html", context)


@for_roles(Role.AUDITOR)
@require_safe
def audit_rights(request: HttpRequest) -> HttpResponse:
    """Posts given, changed and ended, accounts, one-time passwords, and units that moved."""
    found = listed_rights(request)
    page = page_of(found.qs, request)
    context = {"filter": found, "page": page, "deeds": in_words(page.rows)}
    return render(request, "grievances/audit_rights.html", context)


def listed_looks(request: HttpRequest) -> LookFilter:
    return LookFilter(request.GET, looks(request.user))


def listed_withdrawn(request: HttpRequest) -> WithdrawnFilter:
    return WithdrawnFilter(request.GET, withdrawn(request.user))


def listed_rights(request: HttpRequest) -> RightsFilter:
    return RightsFilter(request.GET, rights())
