"""Writing down an opinion that came by telephone, letter, at a service centre …"""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from grievances.errors import ACCUSED_CONSTRAINT, StepRefused, broken_constraint
from grievances.forms.opinion import DeskOpinionForm
from grievances.forms.where import WRITES, WhereForm, places_of
from grievances.letters import slip
from grievances.models import Event, InformantKind, Opinion
from grievances.numbers import number_of_request
from grievances.workflow import Verb
from villages.policy import for_roles

# Where the verb names a field that the form calls otherwise.
_FIELDS = {"region": "place_of"}
_ONE_EVENT_A_KEY = "grievances_event_key_key"


@for_roles(*WRITES)
@require_http_methods(["GET", "POST"])
def opinion_new(request: HttpRequest) -> HttpResponse:
    """One opinion, with its receipt afterwards."""
    if not places_of(request.user).exists():
        return render(request, "grievances/opinion_new.html")
    where, what = _forms(request)
    if request.method == "GET" or "reload" in request.POST:
        return _show(request, where, what)
    # Both are asked, so that all that is wrong is said at once.
    if not all([where.is_valid(), what.is_valid()]):
        return _show(request, where, what, status=422)
    return _written(request, where, what) or _save(request, where, what)


def _forms(request: HttpRequest) -> tuple[WhereForm, DeskOpinionForm]:
    """The two parts of the page; on a reload they keep what was typed without judging it."""
    by = request.user
    if request.method == "POST" and "reload" not in request.POST:
        where = WhereForm(request.POST, by=by)
        return where, DeskOpinionForm(request.POST, request.FILES, by=by, place=_place(request, where))
    typed = {name: value for name, value in request.POST.items() if value}
    where = WhereForm(by=by, initial=typed)
    return where, DeskOpinionForm(by=by, place=_place(request, where), initial=typed)


def _place(request: HttpRequest, where: WhereForm) -> object:
    return where.place() or places_of(request.user).first()


def _show(
    request: HttpRequest, where: WhereForm, what: DeskOpinionForm, *, status: int = 200
) -> HttpResponse:
    return render(request, "grievances/opinion_new.html", {"where": where, "what": what}, status=status)


def _save(request: HttpRequest, where: WhereForm, what: DeskOpinionForm) -> HttpResponse:
    data = where.cleaned_data
    try:
        with transaction.atomic():
            opinion = what.record(
                said_at=data["said_at"], said=what.said(), source=data["source"], key=data["key"],
                number=_number(where, what),
            )  # fmt: skip
    except ValidationError as error:
        _take(where, what, error)
    except StepRefused as error:
        what.add_error(None, str(error))
    except IntegrityError as error:
        # The same request a moment ago: what it wrote is shown.
        written = _written(request, where, what)
        if written is None:
            what.add_error(None, _refusal(error))
        else:
            return written
    else:
        return _after(request, opinion)
    return _show(request, where, what, status=422)


def _refusal(error: IntegrityError) -> str:
    constraint = broken_constraint(error)
    if constraint == ACCUSED_CONSTRAINT:
        return _("It complains about you or your unit: it can't be noted as solved by you.")
    if constraint == _ONE_EVENT_A_KEY:
        return _("This form was sent before, with something else. Open a new one.")
    raise error


def _take(where: WhereForm, what: DeskOpinionForm, error: ValidationError) -> None:
    """Put the verb's errors at the fields that they name, in whichever part of the page those are."""
    found = error.error_dict if hasattr(error, "error_dict") else {None: error.error_list}
    for name, problems in found.items():
        field = _FIELDS.get(name, name)
        form = where if field in where.fields else what
        form.add_error(field if field in form.fields else None, ValidationError(problems))


def _is_anonymous(what: DeskOpinionForm) -> bool:
    return what.cleaned_data["informant"] == InformantKind.ANONYMOUS


def _number(where: WhereForm, what: DeskOpinionForm) -> str | None:
    """For an anonymous opinion one that the same request gets again; else the next."""
    if not _is_anonymous(what):
        return None
    number = _of_request(where)
    taken = Opinion.objects.filter(number=number).exclude(text=what.cleaned_data["text"])
    return None if taken.exists() else number


def _of_request(where: WhereForm) -> str:
    data = where.cleaned_data
    return number_of_request(data["place_of"], timezone.now().year, key=data["key"])


def _written(request: HttpRequest, where: WhereForm, what: DeskOpinionForm) -> HttpResponse | None:
    """What this very request wrote down before, if it did."""
    if _is_anonymous(what):
        found = Opinion.objects.filter(
            number=_of_request(where), informant_kind=InformantKind.ANONYMOUS, text=what.cleaned_data["text"]
        ).first()
    else:
        event = Event.objects.filter(
            key=where.cleaned_data["key"], actor=request.user, verb=Verb.RECORD
        ).first()
        found = event.opinion if event else None
    return _after(request, found) if found else None


def _after(request: HttpRequest, opinion: Opinion) -> HttpResponse:
    """The receipt. Of an anonymous opinion it is shown here and now only: no later address leads from the
    cadre to it; nor has one who may not see the case."""
    visible = Opinion.objects.visible_to(request.user).filter(pk=opinion.pk).exists()
    anonymous = opinion.informant_kind == InformantKind.ANONYMOUS
    if visible and not anonymous:
        return redirect("opinion-receipt", opinion.number)
    context = {"opinion": opinion, "slip": slip(opinion), "anonymous": anonymous}
    return render(request, "grievances/opinion_written.html", context)
