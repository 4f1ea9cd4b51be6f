"""No page holds the database for longer than people wait: then the question is given up, and the page says so."""

from collections.abc import Callable

from django.conf import settings
from django.db import OperationalError, connections
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from psycopg2.errors import QueryCanceled

_SHOWS = {"GET", "HEAD"}


def limit_statements() -> None:
    """From now on each connection of this process asks for at most ``STATEMENT_TIMEOUT`` milliseconds a
    statement. Only what serves pages calls this: a command may take its time."""
    for database in connections.settings.values():
        options = database["OPTIONS"]
        options["options"] = f"{options.get('options', '')} -c statement_timeout={settings.STATEMENT_TIMEOUT}"


class Patience:
    """Answers 503 in words where the database gave a question up: as a page, or as a part of one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, OperationalError) and isinstance(exception.__cause__, QueryCanceled):
            return _too_long(request)
        return None


def _too_long(request: HttpRequest) -> HttpResponse:
    shows = request.method in _SHOWS
    part = bool(getattr(request, "htmx", False))
    context = {"shows": shows, "unfiltered": request.path if shows and request.GET else ""}
    template = "_parts/too_long.html" if part else "too_long.html"
    response = render(request, template, context, status=503)
    if part:
        # Above what stands there: a form keeps what was typed.
        response["HX-Reswap"] = "afterbegin"
    patch_vary_headers(response, ["HX-Request"])
    return response
