"""Saved views: a list with its filter under a name."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from grievances.forms.saved import SavedViewForm
from grievances.lists.columns import settings_of
from grievances.models import DeskSettings, SavedView
from grievances.saved.counting import counts
from grievances.saved.finding import (
    View,
    address_of,
    filter_class,
    find,
    gone_filters,
    list_address,
    may_change,
    names_of_lists,
    views_of,
)
from grievances.views.lists import EVERYBODY
from villages.policy import for_roles

# In the address of the form: the list whose filter is to be kept.
LIST = "list"


@for_roles(*EVERYBODY)
@require_safe
@vary_on_headers("HX-Request")
def view_list(request: HttpRequest) -> HttpResponse:
    """All views that I find, with how many rows each has now; an htmx request gets them as links beside a list."""
    found = views_of(request.user)
    every = found.all()
    told = dict(
        zip((view.key for view in every), counts([(request.user, view) for view in every]), strict=True)
    )

    def lines(views: list[View]) -> list[dict[str, object]]:
        return [
            {
                "view": view,
                "count": told[view.key],
                "address": address_of(view),
                "changes": may_change(view, request.user),
                "gone": gone_filters(view),
            }
            for view in views
        ]

    context = {
        "own": lines(found.own), "shared": lines(found.shared), "ready": lines(found.ready),
        "current": request.GET.get("current", ""), "start": settings_of(request.user).start,
    }  # fmt: skip
    template = "grievances/_views.html" if request.htmx else "grievances/view_list.html"
    return render(request, template, context)


@for_roles(*EVERYBODY)
@require_safe
def view_open(request: HttpRequest, pk: int) -> HttpResponse:
    """To the list that a view is now: notices lead here, as views change."""
    view = find(request.user, str(pk))
    if view is None:
        raise Http404
    return redirect(address_of(view))


@for_roles(*EVERYBODY)
@require_http_methods(["GET", "HEAD", "POST"])
def view_new(request: HttpRequest) -> HttpResponse:
    """Keep a list with its filter under a name."""
    if request.method == "POST":
        form = SavedViewForm(request.POST, by=request.user)
        if form.is_valid():
            return redirect(address_of(form.save()))
    else:
        form = SavedViewForm(initial=_of_list(request), by=request.user)
    return _form(request, form, None)


@for_roles(*EVERYBODY)
@require_http_methods(["GET", "HEAD", "POST"])
def view_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename or change a view; where it is opened from a list, it takes over that list's filter."""
    if request.method == "POST":
        return _changed(request, pk)
    view = _changeable(request, pk)
    taken = _of_list(request) if LIST in request.GET else {}
    form = SavedViewForm(instance=view, initial={"version": view.version} | taken, by=request.user)
    return _form(request, form, view)


@transaction.atomic
def _changed(request: HttpRequest, pk: int) -> HttpResponse:
    view = _changeable(request, pk, lock=True)
    name, version = view.name, view.version
    form = SavedViewForm(request.POST, instance=view, by=request.user)
    if not form.is_valid():
        return _form(request, form, view)
    if form.cleaned_data["version"] != version:
        words = _(
            "“%s” was changed meanwhile. What you typed is still here: save again to put it in its place."
        )
        form.add_error(None, words % name)
        form.data = form.data.copy()
        form.data["version"] = version
        return _form(request, form, view, status=409)
    view.version += 1
    view.base_count = None
    form.save()
    return redirect(address_of(view))


@for_roles(*EVERYBODY)
@require_http_methods(["GET", "HEAD", "POST"])
def view_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a view, once it is confirmed; no case is touched."""
    view = _changeable(request, pk)
    if request.method == "POST":
        view.delete()
        return redirect("view-list")
    return render(request, "grievances/view_delete.html", {"view": view})


@for_roles(*EVERYBODY)
@require_POST
def view_start(request: HttpRequest) -> HttpResponse:
    """A view becomes the page on which I begin; without one it is the usual page again."""
    key = request.POST.get("view", "")
    if key and find(request.user, key) is None:
        raise Http404
    DeskSettings.objects.update_or_create(cadre=request.user, defaults={"start": key})
    return redirect("view-list")


def _changeable(request: HttpRequest, pk: int, *, lock: bool = False) -> SavedView:
    """The view, if it is among mine and I may change it. Raises Http404; PermissionDenied where I only find it."""
    found = SavedView.objects.shown_to(request.user)
    view = get_object_or_404(found.select_for_update(of=("self",)) if lock else found, pk=pk)
    if not may_change(view, request.user):
        raise PermissionDenied
    return view


def _of_list(request: HttpRequest) -> dict[str, object]:
    """What the form takes over from the list whose address is given."""
    query = request.GET.copy()
    queue = query.pop(LIST, [""])[-1]
    if queue not in names_of_lists(request.user):
        # Only a list that one has can be kept.
        queue = ""
    known = filter_class(queue).names()
    kept = QueryDict(mutable=True)
    for name in known:
        if query.get(name):
            kept[name] = query[name]
    return {"queue": queue, "query": kept.urlencode()}


def _form(
    request: HttpRequest, form: SavedViewForm, view: SavedView | None, *, status: int | None = None
) -> HttpResponse:
    queue, query = form["queue"].value() or "", form["query"].value() or ""
    if queue not in names_of_lists(request.user):
        queue = ""
    found = filter_class(queue)(QueryDict(query), None, request=request)
    context = {
        "form": form,
        "view": view,
        "filters": [*found.told(), *found.ordering()],
        "gone": gone_filters(view) if view and view.query == query else [],
        "back": f"{list_address(queue)}?{query}" if not form.errors else list_address(""),
    }
    return render(
        request, "grievances/view_form.html", context, status=status or (422 if form.errors else 200)
    )
