"""The draft of an answer: kept by a button or by itself, given to a colleague, thrown away."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django.views.decorators.vary import vary_on_headers

from grievances.answering import drafts
from grievances.desk import afterwards
from grievances.errors import StepRefused
from grievances.forms.drafting import DraftForm, HandOverForm
from grievances.forms.steps import FORMS, StepForm
from grievances.models import AnswerDraft, Opinion
from grievances.views.opinions import opened, visible_opinion
from grievances.views.ways import way_of
from grievances.workflow import Verb


@require_POST
@vary_on_headers("HX-Request", "Accept")
def answer_draft(request: HttpRequest, number: str) -> HttpResponse:
    """What a form of an answer holds, kept on the server; the script asks for it as JSON while somebody types."""
    opinion = opened(request, number)
    if not drafts.may_write(opinion, request.user):
        raise PermissionDenied
    form = _form(request, opinion)
    if not form.is_valid():
        return _refused(request, opinion, 422, problems=_problems(form))
    try:
        said = _do(request, opinion, form)
    except drafts.DraftChanged as error:
        return _refused(request, opinion, 409, problems=[str(error)], theirs=error.draft)
    except StepRefused as error:
        return _refused(request, opinion, 409, problems=[str(error)])
    return _kept(request, opinion, Verb(form.cleaned_data["verb"]), said)


def _form(request: HttpRequest, opinion: Opinion) -> DraftForm:
    if request.POST.get("do") == "hand-over":
        return HandOverForm(request.POST, opinion=opinion, by=request.user)
    return DraftForm(request.POST)


def _problems(form: DraftForm) -> list[str]:
    """Each with the field that it is about."""
    found = []
    for name, errors in form.errors.items():
        label = form.fields[name].label or name if name in form.fields else ""
        found += [f"{label}: {error}" if label else str(error) for error in errors]
    return found


def _do(request: HttpRequest, opinion: Opinion, form: DraftForm) -> str:
    """Keep, hand over or throw away; what was done, in words."""
    by, data = request.user, form.cleaned_data
    if request.POST.get("do") == "discard":
        drafts.discard(opinion, seen=form.seen)
        return _("The draft was thrown away.")
    kept = {"by": by, "seen": form.seen, "words": form.words()}
    if isinstance(form, HandOverForm):
        colleague = data["colleague"]
        drafts.hand_over(opinion, **kept, colleague=colleague, remark=data["remark"], key=data["key"])
        return _("Kept as a draft; %s has got a notice.") % colleague.label
    drafts.keep(opinion, **kept)
    return _("Kept as a draft at %s.") % time_format(timezone.localtime().time(), "H:i")


def _kept(request: HttpRequest, opinion: Opinion, verb: Verb, said: str) -> HttpResponse:
    fresh = visible_opinion(request, opinion.number)
    if _by_script(request):
        draft = drafts.draft_of(fresh)
        return JsonResponse({"version": draft.version if draft else 0, "words": said})
    if not request.htmx:
        messages.success(request, said)
        way = way_of(request, fresh)
        return redirect(reverse(verb.address, args=[opinion.number]) + (way.query if way else ""))
    # What stands in the form beside the draft, and wasn't meant by this button.
    beside = ("colleague", "remark", "taken") if request.POST.get("do") == "keep" else ()
    typed = {name: request.POST.get(name, "") for name in beside}
    form = FORMS[verb](initial=typed, opinion=fresh, by=request.user)
    context = _around(request, fresh, verb, form) | {"kept": said}
    response = render(request, "grievances/_step_form.html", context)
    response["HX-Retarget"] = "#step"
    return response


def _refused(
    request: HttpRequest,
    opinion: Opinion,
    status: int,
    *,
    problems: list[str],
    theirs: AnswerDraft | None = None,
) -> HttpResponse:
    """The form again with what was typed, and beside it what is in the way."""
    if _by_script(request):
        return JsonResponse({"words": " ".join(problems)}, status=status)
    fresh = visible_opinion(request, opinion.number)
    asked = request.POST.get("verb")
    verb = Verb(asked) if asked in drafts.ANSWERS else Verb.RESOLVE
    typed = {"draft": "0"} | {name: value for name, value in request.POST.items() if value}
    if theirs:
        typed["draft"] = theirs.version
    form = FORMS[verb](initial=typed, opinion=fresh, by=request.user)
    form.theirs = theirs
    context = _around(request, fresh, verb, form) | {"problems": problems}
    template = "grievances/_step_form.html" if request.htmx else "grievances/opinion_step.html"
    response = render(request, template, context, status=status)
    if request.htmx:
        response["HX-Retarget"] = "#step"
    return response


def _around(request: HttpRequest, opinion: Opinion, verb: Verb, form: StepForm) -> dict[str, object]:
    """What the form's template needs, with the list from which the case was opened and what is to come afterwards."""
    way = way_of(request, opinion)
    context = {
        "opinion": opinion,
        "verb": verb,
        "form": form,
        "next": request.POST.get("next", ""),
        "way": way,
    }
    return context | (
        {"afterwards": afterwards.choices(request.user, request.POST.get("after"))} if way else {}
    )


def _by_script(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "") == "application/json"
