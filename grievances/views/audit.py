"""The auditor's page: who looked at what is protected, and what was withdrawn."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from grievances.models import Event, Look, LookKind, Opinion
from grievances.workflow import Verb
from villages.models import Role
from villages.policy import for_roles

_SHOWN = 100


@for_roles(Role.AUDITOR)
@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """Reveals, looks, exports and withdrawn opinions, the newest first."""
    mine = Opinion.objects.visible_to(request.user)
    looks = Look.objects.filter(opinion__in=mine).select_related("cadre", "opinion").order_by("-id")
    exports = Look.objects.filter(kind=LookKind.EXPORT).select_related("cadre").order_by("-id")
    withdrawn = Event.objects.filter(verb=Verb.WITHDRAW, opinion__in=mine).select_related("actor", "opinion")
    context = {
        "reveals": looks.filter(kind=LookKind.REVEAL)[:_SHOWN],
        "looks": looks.exclude(kind=LookKind.REVEAL)[:_SHOWN],
        "exports": exports[:_SHOWN],
        "withdrawn": withdrawn.order_by("-id")[:_SHOWN],
    }
    return render(request, "grievances/audit.html", context)
