"""Sessions end after half an hour without work, and after twelve hours in any case."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

_STEP = 60  # the session is written at most once a minute


class TimeOut:
    """Ends a session that was idle or lasted too long."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and not self._goes_on(request):
            logout(request)
            return redirect(f"{settings.LOGIN_URL}")
        return self.get_response(request)

    def _goes_on(self, request: HttpRequest) -> bool:
        now = int(time.time())
        began = request.session.setdefault("began", now)
        seen = request.session.setdefault("seen", now)
        if now - began > settings.SESSION_LONGEST_SECONDS or now - seen > settings.SESSION_IDLE_SECONDS:
            return False
        if now - seen >= _STEP:
            request.session["seen"] = now
        return True
