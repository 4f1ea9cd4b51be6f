"""The list from which a case was opened, and the case's place in it: from there one walks on to the next.

The list is known by its address, and read just as its own page reads it, with the rights of whoever walks. The place
is that of the case's row when it was opened, sealed as the places of pages are: it stays when the case has changed
or left the list, and names no other row.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit, urlunsplit
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from grievances.desk.queues import queues_of
from grievances.measures import figures
from grievances.messaging.notices import notices_of
from grievances.models import Opinion, OpinionSpan
from grievances.views.desk import queued
from grievances.views.lists import EVERYBODY, in_order, listed, total_known
from grievances.views.notices import cases_told
from villages.models import Cadre
from villages.paging import AT, PLACE, neighbour, place_of

_LONGEST = 2000
# By these parts of its address a list has its order.
_ORDERING = ("order", "late", "soon", "figure", "as_of", AT)


@dataclass(frozen=True)
class Way:
    """A list, and a place in it."""

    address: str
    place: str = ""

    @property
    def query(self) -> str:
        """As the addresses of a case's pages carry it."""
        return "?" + urlencode({"list": self.address, "place": self.place})


@dataclass(frozen=True)
class Neighbour:
    """A case of the list, and its own place there."""

    number: str
    way: Way

    @property
    def address(self) -> str:
        return reverse("opinion", args=[self.number]) + self.way.query


@dataclass(frozen=True)
class _List:
    """Whose the lists of one kind are, and how they are read: their rows, and rows of which only the order matters."""

    may_read: Callable[..., bool]
    rows: Callable[..., QuerySet]
    ordered: Callable[..., QuerySet]


def way_of(request: HttpRequest, opinion: Opinion | None = None) -> Way | None:
    """The way that the request carries; else, where a case was just opened from a list, the case's place there."""
    carried = request.POST if request.method == "POST" else request.GET
    address = _list_at(request, carried.get("list", ""))
    if address and (carried.get("place") or opinion is None):
        return Way(address, carried.get("place", ""))
    address = address or left(request)
    return Way(address, _place_now(request, address, opinion)) if address and opinion else None


def left(request: HttpRequest) -> str:
    """The list on whose page the request was made, with its filters; empty where it was no list."""
    before = request.htmx.current_url if request.htmx else request.headers.get("Referer")
    if url_has_allowed_host_and_scheme(before, {request.get_host()}, require_https=request.is_secure()):
        address = urlsplit(before)
        return _list_at(request, urlunsplit(("", "", address.path, address.query, "")))
    return ""


def is_beside(request: HttpRequest) -> bool:
    """Whether the case is shown beside its list, and not on a page of its own."""
    return bool(request.htmx and left(request))


def next_case(
    request: HttpRequest, way: Way, *, back: bool = False, but: Opinion | None = None
) -> Neighbour | None:
    """The case after the place, or before it, that is in the list now; ``but`` is never meant."""
    asked, match = _as_if(request, way.address, leaving=PLACE[:-1])
    rows = _LISTS[match.url_name].rows(asked, **match.kwargs)
    if but is not None:
        rows = rows.exclude(**{"pk" if rows.model is Opinion else "opinion": but.pk})
    row = neighbour(rows, way.place, back=back)
    return row and Neighbour(row.case.number, Way(way.address, place_of(rows, row)))


def _place_now(request: HttpRequest, address: str, opinion: Opinion) -> str:
    """Only the order is asked for, no filter: this costs next to nothing, and the case need not fit any more."""
    asked, match = _as_if(request, address, keeping=_ORDERING)
    rows = _LISTS[match.url_name].ordered(asked, **match.kwargs)
    row = opinion if rows.model is Opinion else _span_of(asked, opinion)
    return place_of(rows, row) if row else ""


def _list_at(request: HttpRequest, address: str) -> str:
    """The address, if it is that of a list that the person may read; else nothing."""
    if not address.startswith("/") or len(address) > _LONGEST:
        return ""
    if not url_has_allowed_host_and_scheme(address, None):
        return ""
    try:
        match = resolve(urlsplit(address).path)
    except (Resolver404, ValueError):
        return ""
    kind = _LISTS.get(match.url_name)
    return address if kind and kind.may_read(request.user, **match.kwargs) else ""


def _as_if(
    request: HttpRequest, address: str, *, keeping: tuple[str, ...] = (), leaving: tuple[str, ...] = ()
) -> tuple[HttpRequest, ResolverMatch]:
    """The request that opens the list, by the same person; ``keeping`` only some parts of its address."""
    parts = urlsplit(address)
    query = QueryDict(parts.query, mutable=True)
    for name in list(query):
        if name in leaving or (keeping and name not in keeping):
            del query[name]
    asked = copy(request)
    asked.GET = query
    return asked, resolve(parts.path)


def _works_on(cadre: Cadre, queue: str) -> bool:
    return any(one.name == queue for one in queues_of(cadre))


def _sees_opinions(cadre: Cadre) -> bool:
    return not cadre.roles.isdisjoint(EVERYBODY)


def _queue(asked: HttpRequest, queue: str) -> QuerySet:
    return queued(asked, queue)[1].qs


def _opinions(asked: HttpRequest) -> QuerySet:
    found = listed(asked)[0]
    return in_order(found, total_known(asked, found))


def _was_told(cadre: Cadre, key: UUID) -> bool:
    return notices_of(cadre).filter(key=key.hex).exists()


def _told(asked: HttpRequest, key: UUID) -> QuerySet:
    return cases_told(asked.user, key)


def _span_of(asked: HttpRequest, opinion: Opinion) -> OpinionSpan | None:
    """How the case stood when the list is read, whether or not it is in it."""
    _found, as_of, at = listed(asked)
    return figures.rows(cadre=asked.user, as_of=as_of, at=at).filter(opinion=opinion).first()


_LISTS = {
    "desk-queue": _List(_works_on, _queue, _queue),
    "opinion-list": _List(_sees_opinions, _opinions, lambda asked: listed(asked)[0].qs),
    "notice-cases": _List(_was_told, _told, _told),
}
