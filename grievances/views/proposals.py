"""What is proposed for cases that wait for their dispatch: beside each row, for many at once, and the like cases
behind it."""

import uuid

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from grievances.bulk import choosing, doing
from grievances.bulk.choosing import Chosen
from grievances.bulk.preview import preview
from grievances.digests import digest_of_request
from grievances.dispatching.like_cases import LikeCases, like_cases
from grievances.dispatching.proposals import propose, propose_all
from grievances.errors import RequestReused
from grievances.flow import deadlines
from grievances.flow.relations import relations
from grievances.forms.proposals import TakeProposalsForm, written
from grievances.models import Opinion
from grievances.views.bulk import asked_for
from grievances.views.opinions import opened
from grievances.workflow import Relation, State, Verb
from villages.models import Role, Unit
from villages.paging import SIZE, page_of
from villages.policy import for_roles


@for_roles(Role.COORDINATOR)
@require_safe
def proposal_list(request: HttpRequest) -> HttpResponse:
    """What is proposed for the rows of a page: a part of the desk, asked for when its list is there already."""
    if "case" not in request.GET:
        return render(request, "grievances/_proposals.html", {"cases": []})
    try:
        chosen = choosing.read(request.GET.getlist("case")[:SIZE])
    except ValidationError as error:
        return render(request, "grievances/_proposals.html", {"problems": error.messages}, status=422)
    found = choosing.cases_of(chosen, request.user).filter(state=State.COLLECTED)
    cases = list(found.select_related("category"))
    if "panel" in request.GET:
        proposals = {case.pk: propose(case, coordinator=request.user) for case in cases[:1]}
    else:
        proposals = propose_all(cases, coordinator=request.user)
    for case in cases:
        # As it stood when its row was drawn: the step then says what changed meanwhile.
        case.version, case.key = chosen[case.pk], uuid.uuid4()
        case.proposal = proposals.get(case.pk)
    shown = [case for case in cases if case.proposal]
    context = {"cases": shown, "panel": "panel" in request.GET, "assign": Verb.ASSIGN.label}
    return render(request, "grievances/_proposals.html", context)


@require_safe
def opinion_like(request: HttpRequest, number: str) -> HttpResponse:
    """The like cases that a proposal counts; of one unit, those that went there."""
    opinion = opened(request, number)
    if Relation.COORDINATOR not in relations(opinion, request.user):
        raise PermissionDenied
    unit = _unit(request.GET.get("unit", ""))
    like = like_cases([opinion], coordinator=request.user).get(opinion.pk, LikeCases([], town=True))
    cases = [case.pk for case in like.every if unit is None or case.unit == unit.pk]
    found = Opinion.objects.visible_to(request.user).filter(pk__in=cases).for_rows()
    page = page_of(found.order_by("-recorded_at", "-pk"), request)
    deadlines.show_on(page.rows)
    context = {"opinion": opinion, "like": like, "unit": unit, "page": page}
    return render(request, "grievances/opinion_like.html", context)


def _unit(asked: str) -> Unit | None:
    """The unit asked for; none where none is. Raises Http404 for what is none."""
    if not asked:
        return None
    found = Unit.objects.filter(pk=asked).first() if asked.isdecimal() and len(asked) <= 18 else None
    if found is None:
        raise Http404
    return found


@for_roles(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def bulk_proposals(request: HttpRequest) -> HttpResponse:
    """What is proposed for each of the chosen cases, with the reason; then all of it is done as one order."""
    if request.method == "POST":
        return _order(request)
    try:
        chosen, _before = asked_for(request, Verb.ASSIGN)
    except ValidationError as error:
        status = 422 if "case" in request.GET else 200
        return _refuse(request, error.messages, status=status)
    return _show(request, chosen)


def _show(
    request: HttpRequest,
    chosen: Chosen,
    *,
    form: TakeProposalsForm | None = None,
    status: int = 200,
    reason: str = "",
) -> HttpResponse:
    cases = choosing.cases_of(chosen, request.user).select_related("region__parent", "category")
    proposals = propose_all(cases, coordinator=request.user)
    able = {pk: one for pk, one in proposals.items() if one.unit}
    each = {pk: {"unit": one.unit, "person": one.person} for pk, one in able.items()}
    found = preview({pk: chosen[pk] for pk in able}, Verb.ASSIGN, {"reason": ""}, by=request.user, each=each)
    for case in found.can:
        case.proposal = able[case.pk]
    unable = [(case, proposals[case.pk].reason) for case in cases if case.pk not in able]
    can = {case.pk: chosen[case.pk] for case in found.can}
    first = {"proposed": written({pk: able[pk] for pk in can}), "reason": reason}
    context = {
        "form": TakeProposalsForm(initial=first, chosen=can, by=request.user),
        "refused": form,
        "can": found.can,
        "cannot": [*unable, *found.cannot],
        "later": len(can) > doing.DIRECTLY,
    }
    return render(request, "grievances/bulk_proposals.html", context, status=status)


def _refuse(request: HttpRequest, problems: list[str], *, status: int) -> HttpResponse:
    return render(request, "grievances/bulk_proposals.html", {"problems": problems}, status=status)


def _order(request: HttpRequest) -> HttpResponse:
    try:
        chosen = choosing.read(request.POST.get("chosen", "").split())
    except ValidationError as error:
        return _refuse(request, error.messages, status=422)
    form = TakeProposalsForm(request.POST, chosen=chosen, by=request.user)
    if not form.is_valid():
        return _show(request, chosen, form=form, status=422, reason=request.POST.get("reason", ""))
    try:
        order = doing.place(
            by=request.user, key=form.cleaned_data["key"], verb=Verb.ASSIGN, arguments=form.arguments(),
            digest=digest_of_request(request), chosen=chosen, each=form.cleaned_data["proposed"],
        )  # fmt: skip
    except RequestReused as error:
        form.add_error(None, _("%s Look at the proposals again.") % error)
        return _show(request, chosen, form=form, status=409, reason=form.cleaned_data["reason"])
    return redirect("bulk-order", order.key)
