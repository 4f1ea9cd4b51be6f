"""Common problems: their list, and the page of one with its plan and its opinions."""

import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from grievances.bulk import actions
from grievances.flow import deadlines
from grievances.forms.common_problem import CommonProblemForm, EndingForm, VersionedForm
from grievances.models import CommonProblem, Opinion
from grievances.problems.common_problems import oversees, runs
from grievances.problems.filters import CommonProblemFilter
from grievances.views.desk import STAFF
from grievances.views.lists import EVERYBODY
from grievances.workflow import ANSWERED, OPEN, State, Verb
from villages.models import Role
from villages.paging import EXACT_TO, SIZE, Page, page_of, place_asked
from villages.policy import for_roles


@dataclass(frozen=True)
class Held:
    """How many of a problem's opinions the reader sees; nobody is told of others."""

    total: int = 0
    open: int = 0
    late: int = 0


_SHOWN = ("region__parent", "category", "unit")


def _late() -> Q:
    return Q(state__in=OPEN, due_at__lte=timezone.now())


@for_roles(*EVERYBODY)
@require_safe
@vary_on_headers("HX-Request", "HX-Target")
def common_problem_list(request: HttpRequest) -> HttpResponse:
    """The common problems that the cadre may see, the newest first."""
    visible = CommonProblem.objects.visible_to(request.user)
    found = CommonProblemFilter(request.GET, visible.select_related(*_SHOWN), request=request)
    page = _page(found.qs.order_by("-opened_at", "-pk"), request)
    held = _held(request, page.rows)
    for problem in page.rows:
        problem.held = held.get(problem.pk, Held())
    return render(request, "grievances/common_problem_list.html", {"filter": found, "page": page})


def _page(found: QuerySet[CommonProblem], request: HttpRequest) -> Page:
    """The rows of a page, and how many there are: sight, which takes longest, is asked once for both."""
    keys = list(found.values_list("pk", flat=True)[: EXACT_TO + 1])
    more, begins = len(keys) > EXACT_TO, place_asked(found, request).at_the_start
    if begins or not more:
        found = found.model.objects.filter(pk__in=keys[: SIZE + 1] if begins else keys)
        found = found.select_related(*_SHOWN).order_by("-opened_at", "-pk")
    return page_of(found, request, total=len(keys), more=more)


def _held(request: HttpRequest, problems: list[CommonProblem]) -> dict[int, Held]:
    """For each problem of a page, in one query."""
    seen = Opinion.objects.visible_to(request.user).filter(
        problem_memberships__problem__in=problems, problem_memberships__left_at__isnull=True
    )
    counted = seen.order_by().values_list("problem_memberships__problem").annotate(
        n=Count("pk"), n_open=Count("pk", filter=Q(state__in=OPEN)), n_late=Count("pk", filter=_late())
    )  # fmt: skip
    return {pk: Held(*counts) for pk, *counts in counted}


def visible_problem(request: HttpRequest, key: uuid.UUID) -> CommonProblem:
    """The problem with this key, if the cadre may see it; else 404."""
    found = CommonProblem.objects.visible_to(request.user)
    return get_object_or_404(
        found.select_related("region__parent", "category", "unit", "person", "campaign"), key=key
    )


