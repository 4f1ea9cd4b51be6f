"""Many cases at once: choose the step, see what it would do, order it, and find out what became of it."""

import uuid
from collections.abc import Collection
from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from grievances.answering.filling import has_fields
from grievances.bulk import actions, choosing, doing
from grievances.bulk.choosing import Chosen
from grievances.bulk.letters import letters
from grievances.bulk.preview import preview
from grievances.digests import digest_of_request
from grievances.errors import RequestReused
from grievances.forms.bulk import BULK_FORMS, BulkForm
from grievances.forms.joining import PROBLEM_FORMS
from grievances.models import BulkItem, BulkOrder, BulkResult, CommonProblem, Opinion
from grievances.views.desk import STAFF, queued
from grievances.workflow import OPEN, TRANSITIONS, State, Verb
from villages.paging import page_of
from villages.policy import for_roles
from villages.templatetags.looks import full_day

_FORMS = BULK_FORMS | PROBLEM_FORMS


@for_roles(*STAFF)
@require_http_methods(["GET", "POST"])
def bulk_new(request: HttpRequest, action: str) -> HttpResponse:
    """The form of a step for the chosen cases, then its preview, then the order."""
    verb = actions.verb_for(request.user, action)
    if verb is None:
        raise Http404
    if request.method == "POST":
        return _post(request, verb)
    try:
        chosen, before = asked_for(request, verb)
    except ValidationError as error:
        # Nothing chosen is no mistake yet: the page says what to do.
        status = 422 if "case" in request.GET else 200
        return _show(request, verb, None, problems=error.messages, status=status)
    form = _FORMS[verb](initial=before, chosen=chosen, by=request.user)
    return _show(request, verb, form)


def asked_for(request: HttpRequest, verb: Verb) -> tuple[Chosen, dict[str, object]]:
    """The cases that the list's form chose: those ticked, all of a list, or what an order refused, with what
    that order had asked for. Raises ValidationError."""
    if "again" in request.GET:
        return _refused(request, verb)
    if "problem" in request.GET:
        return _of_problem(request, verb)
    return chosen_in_list(request), {}


def chosen_in_list(request: HttpRequest) -> Chosen:
    """The cases that were ticked in a list of the desk, or all of it. Raises ValidationError."""
    if "all" not in request.GET:
        return choosing.read(request.GET.getlist("case"))
    _queue, found = queued(request, request.GET.get("queue", ""))
    if not found.form.is_valid():
        raise ValidationError(_("The list's filters can't be read. Choose in the list again."))
    chosen = choosing.first_of(found.qs)
    if not chosen:
        raise ValidationError(_("Choose at least one case."))
    return chosen


def _of_problem(request: HttpRequest, verb: Verb) -> tuple[Chosen, dict[str, object]]:
    """The cases of a common problem that wait for the step, with the problem's own unit for a dispatch."""
    problem = problem_asked(request)
    answers = verb in actions.offered_in_problem(request.user)
    chosen = chosen_of_problem(request, problem, OPEN if answers else TRANSITIONS[verb].sources)
    before = {
        Verb.ASSIGN: {"unit": problem.unit_id, "person": problem.person_id},
        Verb.TELL: {"about": "answered"},
    }
    return chosen, before.get(verb, {})


def problem_asked(request: HttpRequest) -> CommonProblem:
    """The common problem that the address names, if the cadre may see it; else 404."""
    visible = CommonProblem.objects.visible_to(request.user)
    return get_object_or_404(visible, key=_key(request.GET["problem"]))


def chosen_of_problem(request: HttpRequest, problem: CommonProblem, states: Collection[State]) -> Chosen:
    """Its cases in one of these states. Raises ValidationError."""
    cases = Opinion.objects.visible_to(request.user).in_problem(problem).filter(state__in=states)
    chosen = choosing.first_of(cases.order_by("due_at", "pk"))
    if not chosen:
        raise ValidationError(_("No case of this common problem waits for that."))
    return chosen


def _refused(request: HttpRequest, verb: Verb) -> tuple[Chosen, dict[str, object]]:
    order = own_order(request, _key(request.GET["again"]))
    cases = Opinion.objects.visible_to(request.user).filter(
        pk__in=order.items.filter(result=BulkResult.REFUSED).values("opinion")
    )
    chosen = choosing.first_of(cases.order_by("pk"))
    if not chosen:
        raise ValidationError(_("Choose at least one case."))
    return chosen, order.arguments if verb == order.verb else {}


