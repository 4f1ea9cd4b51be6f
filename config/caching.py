"""What a signed-in person sees stays in no cache: neither of a proxy, nor of a browser that others use."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class NoStore:
    """Forbids to keep the pages of signed-in people; an answer that says itself how it may be kept is left."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response
