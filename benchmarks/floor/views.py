"""The bare views: a word, fifty rows, fifty rows of a place or unit, one case, one change, fifty changes."""

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils import timezone

from grievances.models import Opinion
from grievances.workflow import OPEN

_SIZE = 50


def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello")


def newest(request: HttpRequest) -> HttpResponse:
    """The newest rows, with the names that a row shows, in one query."""
    return _fifty(request, Opinion.objects.all())


def narrowed(request: HttpRequest) -> HttpResponse:
    """The newest rows of a place and state, or the late ones of a unit."""
    asked = request.GET
    if "unit" in asked:
        found = Opinion.objects.filter(unit_id=asked["unit"], state__in=OPEN, due_at__lte=timezone.now())
    else:
        place = asked["region"]
        within = {"region_id__gte": place, "region_id__lt": place + ":"}
        found = Opinion.objects.filter(state=asked["state"], **within)
    return _fifty(request, found)


def _fifty(request: HttpRequest, found: QuerySet) -> HttpResponse:
    rows = found.select_related("region", "category", "person").order_by("-recorded_at", "-pk")[:_SIZE]
    return render(request, "list.html", {"rows": rows})


def detail(request: HttpRequest, number: str) -> HttpResponse:
    """One case with its history: two queries."""
    case = Opinion.objects.select_related("region", "category", "unit", "person")
    opinion = get_object_or_404(case, number=number)
    return render(request, "detail.html", {"opinion": opinion, "events": opinion.events.all()})


def update(request: HttpRequest, number: str) -> HttpResponse:
    """Read a row, write it, redirect. The value stays: what is measured is the writing."""
    with transaction.atomic():
        opinion = Opinion.objects.select_for_update().get(number=number)
        opinion.save(update_fields=["people"])
    return HttpResponseRedirect(f"/detail/{number}/")


def updates(request: HttpRequest, cases: str) -> HttpResponse:
    """Read many rows, write each, redirect."""
    with transaction.atomic():
        found = Opinion.objects.select_for_update().filter(pk__in=cases.split("-"))
        for opinion in found.order_by("pk"):
            opinion.save(update_fields=["people"])
    return HttpResponseRedirect("/hello/")


urlpatterns = [
    path("hello/", hello),
    path("list/", newest),
    path("narrowed/", narrowed),
    path("detail/<str:number>/", detail),
    path("update/<str:number>/", update),
    path("updates/<str:cases>/", updates),
]
