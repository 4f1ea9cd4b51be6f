"""Writing down an opinion that came by telephone, letter, at a service centre …"""

import uuid

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from grievances.errors import RequestReused
from grievances.forms.fields import LabelChoice
from grievances.forms.opinion import DeskOpinionForm
from grievances.forms.visit import MomentInput
from grievances.models import Event, InformantKind, Opinion, Source
from villages.models import Cadre, Level, Region, Role
from villages.policy import for_roles
from villages.scope import any_of, within

_WRITES = (Role.COORDINATOR, Role.HANDLER, Role.HEAD, Role.CALLER, Role.VISITOR)


class WhereForm(forms.Form):
    """Where, when, and by which way it came."""

    use_required_attribute = False
    key = forms.UUIDField(widget=forms.HiddenInput)
    place_of = LabelChoice(
        Region.objects.none(), label=gettext_lazy("Village"), empty_label=gettext_lazy("Choose…")
    )
    source = forms.ChoiceField(
        label=gettext_lazy("Source"),
        choices=[s for s in Source.choices if s[0] != Source.BIG_VISIT],
        initial="phone",
    )
    said_at = forms.DateTimeField(label=gettext_lazy("Said"), widget=MomentInput())

    def __init__(self, *args: object, by: Cadre, **kwargs: object) -> None:
        now = timezone.localtime().replace(second=0, microsecond=0)
        kwargs["initial"] = {"key": uuid.uuid4(), "said_at": now} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.fields["place_of"].queryset = villages_of(by)


def villages_of(cadre: Cadre) -> "forms.models.QuerySet[Region]":
    """Towns and villages of the cadre's posts."""
    scope = any_of([within(post.region_id[:12], field="code") for post in cadre.posts_as(*_WRITES)])
    return Region.objects.open().filter(scope, level__in=[Level.TOWN, Level.VILLAGE])


@for_roles(*_WRITES)
@require_http_methods(["GET", "POST"])
def opinion_new(request: HttpRequest) -> HttpResponse:
    """One opinion, with its receipt afterwards."""
    places = villages_of(request.user)
    place = places.filter(pk=request.POST.get("place_of", "")[:15]).first() or places.first()
    if place is None:
        return redirect("home")
    if request.method == "GET":
        return _show(request, WhereForm(by=request.user), DeskOpinionForm(by=request.user, place=place))
    if "reload" in request.POST:
        typed = {name: value for name, value in request.POST.items() if value}
        return _show(
            request, WhereForm(by=request.user, initial=typed),
            DeskOpinionForm(by=request.user, place=place, initial=typed),
        )  # fmt: skip
    where = WhereForm(request.POST, by=request.user)
    what = DeskOpinionForm(request.POST, request.FILES, by=request.user, place=place)
    if where.is_valid() and what.is_valid():
        return _save(request, where, what)
    return _show(request, where, what, status=422)


def _show(
    request: HttpRequest, where: WhereForm, what: DeskOpinionForm, *, status: int = 200
) -> HttpResponse:
    return render(request, "grievances/opinion_new.html", {"where": where, "what": what}, status=status)


def _save(request: HttpRequest, where: WhereForm, what: DeskOpinionForm) -> HttpResponse:
    data = where.cleaned_data
    repeated = Event.objects.filter(key=data["key"], actor=request.user).select_related("opinion").first()
    if repeated:
        return redirect("opinion-receipt", repeated.opinion.number)
    try:
        with transaction.atomic():
            opinion = what.record(
                said_at=data["said_at"], said=what.said(), source=data["source"], key=data["key"],
            )  # fmt: skip
    except (ValidationError, RequestReused) as error:
        what.add_error(None, getattr(error, "messages", None) or str(error))
        return _show(request, where, what, status=422)
    return _after(request, opinion)


def _after(request: HttpRequest, opinion: Opinion) -> HttpResponse:
    """The receipt; only the number, for those who may not see the case itself."""
    if opinion.informant_kind == InformantKind.ANONYMOUS:
        messages.info(
            request,
            _("Anonymous, number %s. It is shown only now: write it down for the informant.")
            % opinion.number,
        )
    if Opinion.objects.visible_to(request.user).filter(pk=opinion.pk).exists():
        return redirect("opinion-receipt", opinion.number)
    if opinion.informant_kind != InformantKind.ANONYMOUS:
        messages.info(request, _("Arrived, number %s.") % opinion.number)
    return redirect("home")