def _key(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise Http404 from error


def _post(request: HttpRequest, verb: Verb) -> HttpResponse:
    try:
        chosen = choosing.read(request.POST.get("chosen", "").split())
    except ValidationError as error:
        return _show(request, verb, None, problems=error.messages, status=422)
    if "reload" in request.POST:
        typed = {name: value for name, value in request.POST.items() if value}
        return _show(request, verb, _FORMS[verb](initial=typed, chosen=chosen, by=request.user))
    form = _FORMS[verb](request.POST, chosen=chosen, by=request.user)
    if not form.is_valid():
        return _show(request, verb, form, status=422)
    wanted = request.POST.get("step")
    if wanted == "do":
        return _place(request, verb, form)
    return _show(request, verb, form) if wanted == "change" else _preview(request, verb, form)


def _preview(request: HttpRequest, verb: Verb, form: BulkForm) -> HttpResponse:
    found = preview(form.cleaned_data["chosen"], verb, form.to_try(), by=request.user)
    chosen = form.cleaned_data["chosen"]
    context = {
        "verb": verb,
        "form": form,
        "found": found,
        "told": _told(form),
        "chosen": choosing.written({case.pk: chosen[case.pk] for case in found.can}),
        "later": len(found.can) > doing.DIRECTLY,
    }
    if "public" in form.fields and found.can:
        first = request.POST.get("letters", "")
        context["letters"] = letters(found.can, form.cleaned_data, by=request.user, first=first)
    return render(request, "grievances/bulk_preview.html", context)


def _told(form: BulkForm) -> list[tuple[str, str]]:
    """(label, what was chosen) of every field, in words; not of words that each case fills in for itself: they stand
    in its letter."""
    given = form.to_try()
    return [
        (form.fields[name].label, _in_words(form.fields[name], value))
        for name, value in given.items()
        if value and not (name in ("account", "public") and has_fields(str(value)))
    ]


def _in_words(field: forms.Field, value: object) -> str:
    if type(field) is forms.ChoiceField:
        return str(dict(field.choices).get(value, value))
    return full_day(value) if isinstance(value, date) else str(getattr(value, "label", value))


def _place(request: HttpRequest, verb: Verb, form: BulkForm) -> HttpResponse:
    try:
        order = doing.place(
            by=request.user, key=form.cleaned_data["key"], verb=verb, arguments=form.arguments(),
            digest=digest_of_request(request), chosen=form.cleaned_data["chosen"],
        )  # fmt: skip
    except RequestReused as error:
        form.add_error(None, str(error))
        form.data = form.data.copy()
        form.data["key"] = str(uuid.uuid4())
        return _show(request, verb, form, status=409)
    return redirect("bulk-order", order.key)


def _show(
    request: HttpRequest, verb: Verb, form: BulkForm | None, *, problems: list[str] = (), status: int = 200
) -> HttpResponse:
    """The step's form, or why there is none."""
    context = {"verb": verb, "form": form, "problems": problems, "most": choosing.MOST}
    if form is not None:
        context["number"] = form.cases.count()
    return render(request, "grievances/bulk_new.html", context, status=status)


@for_roles(*STAFF)
@require_safe
def bulk_list(request: HttpRequest) -> HttpResponse:
    """The orders of the one who looks, the newest first."""
    waiting = BulkItem.objects.filter(order=OuterRef("pk"), result=BulkResult.WAITING)
    mine = BulkOrder.objects.filter(by=request.user).annotate(waits=Exists(waiting))
    page = page_of(mine.order_by("-made_at", "-pk"), request)
    return render(request, "grievances/bulk_list.html", {"page": page})


def own_order(request: HttpRequest, key: uuid.UUID) -> BulkOrder:
    """An order of one's own; nobody else's is found."""
    return get_object_or_404(BulkOrder, key=key, by=request.user)


@for_roles(*STAFF)
@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
def bulk_order(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """How far an order is, and what became of each case; with a form, one that stands still is gone on with."""
    order = own_order(request, key)
    if request.method == "POST":
        doing.run(order, most=doing.DIRECTLY)
        return redirect("bulk-order", order.key)
    items = seen_items(order, request)
    counts = dict(items.order_by().values_list("result").annotate(n=Count("pk")))
    number = {result.value: counts.get(result.value, 0) for result in BulkResult}
    page = page_of(
        items,
        request,
        total=sum(number.values()),
    )
    context = {
        "order": order,
        "number": number,
        "page": page,
        "finished": not order.items.filter(result=BulkResult.WAITING).exists(),
        "still": doing.stands_still(order),
        "ended": number[BulkResult.DONE] + number[BulkResult.REFUSED],
    }
    template = "grievances/_bulk_order.html" if request.htmx else "grievances/bulk_order.html"
    return render(request, template, context)


def seen_items(order: BulkOrder, request: HttpRequest) -> QuerySet[BulkItem]:
    """Its cases that the one who looks still sees; what was left out is told by no number either."""
    visible = Opinion.objects.visible_to(request.user)
    items = order.items.filter(opinion__in=visible).exclude(result=BulkResult.LEFT_OUT)
    return items.select_related("opinion__region__parent").order_by("-result", "pk")
