"""After signing in, everybody lands where their work is."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from grievances.province import gate
from grievances.saved.finding import address_of, start_of
from villages.models import Role

# The first role that a cadre has decides; each page links to the others.
_LANDING = (
    (Role.COORDINATOR, "desk"),
    (Role.HEAD, "desk"),
    (Role.HANDLER, "desk"),
    (Role.CALLER, "desk"),
    (Role.LEADER, "dashboard"),
    (Role.VISITOR, "visitor-home"),
    (Role.AUDITOR, "audit"),
    (Role.ADMINISTRATOR, "people"),
)
_AT_A_PROVINCE = (*((role, "dashboard") for role in gate.LOOKS_AFTER), (Role.ADMINISTRATOR, "people"))


def home(request: HttpRequest) -> HttpResponse:
    """Send the cadre to the view with which they want to begin; else to the page that fits their posts, or to the
    help without any."""
    start = None if settings.PROVINCE else start_of(request.user)
    if start is not None:
        return redirect(address_of(start))
    landing = _AT_A_PROVINCE if settings.PROVINCE else _LANDING
    roles = request.user.roles
    return redirect(next((name for role, name in landing if role in roles), "help"))
