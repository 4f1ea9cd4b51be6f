"""The language that a person last used: messages come in it."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.i18n import set_language

from grievances.models import MessageSettings
from villages.models import Cadre


def connect() -> None:
    user_logged_in.connect(_signed_in, dispatch_uid="languages")


@login_not_required
def language(request: HttpRequest) -> HttpResponse:
    """Change the language of the pages, and of the messages of whoever is signed in."""
    response = set_language(request)
    chosen = response.cookies.get(settings.LANGUAGE_COOKIE_NAME)
    if chosen is not None and request.user.is_authenticated:
        keep(request.user, chosen.value)
    return response


def keep(cadre: Cadre, code: str) -> None:
    """Remember the language of a cadre; nothing else of the settings changes."""
    if code not in dict(settings.LANGUAGES):
        return
    MessageSettings.objects.bulk_create(
        [MessageSettings(cadre=cadre, language=code)],
        update_conflicts=True,
        unique_fields=["cadre"],
        update_fields=["language"],
    )


def _signed_in(*, request: HttpRequest, user: Cadre, **_kwargs: object) -> None:
    if hasattr(request, "LANGUAGE_CODE"):
        keep(user, translation.get_language() or settings.LANGUAGE_CODE)
