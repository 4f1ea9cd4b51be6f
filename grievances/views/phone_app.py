"""What makes the pages an app on a phone: the service worker, the manifest, and the pages that it keeps.

Nothing in them is anybody's; they are filled on the phone with what was taken along.
"""

import json

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from grievances.forms import shell
from grievances.phones import offline

# Asked for again each time, as a new version may be there.
_KEPT = {"Cache-Control": "no-cache"}


@login_not_required
@require_safe
def phone_worker(request: HttpRequest) -> HttpResponse:
    """The service worker of the whole site: what it keeps, then the scripts that do the work, from here only."""
    keeps = json.dumps(offline.worker(), indent=1)
    scripts = json.dumps([static(name) for name in offline.WORKER_SCRIPTS], indent=1)
    text = f'"use strict";\nself.phoneWorker = {keeps};\nself.importScripts(...{scripts});\n'
    return HttpResponse(text, content_type="text/javascript; charset=utf-8", headers=_KEPT)


@login_not_required
@require_safe
def phone_manifest(request: HttpRequest, language: str) -> HttpResponse:
    """Name, icons and start page of the installed app."""
    with _in(language):
        about = {
            "name": _("Village Voices"),
            "short_name": _("Village Voices"),
            "description": _("Log visits in the yard, with and without a network"),
            "lang": "en" if language == "en" else "zh-Hans",
        }
    shell = reverse("phone")
    about |= {"id": shell, "start_url": shell, "scope": "/", "display": "standalone", "orientation": "any"}
    about |= {"theme_color": "#14508c", "background_color": "#f5f6f8", "icons": _icons()}
    return JsonResponse(about, content_type="application/manifest+json", headers=_KEPT)


def _icons() -> list[dict[str, str]]:
    icons = [
        ("icon-192", "192x192", "any"),
        ("icon-512", "512x512", "any"),
        ("maskable-512", "512x512", "maskable"),
    ]
    return [
        {"src": static(f"phone/{name}.png"), "sizes": sizes, "type": "image/png", "purpose": purpose}
        for name, sizes, purpose in icons
    ]


@login_not_required
@require_safe
def phone(request: HttpRequest) -> HttpResponse:
    """The phone's own page, in the language of the pages."""
    return _shell(request)


@login_not_required
@require_safe
def phone_shell(request: HttpRequest, language: str) -> HttpResponse:
    """In one language, whatever that of the pages is: both are kept on the phone."""
    with _in(language):
        return _shell(request)


def _shell(request: HttpRequest) -> HttpResponse:
    context = {
        "look": shell.look(),
        "visit": shell.visit(),
        "way": shell.way(),
        "door": shell.opinion(at_a_door=True),
        "met": shell.opinion(at_a_door=False),
        "where_door": {"household": True},
        "where_met": {"household": None},
    }
    return _page(request, "grievances/phone.html", context)


@login_not_required
@require_safe
def phone_no_network(request: HttpRequest, language: str) -> HttpResponse:
    """What the phone shows instead of a page that it hasn't kept."""
    with _in(language):
        return _page(request, "grievances/phone_no_network.html", {})


def _page(request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
    return HttpResponse(render_to_string(template, context, request), headers=_KEPT)


def _in(language: str) -> translation.override:
    if language not in dict(settings.LANGUAGES):
        raise Http404
    return translation.override(language)
