"""Sessions are Django's own, in the database; they end after half an hour without work, and after twelve hours in any
case."""

import re
import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.sessions.backends import db
from django.db import connections, router
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone

from config.bad_input import can_be_stored

_STEP = 60  # the session is written at most once a minute
# Says of a request that the page sent it by itself: it shows nobody at work, and keeps no session alive.
_UNATTENDED = "Unattended"
_LEAST_TYPED = 12  # signs: what is longer was typed, and is no choice from a list
# Never shown: what the program carries along, and passwords.
_CARRIED = re.compile(r"csrfmiddlewaretoken|key|next|seen|until|.*password.*")
# In words that are put together once: every request begins with it.
_LIVING = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"


class SessionStore(db.SessionStore):
    """Django's, with the same question asked in a fifth of the time; a key that no database takes finds nothing."""

    def load(self) -> dict[str, object]:
        found = self._living() if can_be_stored(self.session_key or "") else None
        if found is None:
            self._session_key = None
            return {}
        return self.decode(found[0])

    def _living(self) -> tuple[str] | None:
        with connections[router.db_for_read(self.model)].cursor() as cursor:
            cursor.execute(_LIVING, [self.session_key, timezone.now()])
            return cursor.fetchone()


class TimeOut:
    """Ends a session that was idle or lasted too long."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and not self._goes_on(request):
            logout(request)
        return self.get_response(request)

    def _goes_on(self, request: HttpRequest) -> bool:
        now = int(time.time())
        began = request.session.setdefault("began", now)
        seen = request.session.setdefault("seen", now)
        if now - began > settings.SESSION_LONGEST_SECONDS or now - seen > settings.SESSION_IDLE_SECONDS:
            return False
        if now - seen >= _STEP and _UNATTENDED not in request.headers:
            request.session["seen"] = now
        return True


class SignInFirst(LoginRequiredMiddleware):
    """Leads to the sign-in; whoever sent a form after the session had ended gets back what they typed."""

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., HttpResponse]
    ) -> HttpResponse:
        if request.method in ("GET", "HEAD"):
            return super().handle_no_permission(request, view_func)
        return nothing_saved(request, status=401, sign_in=True)


def form_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The answer to a form without its secret (Django's CSRF_FAILURE_VIEW)."""
    if hasattr(request.resolver_match.func, "for_phones"):
        return JsonResponse({"state": "csrf"}, status=403, headers={"Cache-Control": "private, no-store"})
    return nothing_saved(request, status=403, sign_in=False)


def nothing_saved(request: HttpRequest, *, status: int, sign_in: bool) -> HttpResponse:
    """Says that nothing was saved, and shows what was typed: it stands nowhere else any more."""
    names = [name for name in request.POST if not _CARRIED.fullmatch(name)]
    typed = [value for name in names for value in request.POST.getlist(name) if len(value) >= _LEAST_TYPED]
    response = render(request, "nothing_saved.html", {"typed": typed, "sign_in": sign_in}, status=status)
    response["Cache-Control"] = "private, no-store"
    return response