@for_roles(*EVERYBODY)
@require_safe
def common_problem(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One problem: what it is, the plan, and those of its opinions that the reader sees."""
    problem = visible_problem(request, key)
    members = Opinion.objects.visible_to(request.user).in_problem(problem)
    states, late = _by_state(members)
    chosen = request.GET.get("state", "")
    listed, total = _listed(members, chosen, states, late)
    page = page_of(listed.for_rows().order_by("due_at", "pk"), request, total=total)
    deadlines.show_on(page.rows)
    context = {
        "problem": problem,
        "states": [(state, State(state).label, n) for state, n in states.items()],
        "late": late,
        "chosen": chosen if chosen in states or chosen == "late" else "",
        "total": sum(states.values()),
        "page": page,
        "runs": runs(problem, request.user),
        "alone": sum(states.values()) <= 1 and oversees(problem, request.user),
        "changes": list(problem.changes.select_related("by")[:_CHANGES]),
    } | _to_do(request, problem, states)
    return render(request, "grievances/common_problem.html", context)


# So many lines of its own history are shown.
_CHANGES = 50


def _by_state(members: QuerySet[Opinion]) -> tuple[dict[str, int], int]:
    """How many are in each state, in the order of the flow, and how many are late."""
    counted = (
        members.order_by().values_list("state").annotate(n=Count("pk"), n_late=Count("pk", filter=_late()))
    )
    rows = {state: (n, late) for state, n, late in counted}
    states = {state.value: rows[state.value][0] for state in State if state.value in rows}
    return states, sum(late for _n, late in rows.values())


def _listed(
    members: QuerySet[Opinion], chosen: str, states: dict[str, int], late: int
) -> tuple[QuerySet[Opinion], int]:
    """The opinions behind one of the figures, or all."""
    if chosen == "late":
        return members.filter(_late()), late
    if chosen in states:
        return members.filter(state=chosen), states[chosen]
    return members, sum(states.values())


def _to_do(request: HttpRequest, problem: CommonProblem, states: dict[str, int]) -> dict[str, object]:
    """What can be done on many of its opinions at once; on which, each verb decides."""
    assigns = problem.is_open and Role.COORDINATOR in request.user.roles
    answers = problem.is_open and bool(OPEN & set(states))
    answered = sum(states.get(state, 0) for state in (*ANSWERED, State.CLOSED))
    return {
        "to_assign": states.get(State.COLLECTED, 0) if assigns else 0,
        "answers": actions.offered_in_problem(request.user) if answers else [],
        "letters": answered if not request.user.roles.isdisjoint(STAFF) else 0,
        "tells": answered if actions.verb_for(request.user, Verb.TELL.value) else 0,
    }


def _run(request: HttpRequest, key: uuid.UUID) -> CommonProblem:
    """The problem, for somebody who may change it."""
    problem = visible_problem(request, key)
    if not runs(problem, request.user):
        raise PermissionDenied
    return problem


@for_roles(*EVERYBODY)
@require_http_methods(["GET", "POST"])
def common_problem_edit(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Title, cause, plan, lead unit and person."""
    problem = _run(request, key)
    if request.method == "GET" or "reload" in request.POST:
        typed = {name: value for name, value in request.POST.items() if value}
        return _show(request, problem, CommonProblemForm(initial=typed, problem=problem, by=request.user))
    form = CommonProblemForm(request.POST, problem=problem, by=request.user)
    if not form.is_valid():
        return _show(request, problem, form, status=422)
    if not problem.change(by=request.user, version=form.cleaned_data["version"], **form.values()):
        return _meanwhile(request, key, form)
    messages.success(request, _("Saved."))
    return redirect("common-problem", key)


@for_roles(*EVERYBODY)
@require_http_methods(["GET", "POST"])
def common_problem_close(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Close it, saying what came of it; or open a closed one again, saying why."""
    problem = _run(request, key)
    if request.method == "GET":
        return _show(request, problem, EndingForm(problem=problem, by=request.user))
    form = EndingForm(request.POST, problem=problem, by=request.user)
    if not form.is_valid():
        return _show(request, problem, form, status=422)
    step = problem.close if problem.is_open else problem.open_again
    if not step(by=request.user, version=form.cleaned_data["version"], text=form.cleaned_data["text"]):
        return _meanwhile(request, key, form)
    messages.success(request, _("Saved."))
    return redirect("common-problem", key)


def _show(
    request: HttpRequest, problem: CommonProblem, form: VersionedForm, *, status: int = 200
) -> HttpResponse:
    template = "edit" if isinstance(form, CommonProblemForm) else "close"
    context = {"problem": problem, "form": form}
    return render(request, f"grievances/common_problem_{template}.html", context, status=status)


def _meanwhile(request: HttpRequest, key: uuid.UUID, form: VersionedForm) -> HttpResponse:
    """Somebody else was quicker: what was typed stays, beside how it stands now."""
    problem = visible_problem(request, key)
    form.add_error(
        None, _("Somebody changed it meanwhile. What you typed is still here; send it again to save it.")
    )
    form.data = form.data.copy()
    form.data["version"] = problem.version
    return _show(request, problem, form, status=409)
