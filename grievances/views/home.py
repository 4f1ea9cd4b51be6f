"""After signing in, everybody lands where their work is."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

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


def home(request: HttpRequest) -> HttpResponse:
    """Send the cadre to the page that fits their posts; to the help without any."""
    roles = request.user.roles
    return redirect(next((name for role, name in _LANDING if role in roles), "help"))
