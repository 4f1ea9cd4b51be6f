"""Input that no database takes – NUL, lone surrogates – is refused before any view sees it."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, RawPostDataException
from django.http.request import QueryDict


class RefuseBadInput:
    """Answers 400 to a path, query or form that holds characters which can't be stored."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_args: object) -> None:
        values = [request.path, *_values(request.GET)]
        if request.method == "POST":
            try:
                values += _values(request.POST)
            except RawPostDataException as error:
                raise BadRequest("unreadable form") from error
        if any(not can_be_stored(value) for value in values):
            raise BadRequest("characters that can't be stored")


def _values(query: QueryDict) -> list[str]:
    return [text for name, found in query.lists() for text in (name, *found) if isinstance(text, str)]


def can_be_stored(text: str) -> bool:
    """Whether a database takes the text."""
    return "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)
