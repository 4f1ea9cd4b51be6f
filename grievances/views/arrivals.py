"""What phones send: visits, anonymous opinions, photographs; and a draft that its author can't open any more."""

import errno
import uuid
from collections.abc import Callable
from functools import wraps

from django.core.exceptions import BadRequest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_http_methods, require_POST
from psycopg2.errors import DiskFull

from grievances.phones import limits, photos, wire
from grievances.phones.answers import Answer
from grievances.phones.arriving import arrive
from grievances.phones.packets import LONGEST, Packet
from villages.policy import for_phones, for_script

View = Callable[..., HttpResponse]
_FULL = {errno.ENOSPC, errno.EDQUOT}


def is_full(error: Exception) -> bool:
    """Whether the disk was full, the files' or the database's: then nothing was written, and later it may be."""
    return getattr(error, "errno", None) in _FULL or isinstance(error.__cause__, DiskFull)


def patient(view: View) -> View:
    """Says that the disk is full: the phone keeps what it has, and comes again."""

    @wraps(view)
    def answered(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except (OSError, OperationalError) as error:
            if not is_full(error):
                raise
            return for_script("full", status=507)

    return answered


def _told(answer: Answer) -> JsonResponse:
    return for_script(answer.state, status=answer.status, **answer.more)


@require_POST
@for_phones()
@patient
def phone_arrivals(request: HttpRequest) -> HttpResponse:
    """One packet. Also of those whose post has ended: it then waits for a decision."""
    return _told(arrive(Packet.read(_body(request, longest=LONGEST)), by=request.user))


@require_http_methods(["GET", "PUT"])
@for_phones()
@patient
def phone_photo(request: HttpRequest, visit: uuid.UUID, photo: uuid.UUID) -> HttpResponse:
    """How much of a photograph is here; and its next part."""
    if request.method == "GET":
        return _told(photos.have(visit, photo, by=request.user))
    if _length(request) > photos.LONGEST_PART:
        return for_script("too_large", status=413)
    offset, total = _number(request, "offset"), _number(request, "total")
    return _told(photos.take(visit, photo, request.body, offset=offset, total=total, by=request.user))


@require_POST
@for_phones()
def phone_open(request: HttpRequest) -> HttpResponse:
    """A draft whose PIN was forgotten: opened for its author, who has signed in."""
    packet = Packet.read(_body(request, longest=LONGEST).get("packet"))
    if not limits.may_open(request.user):
        return _told(limits.too_fast())
    content = packet.open()
    if content.get("cadre") != request.user.pk:
        return for_script("somebody_elses", status=403)
    return JsonResponse({"content": content, "key": packet.key_text()})


def _body(request: HttpRequest, *, longest: int) -> dict[str, object]:
    if _length(request) > longest:
        raise wire.Unreadable("too long")
    return wire.read(request.body, longest=longest)


def _length(request: HttpRequest) -> int:
    told = request.headers.get("Content-Length") or "0"
    return int(told) if told.isascii() and told.isdigit() and len(told) < 12 else 0


def _number(request: HttpRequest, name: str) -> int:
    told = request.GET.get(name, "")
    if not (told.isascii() and told.isdigit()) or len(told) > 9:
        raise BadRequest(f"{name}: a number of bytes")
    return int(told)
