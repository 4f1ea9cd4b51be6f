"""What of the program works at a province: everything else answers as to somebody without rights."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from villages.models import Role

OPEN = {
    "home", "dashboard", "dashboard-place", "people", "help", "password-change", "sign-in", "sign-out", "language",
}  # fmt: skip
# Whose posts open a province's dashboards.
LOOKS_AFTER = (Role.LEADER, Role.COORDINATOR, Role.AUDITOR)


class Gate:
    """Refuses the pages of the loop at a province: no opinion is there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_args: object) -> None:
        match = request.resolver_match
        if settings.PROVINCE and match.url_name not in OPEN and "admin" not in match.namespaces:
            raise PermissionDenied
