"""The phone's own page: the same for everybody, kept on the phone, and filled there with what was taken along."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe

from grievances.forms import shell


@login_not_required
@require_safe
def phone(request: HttpRequest) -> HttpResponse:
    """In the language of the pages."""
    return _shell(request)


@login_not_required
@require_safe
def phone_shell(request: HttpRequest, language: str) -> HttpResponse:
    """In one language, whatever that of the pages is: both are kept on the phone."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    with translation.override(language):
        return _shell(request)


def _shell(request: HttpRequest) -> HttpResponse:
    """Nothing in it is anybody's; asked for again at each opening, as a new version may be there."""
    context = {
        "look": shell.look(),
        "visit": shell.visit(),
        "way": shell.way(),
        "door": shell.opinion(at_a_door=True),
        "met": shell.opinion(at_a_door=False),
        "where_door": {"household": True},
        "where_met": {"household": None},
    }
    response = render(request, "grievances/phone.html", context)
    response["Cache-Control"] = "no-cache"
    return response
