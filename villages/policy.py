"""Who may open a page at all. Every page needs a sign-in unless it says otherwise (Django's
LoginRequiredMiddleware); these say which roles, what a phone's script is answered, and what a one-time password
may do."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse, RawPostDataException
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


def for_phones(
    *roles: str, signed_out: Callable[[HttpRequest], dict[str, object]] | None = None
) -> Callable[[View], View]:
    """What the script of a phone asks, only for cadres with one of the roles, or for all of them.

    Also what is refused is answered in JSON: a script can't follow to the sign-in, and has to know why. What
    ``signed_out`` says is told to whoever has no session.
    """

    def decorate(view: View) -> View:
        @login_not_required  # asked here instead
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if not request.user.is_authenticated:
                told = signed_out(request) if signed_out else {}
                return for_script("signed_out", status=401, **told)
            if roles and not request.user.roles.intersection(roles):
                return for_script("forbidden", status=403)
            return view(request, *args, **kwargs)

        answering = _in_json(guarded)
        answering.for_phones = True
        return answering

    return decorate


def _in_json(view: View) -> View:
    """Says in JSON, too, that a request was no good; and no answer is kept anywhere."""

    @wraps(view)
    def answered(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except RequestDataTooBig:
            response = for_script("too_large", status=413)
        except RawPostDataException:
            response = for_script("bad_request", status=400, problem="no JSON")
        except BadRequest as error:
            response = for_script("bad_request", status=400, problem=str(error))
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return answered


def for_script(state: str, *, status: int, **more: object) -> JsonResponse:
    """An answer that a phone's script reads: in one word what it is, and what belongs to it."""
    return JsonResponse({"state": state} | more, status=status)


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

    def process_view(self, request: HttpRequest, view: View, *_args: object) -> HttpResponse | None:
        user = request.user
        elsewhere = request.resolver_match.url_name not in self.ALLOWED
        if user.is_authenticated and user.must_change_password and elsewhere:
            if hasattr(view, "for_phones"):
                return for_script("choose_password", status=403)
            return redirect("password-change")
        return None
