"""Every step of the flow: one view, one form a verb, as a page or in the desk's side panel."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from grievances.duties import ACCUSED_MAY_NOT
from grievances.errors import ChangedMeanwhile, StepRefused
from grievances.forms.steps import FORMS, StepForm
from grievances.letters import letter
from grievances.models import Event, Opinion
from grievances.relations import relations
from grievances.views.opinions import case_context, visible_opinion
from grievances.workflow import TRANSITIONS, Verb


def step_view(verb: Verb) -> Callable[..., HttpResponse]:
    """The view of one verb."""

    @require_http_methods(["GET", "POST"])
    def view(request: HttpRequest, number: str) -> HttpResponse:
        opinion = visible_opinion(request, number)
        if not TRANSITIONS[verb].who & relations(opinion, request.user) and not _did(request, opinion):
            raise PermissionDenied
        if request.method == "GET":
            form = FORMS[verb](opinion=opinion, by=request.user)
            return _show(request, opinion, verb, form)
        return _post(request, opinion, verb)

    view.__name__ = f"opinion_{verb.value}"
    return view


def _did(request: HttpRequest, opinion: Opinion) -> bool:
    """Whether this very request was done before: then repeating it is no new step, whatever one is now."""
    form = StepForm(request.POST, opinion=opinion, by=request.user)
    form.is_valid()
    key = form.cleaned_data.get("key")
    return bool(key) and Event.objects.filter(key=key, actor=request.user, opinion=opinion).exists()


def _post(request: HttpRequest, opinion: Opinion, verb: Verb) -> HttpResponse:
    if "reload" in request.POST:
        again = {name: value for name, value in request.POST.items() if value}
        form = FORMS[verb](initial=again, opinion=opinion, by=request.user)
        return _show(request, opinion, verb, form)
    form = FORMS[verb](request.POST, request.FILES, opinion=opinion, by=request.user)
    if not form.is_valid():
        return _show(request, opinion, verb, form, status=422)
    if form.previews and not form.was_previewed():
        return _preview(request, opinion, verb, form)
    status = _do(opinion, verb, form, request)
    if status:
        return _show(request, opinion, verb, form, status=status)
    return _done(request, opinion, verb)


def _do(opinion: Opinion, verb: Verb, form: StepForm, request: HttpRequest) -> int:
    """Do the step; 0, or the status of the page that says why not."""
    arguments = form.arguments()
    try:
        with transaction.atomic():
            getattr(opinion, verb.value)(
                by=request.user,
                version=form.cleaned_data["version"],
                key=form.cleaned_data["key"],
                **arguments,
            )
    except ValidationError as error:
        _add_errors(form, error)
        return 422
    except ChangedMeanwhile as error:
        form.add_error(None, _("%s Look at the case again; what you typed is still here.") % error)
        form.data = form.data.copy()
        form.data["version"] = Opinion.objects.values_list("version", flat=True).get(pk=opinion.pk)
        return 409
    except StepRefused as error:
        form.add_error(None, str(error))
        return 409
    except IntegrityError as error:
        if "case_not_held_by_the_accused" not in str(error) and "complains about them" not in str(error):
            raise
        form.add_error(None, ACCUSED_MAY_NOT)
        return 422
    return 0


def _add_errors(form: StepForm, error: ValidationError) -> None:
    """Errors of the verb at the fields that they name; elsewhere, on top."""
    found = error.error_dict if hasattr(error, "error_dict") else {None: error.error_list}
    for name, problems in found.items():
        form.add_error(name if name in form.fields else None, ValidationError(problems))


def _preview(request: HttpRequest, opinion: Opinion, verb: Verb, form: StepForm) -> HttpResponse:
    form.data = form.data.copy()
    form.data["seen"] = form.digest()
    text = letter(opinion, form.cleaned_data["public"])
    return _show(request, opinion, verb, form, letter=text)


def _show(
    request: HttpRequest, opinion: Opinion, verb: Verb, form: StepForm, *, status: int = 200, **more: object
) -> HttpResponse:
    context = {"opinion": opinion, "verb": verb, "form": form, "next": _next(request)} | more
    template = "grievances/_step_form.html" if request.htmx else "grievances/opinion_step.html"
    response = render(request, template, context, status=status)
    if request.htmx and request.method == "POST":
        # The form stays under the case; only a step that was done replaces the case.
        response["HX-Retarget"] = "#step"
    return response


def _next(request: HttpRequest) -> str:
    """Where to go afterwards: only an address of this site."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    return asked if url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()}) else ""


def _done(request: HttpRequest, opinion: Opinion, verb: Verb) -> HttpResponse:
    still = Opinion.objects.visible_to(request.user).filter(pk=opinion.pk).exists()
    if request.htmx:
        fresh = visible_opinion(request, opinion.number) if still else None
        context = case_context(request, fresh) if fresh else {}
        response = render(
            request, "grievances/_case.html" if fresh else "grievances/_case_gone.html", context
        )
        response["HX-Trigger"] = "opinion-changed"
        return response
    messages.success(
        request, _("Done: %(verb)s, %(number)s.") % {"verb": verb.label, "number": opinion.number}
    )
    if _next(request):
        return redirect(_next(request))
    return redirect("opinion", opinion.number) if still else redirect("home")


STEP_VIEWS = {verb: step_view(verb) for verb in FORMS}
