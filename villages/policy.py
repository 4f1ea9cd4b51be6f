"""Who may open a page at all. Every page needs a sign-in unless it says otherwise (Django's
LoginRequiredMiddleware); these say which roles, and what a one-time password may do."""

from collections.abc import Callable
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

View = Callable[..., HttpResponse]


def for_roles(*roles: str) -> Callable[[View], View]:
    """Only cadres with one of the roles; others get 403."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if not request.user.roles.intersection(roles):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.roles = frozenset(roles)
        return guarded

    return decorate


class OneTimePassword:
    """Whoever signed in with a one-time password chooses an own one before anything else."""

    ALLOWED = {
        "password-change", "sign-out", "language", "help",
        # The same for everybody; a phone that fetches its pages must not keep another page in their place.
        "phone", "phone-shell", "phone-no-network", "phone-worker", "phone-manifest",
    }  # fmt: skip

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_args: object) -> HttpResponse | None:
        user = request.user
        elsewhere = request.resolver_match.url_name not in self.ALLOWED
        if user.is_authenticated and user.must_change_password and elsewhere:
            return redirect("password-change")
        return None
