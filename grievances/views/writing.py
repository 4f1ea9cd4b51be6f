"""Writing down an opinion that came by telephone, letter, at a service centre …"""

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from grievances.answering.letters import slip
from grievances.digests import digest_of_request
from grievances.errors import ACCUSED_CONSTRAINT, StepRefused, broken_constraint
from grievances.forms.opinion import DeskOpinionForm
from grievances.forms.problems import Problem, as_a_whole, at_fields
from grievances.forms.where import WRITES, WhereForm, places_of
from grievances.models import Event, InformantKind, Opinion
from grievances.numbers import number_of_request
from grievances.views.alike import same_as
from grievances.workflow import Verb
from villages.models import CODE_LENGTH, Level
from villages.policy import for_roles

# Where the verb names a field that the form calls otherwise.
_FIELDS = {"region": "place_of"}
# In the order of the page.
_ORDER = (
    "key", "text", "category", "source", "place_of", "place", "said_at", "informant", "name", "telephone",
    "address", "people", "kind", "urgency", "accused", "on_the_spot", "account", "files",
)  # fmt: skip


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
    return _before(request, where, what) or _save(request, where, what)


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
    context = {"where": where, "what": what, "problems": _problems(where, what)} | same_as(request)
    return render(request, "grievances/opinion_new.html", context, status=status)


def _problems(where: WhereForm, what: DeskOpinionForm) -> list[Problem]:
    """What is wrong in both parts, in the order of the page."""
    fields = sorted([*where, *what], key=lambda field: _place_on_page(field.name))
    return [*as_a_whole(where), *as_a_whole(what), *at_fields(fields)]


def _place_on_page(name: str) -> int:
    """The category's questions follow the category."""
    return _ORDER.index(name if name in _ORDER else "category")


def _save(request: HttpRequest, where: WhereForm, what: DeskOpinionForm) -> HttpResponse:
    data = where.cleaned_data
    try:
        with transaction.atomic():
            opinion = what.record(
                said_at=data["said_at"], said=what.said(), source=data["source"], key=data["key"],
                number=_number(where, what), digest=digest_of_request(request),
            )  # fmt: skip
            joined = _join(request, opinion, data["key"])
    except ValidationError as error:
        _take(where, what, error)
    except StepRefused as error:
        what.add_error(None, str(error))
    except IntegrityError as error:
        # The same request a moment ago: what it wrote is shown.
        before = _before(request, where, what)
        if before is not None:
            return before
        what.add_error(None, _refusal(error))
    else:
        if joined:
            messages.info(request, joined)
        return _after(request, opinion)
    return _show(request, where, what, status=422)


def _join(request: HttpRequest, opinion: Opinion, key: uuid.UUID) -> str:
    """Let it join the matter that was chosen as the same; what became of that, in words.

    Only a named informant's: whoever joined another one at this very moment would be known as who heard it.
    """
    same = request.POST.get("same", "")[:24]
    other = Opinion.objects.visible_to(request.user).filter(number=same).first() if same else None
    if other is None:
        return ""
    if opinion.informant_kind != InformantKind.NAMED:
        return _(
            "It is written down. The coordinator joins it to the same matter, so that nothing tells who heard it."
        )
    try:
        opinion.join_same(other, by=request.user, key=key)
    except StepRefused as error:
        return _("It is written down, but not joined: %s") % error
    return _("It is written down, and joined to the same matter as %s.") % other.number


def _refusal(error: IntegrityError) -> str:
    if broken_constraint(error) == ACCUSED_CONSTRAINT:
        return _("It complains about you or your unit: it can't be noted as solved by you.")
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
    taken = Opinion.objects.filter(number=number).exclude(**_content(where, what))
    return None if taken.exists() else number


def _of_request(where: WhereForm) -> str:
    data = where.cleaned_data
    return number_of_request(data["place_of"], timezone.now().year, key=data["key"])


def _content(where: WhereForm, what: DeskOpinionForm) -> dict[str, object]:
    """What is compared of an anonymous opinion, of which no request is kept."""
    names = ("text", "category", "kind", "urgency", "people", "accused")
    data = {name: what.cleaned_data[name] for name in names}
    accusing = bool(data.pop("accused"))
    place = where.cleaned_data["place_of"].pk[: CODE_LENGTH[Level.VILLAGE]]
    anonymous = InformantKind.ANONYMOUS
    return data | {"accusing": accusing, "region": place, "informant_kind": anonymous}


def _before(request: HttpRequest, where: WhereForm, what: DeskOpinionForm) -> HttpResponse | None:
    """What this very request wrote down before, if it did; 409 if its key came with another content."""
    if _is_anonymous(what):
        found = Opinion.objects.filter(number=_of_request(where), **_content(where, what)).first()
        return _after(request, found) if found else None
    event = Event.objects.filter(key=where.cleaned_data["key"]).select_related("opinion").first()
    if event is None:
        return None
    asked = (Verb.RECORD, request.user.pk, digest_of_request(request))
    if (event.verb, event.actor_id, event.digest) == asked:
        return _after(request, event.opinion)
    what.add_error(None, _("This form was sent before, with something else. Open a new one."))
    return _show(request, where, what, status=409)


def _after(request: HttpRequest, opinion: Opinion) -> HttpResponse:
    """The receipt. Of an anonymous opinion it is shown here and now only: no later address leads from the
    cadre to it; nor has one who may not see the case."""
    visible = Opinion.objects.visible_to(request.user).filter(pk=opinion.pk).exists()
    anonymous = opinion.informant_kind == InformantKind.ANONYMOUS
    if visible and not anonymous:
        return redirect("opinion-receipt", opinion.number)
    context = {"opinion": opinion, "slip": slip(opinion), "anonymous": anonymous}
    return render(request, "grievances/opinion_written.html", context)
