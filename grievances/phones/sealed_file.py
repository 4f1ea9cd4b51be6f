"""The file of everything unsent, which a phone that can't send gives out: taken in packet by packet."""

import uuid
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from grievances.models import UndecidedVisit, Why
from grievances.phones import anonymous, photos, tray, wire
from grievances.phones.answers import Answer, malformed, refused
from grievances.phones.arriving import arrive, known_answer
from grievances.phones.judging import coordinated_by, judge
from grievances.phones.packets import (
    ANONYMOUS,
    Content,
    Malformed,
    Packet,
    checked_anonymous,
    checked_visit,
    digest_of,
)
from grievances.phones.writing import one_after_another
from villages.models import Cadre, Role

LONGEST = 48 * 1024 * 1024
MOST_PACKETS, MOST_PHOTOS = 300, 300
_WORDS: dict[tuple[int, str], Promise] = {
    (201, "arrived"): _("written down"),
    (200, "arrived"): _("was here already"),
    (202, "undecided"): _("needs a decision"),
    (202, "discarded"): _("was discarded"),
    (409, "other_content"): _("is here with another content"),
    (422, "refused"): _("refused"),
    (403, "somebody_elses"): _("somebody else's, of a place that you don't look after"),
    (400, "bad_request"): _("can't be read by this server"),
    (429, "too_fast"): _("not opened yet, as it was too much in one minute: bring the file once more"),
}


class NoFile(Exception):
    """Not a file of a phone."""


@dataclass(frozen=True)
class Line:
    """What became of one packet or photograph of a file."""

    number: int
    is_photo: bool
    answer: Answer

    @property
    def words(self) -> str | Promise:
        if self.is_photo:
            return _("kept") if self.answer.is_acknowledged else _("not taken in")
        return _WORDS.get((self.answer.status, self.answer.state), self.answer.state)

    @property
    def numbers(self) -> list[str]:
        return [given["number"] for given in self.answer.more.get("opinions", [])]

    @property
    def problems(self) -> list[dict[str, object]]:
        found = self.answer.more.get("problems", [])
        waits = self.answer.more.get("reason") if self.is_photo else None
        return [*found, {"field": "", "text": waits}] if waits else found


def take_in(upload: UploadedFile, *, by: Cadre) -> list[Line]:
    """Take a file in, each packet by itself: one that is wrong keeps none of the others. Raises NoFile."""
    packets, pictures = _read(upload)
    lines = []
    for number, data in enumerate(packets, start=1):
        lines.append(Line(number, False, _one(data, by)))
    for number, data in enumerate(pictures, start=1):
        lines.append(Line(number, True, _photo(data, by)))
    return lines


def _read(upload: UploadedFile) -> tuple[list[object], list[object]]:
    if upload.size > LONGEST:
        raise NoFile
    try:
        found = wire.read(upload.read(), longest=LONGEST)
    except wire.Unreadable as error:
        raise NoFile from error
    packets, pictures = found.get("packets"), found.get("photos", [])
    lists = isinstance(packets, list) and isinstance(pictures, list)
    if found.get("schema") != 1 or not lists or len(packets) > MOST_PACKETS or len(pictures) > MOST_PHOTOS:
        raise NoFile
    return packets, pictures


def _one(data: object, by: Cadre) -> Answer:
    try:
        packet = Packet.read(data)
        mine = arrive(packet, by=by)
        if mine.status != 403:
            return mine
        theirs = _somebody_elses(packet, by)
        # Numbers, and what is wrong in words that may be protected, are for the author.
        return Answer(theirs.status, theirs.state)
    except wire.Unreadable:
        return Answer(400, "bad_request")


def _somebody_elses(packet: Packet, by: Cadre) -> Answer:
    """Only for a coordinator of the place. A visit then waits for a decision in any case; an anonymous opinion,
    which names nobody, is written down."""
    content = packet.open()
    if Role.COORDINATOR not in by.roles:
        return Answer(403, "somebody_elses")
    try:
        if packet.kind != ANONYMOUS:
            return _brought(packet, checked_visit(content), digest_of(content), by)
        checked = checked_anonymous(content)
    except Malformed as error:
        return malformed(error.field)
    return anonymous.arrive(packet, checked, by=by, places=coordinated_by(by))


@transaction.atomic
def _brought(packet: Packet, content: Content, digest: str, by: Cadre) -> Answer:
    author = Cadre.objects.filter(pk=content["cadre"]).first()
    if author is None:
        return Answer(403, "somebody_elses")
    one_after_another(author)
    judged = judge(packet.id, content, author=author, letting_in=by, clock_of=packet.clock)
    if judged.problems:
        return refused(judged.problems)
    if Why.VILLAGE in judged.reasons:
        return Answer(403, "somebody_elses")
    known = known_answer(packet.id, content, digest=digest, author=author)
    if known:
        return known
    judged.reasons.append(Why.FILE)
    return tray.put(packet.id, content, judged, digest=digest, author=author, brought_by=by)


def _photo(data: object, by: Cadre) -> Answer:
    try:
        visit, photo = uuid.UUID(data["visit"]), uuid.UUID(data["id"])
        envelope = b64decode(data["envelope"], validate=True)
    except (TypeError, KeyError, ValueError, AttributeError):
        return Answer(400, "bad_request")
    return _parts(visit, photo, envelope, _author_of(visit, by))


def _author_of(visit: uuid.UUID, by: Cadre) -> Cadre:
    brought = UndecidedVisit.objects.filter(key=visit, brought_by=by).select_related("author").first()
    return brought.author if brought else by


def _parts(visit: uuid.UUID, photo: uuid.UUID, envelope: bytes, author: Cadre) -> Answer:
    """Send it as the phone would, from where it broke off."""
    answer = photos.have(visit, photo, by=author)
    for _try in _limited(len(envelope)):
        here = answer.more.get("have")
        if not isinstance(here, int):
            break
        # An empty last part: all is here, and perhaps being opened by another request.
        chunk = envelope[here : here + photos.LONGEST_PART]
        answer = photos.take(visit, photo, chunk, offset=here, total=len(envelope), by=author)
    return answer if answer.more.get("have") == photos.KEPT else Answer(422, answer.state, answer.more)


def _limited(size: int) -> Iterator[int]:
    return iter(range(4 * (size // photos.LONGEST_PART + 1)))
