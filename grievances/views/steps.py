"""Every step of the flow: one view, one form a verb, as a page or in the desk's side panel."""

import uuid
from collections.abc import Callable
from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from grievances.desk import afterwards
from grievances.digests import digest_of_request
from grievances.errors import (
    ACCUSED_CONSTRAINT,
    ChangedMeanwhile,
    RequestReused,
    StepRefused,
    broken_constraint,
)
from grievances.flow.duties import ACCUSED_MAY_NOT
from grievances.flow.relations import relations
from grievances.forms.steps import FORMS, StepForm, key_of
from grievances.models import AfterStep, Event, Opinion
from grievances.sight.access import still_sees
from grievances.views.opinions import case_context, opened, to_step_on, visible_opinion
from grievances.views.walking import changed, gone_on
from grievances.views.ways import Way, way_of
from grievances.workflow import TRANSITIONS, State, Verb

# Forms in the rows of a list have ids that begin so.
FROM_THE_LIST = "take-"


def step_view(verb: Verb) -> Callable[..., HttpResponse]:
    """The view of one verb."""

    @require_http_methods(["GET", "POST"])
    @vary_on_headers("HX-Request")
    def view(request: HttpRequest, number: str) -> HttpResponse:
        if request.method == "GET":
            opinion = opened(request, number)
            _allow(request, opinion, verb)
            return _ask(request, opinion, verb)
        opinion = to_step_on(request, number)
        digest = digest_of_request(request)
        try:
            _allow(request, opinion, verb)
            response = _post(request, opinion, verb, digest)
        except PermissionDenied:
            if not _did(request, opinion, verb, digest):
                raise
            return _done(request, opinion, verb)
        # Asked for only now: hardly any request comes twice.
        refused = response.status_code >= HTTPStatus.BAD_REQUEST and _did(request, opinion, verb, digest)
        return _done(request, opinion, verb) if refused else response

    view.__name__ = f"opinion_{verb.value}"
    return view


def _allow(request: HttpRequest, opinion: Opinion, verb: Verb) -> None:
    who = TRANSITIONS[verb].who
    if not who & relations(opinion, request.user, among=who):
        raise PermissionDenied


def _did(request: HttpRequest, opinion: Opinion, verb: Verb, digest: str) -> bool:
    """Whether this very request was done before: repeated, it is no new step, whatever one is by now."""
    key = key_of(request.POST)
    mine = Event.objects.filter(actor=request.user, opinion=opinion, verb=verb)
    return key is not None and mine.filter(key=key, digest=digest).exists()


def _ask(request: HttpRequest, opinion: Opinion, verb: Verb) -> HttpResponse:
    """The form; or, where the case has moved on since the link was made, a sentence that says so."""
    if opinion.state not in TRANSITIONS[verb].sources:
        words = {"verb": verb.label, "state": State(opinion.state).label}
        refused = _("“%(verb)s” is not possible: the opinion is %(state)s.") % words
        return _show(request, opinion, verb, status=409, refused=refused)
    return _show(request, opinion, verb, FORMS[verb](opinion=opinion, by=request.user))


def _post(request: HttpRequest, opinion: Opinion, verb: Verb, digest: str) -> HttpResponse:
    if "reload" in request.POST or "fill" in request.POST:
        typed = {name: value for name, value in request.POST.items() if value}
        form = FORMS[verb](initial=typed, opinion=opinion, by=request.user)
        return _show(request, opinion, verb, form)
    form = FORMS[verb](request.POST, request.FILES, opinion=opinion, by=request.user)
    if not form.is_valid():
        return _show(request, opinion, verb, form, status=422)
    if form.previews and not form.was_previewed():
        return _show(request, opinion, verb, form, letter=form.preview())
    status = _do(opinion, verb, form, digest)
    if status:
        return _show(request, opinion, verb, form, status=status)
    form.after()
    return _done(request, opinion, verb)


def _do(opinion: Opinion, verb: Verb, form: StepForm, digest: str) -> int:
    """Do the step; 0, or the status of the page that says why not."""
    carried = {name: form.cleaned_data[name] for name in ("version", "key")} | {"digest": digest}
    try:
        getattr(opinion, verb.value)(by=form.by, **carried, **form.arguments())
    except ValidationError as error:
        form.take(error)
        return 422
    except ChangedMeanwhile as error:
        form.add_error(None, _("%s Look at the case again; what you typed is still here.") % error)
        form.renew(version=_version(opinion))
        return 409
    except RequestReused as error:
        form.add_error(None, _("%s Look at the case again; what you typed is still here.") % error)
        form.renew(version=_version(opinion), key=uuid.uuid4())
        return 409
    except StepRefused as error:
        form.refused(error)
        return 409
    except IntegrityError as error:
        if broken_constraint(error) != ACCUSED_CONSTRAINT:
            raise
        form.add_error(None, ACCUSED_MAY_NOT)
        return 422
    return 0


def _version(opinion: Opinion) -> int:
    """As it stands now, whatever the page was made of."""
    return Opinion.objects.values_list("version", flat=True).get(pk=opinion.pk)


def _show(
    request: HttpRequest,
    opinion: Opinion,
    verb: Verb,
    form: StepForm | None = None,
    *,
    status: int = 200,
    **more: object,
) -> HttpResponse:
    way = way_of(request, opinion)
    context = {"opinion": opinion, "verb": verb, "form": form, "next": _next(request), "way": way} | more
    if way:
        context["afterwards"] = afterwards.choices(request.user, request.POST.get("after"))
    if status == 409 and form:
        # How the case stands now, beside what was typed.
        context |= case_context(request, visible_opinion(request, opinion.number))
    if (request.htmx.trigger or "").startswith(FROM_THE_LIST):
        # Nothing of the case is on the page yet.
        context |= case_context(request, visible_opinion(request, opinion.number)) | {"whole": True}
        return render(request, "grievances/_case.html", context, status=status)
    template = "grievances/_step_form.html" if request.htmx else "grievances/opinion_step.html"
    response = render(request, template, context, status=status)
    if request.htmx and request.method == "POST":
        # The form stays under the case; only a step that was done replaces the case.
        response["HX-Retarget"] = "#step"
    return response


def _next(request: HttpRequest) -> str:
    """Where to go afterwards: only an address of this site."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    fits = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return asked if fits else ""


def _done(request: HttpRequest, opinion: Opinion, verb: Verb) -> HttpResponse:
    """What the person wants to see next. What they chose is remembered only here: a refused step moves nobody on."""
    still = still_sees(request.user, opinion)
    done = _("Done: %(verb)s, %(number)s.") % {"verb": verb.label, "number": opinion.number}
    way, after = way_of(request, opinion), afterwards.asked(request.POST.get("after"))
    if after:
        afterwards.remember(request.user, after)
    if way and after and after != AfterStep.STAY:
        return gone_on(request, way, after, opinion, done)
    if request.htmx:
        return refreshed(request, opinion if still else None, done, way)
    messages.success(request, done)
    if _next(request):
        return redirect(_next(request))
    if still:
        return redirect(reverse("opinion", args=[opinion.number]) + (way.query if way else ""))
    return redirect(way.address if way else "home")


def refreshed(
    request: HttpRequest, opinion: Opinion | None, done: str, way: Way | None = None
) -> HttpResponse:
    """The case as it stands now, for the side panel; the list beside it is told to reload."""
    if opinion is None:
        return changed(render(request, "grievances/_case_gone.html", {"way": way}))
    context = case_context(request, visible_opinion(request, opinion.number)) | {"done": done, "way": way}
    return changed(render(request, "grievances/_case.html", context))


STEP_VIEWS = {verb: step_view(verb) for verb in FORMS}
