"""A packet as it comes from a phone, and what is in it, each value of the type that the rules expect."""

import json
import re
import uuid
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from grievances.attachments.files import MOST_FILES
from grievances.digests import digest_of_arguments
from grievances.forms.fields import TEXT_LIMIT
from grievances.forms.opinion import UNKNOWN
from grievances.forms.visit import MOST_OPINIONS
from grievances.phones import envelope, wire
from grievances.visits.visiting import MOST_EARLIER

SCHEMA = 1
VISIT, ANONYMOUS = "visit", "anonymous"
LONGEST = 512 * 1024  # bytes of a packet; the contents of the longest visit are a fifth of it
_MOST_LOOKS = 2 * MOST_EARLIER
_MOST_CADRES = 50
_MOST_ANSWERS = 40
_ACCUSED = re.compile(rf"|{UNKNOWN}|(unit|cadre):[1-9][0-9]{{0,17}}")

Content = dict[str, object]


class NotAPacket(wire.Unreadable):
    """Not what a phone sends, or not sealed for this server."""


class Malformed(Exception):
    """Something in a content is not of its type; ``field`` says what."""

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(field)


@dataclass(frozen=True)
class Packet:
    """One visit, or one anonymous opinion, sealed; ``clock`` is the phone's when it was sent."""

    id: uuid.UUID
    kind: str
    clock: int
    key_id: str
    sealed_key: str
    iv: str
    sealed: str

    @classmethod
    def read(cls, data: object) -> "Packet":
        """Raises NotAPacket."""
        try:
            found = _checked(data, _PACKET, "")
        except Malformed as error:
            raise NotAPacket(f"{error.field or 'packet'}: not as a phone sends it") from error
        if found.pop("schema") != SCHEMA:
            raise NotAPacket("schema: unknown to this server")
        return cls(**found)

    def key(self) -> bytes:
        """The key of the draft. Raises NotAPacket."""
        try:
            return envelope.open_key(self.key_id, self.sealed_key)
        except envelope.EnvelopeError as error:
            raise NotAPacket("not sealed for this server") from error

    def key_text(self) -> str:
        """The key, as a script reads it. Raises NotAPacket."""
        return b64encode(self.key()).decode()

    def open(self) -> Content:
        """What was sealed. Raises NotAPacket."""
        key = self.key()
        try:
            raw = envelope.open_sealed(key, self.iv, self.sealed, str(self.id), longest=LONGEST)
        except envelope.EnvelopeError as error:
            raise NotAPacket("not sealed for this server") from error
        return wire.read(raw, longest=LONGEST)


def checked_visit(content: Content) -> Content:
    """A visit's content with all its parts. Raises Malformed."""
    found = _checked(content, _VISIT, "")
    for name, own in (("opinions", "id"), ("looks", "number")):
        # The second under one name would be taken for the first that came again.
        if len({one[own] for one in found[name]}) < len(found[name]):
            raise Malformed(name)
    return found


def checked_anonymous(content: Content) -> Content:
    """The content of an anonymous opinion. Raises Malformed."""
    return _checked(content, _ANONYMOUS, "")


def digest_of(content: Content) -> str:
    """Of all that a content says, to know it again."""
    return digest_of_arguments({"content": json.dumps(content, sort_keys=True, ensure_ascii=False)})


@dataclass(frozen=True)
class _Part:
    """How a value is read, and what it is where it isn't there; without ``left_out`` it must be there."""

    read: Callable[[object, str], object]
    left_out: object = ...


def _checked(data: object, parts: dict[str, _Part], where: str) -> Content:
    if not isinstance(data, dict):
        raise Malformed(where)
    found: Content = {}
    for name, part in parts.items():
        at = f"{where}.{name}" if where else name
        if name in data:
            found[name] = part.read(data[name], at)
        elif part.left_out is ...:
            raise Malformed(at)
        else:
            found[name] = part.left_out
    return found


def _text(longest: int) -> Callable[[object, str], str]:
    def read(value: object, where: str) -> str:
        if not isinstance(value, str) or len(value) > longest:
            raise Malformed(where)
        return value

    return read


def _accused(value: object, where: str) -> str:
    """Whom it complains about, in one way of writing: it is compared as a text."""
    if not _ACCUSED.fullmatch(_text(40)(value, where)):
        raise Malformed(where)
    return value


def _number(value: object, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise Malformed(where)
    return value


def _few(value: object, where: str) -> int:
    if not 0 <= _number(value, where) <= MOST_OPINIONS:
        raise Malformed(where)
    return value


def _moment(value: object, where: str) -> int:
    # A phone's clock can have parts of a millisecond.
    return _number(round(value) if isinstance(value, float) else value, where)


def _truth(value: object, where: str) -> bool:
    if not isinstance(value, bool):
        raise Malformed(where)
    return value


def _identity(value: object, where: str) -> uuid.UUID:
    try:
        return uuid.UUID(_text(36)(value, where))
    except ValueError as error:
        raise Malformed(where) from error


def _one_of(*known: str) -> Callable[[object, str], str]:
    def read(value: object, where: str) -> str:
        if value not in known:
            raise Malformed(where)
        return value

    return read


def _day(value: object, where: str) -> date:
    try:
        return date.fromisoformat(_text(10)(value, where))
    except ValueError as error:
        raise Malformed(where) from error


def _or_none(read: Callable[[object, str], object]) -> Callable[[object, str], object]:
    return lambda value, where: None if value is None else read(value, where)


def _several(read: Callable[[object, str], object], most: int) -> Callable[[object, str], list[object]]:
    def read_all(value: object, where: str) -> list[object]:
        if not isinstance(value, list) or len(value) > most:
            raise Malformed(where)
        return [read(one, f"{where}.{n}") for n, one in enumerate(value)]

    return read_all


def _answers(value: object, where: str) -> dict[str, str]:
    """What was answered to a category's questions, by their ids, as a form has it."""
    if not isinstance(value, dict) or len(value) > _MOST_ANSWERS:
        raise Malformed(where)
    found = {}
    for name, answer in value.items():
        if not (name.isascii() and name.isdigit()) or len(name) > 18:
            raise Malformed(where)
        if isinstance(answer, bool):
            answer = "yes" if answer else "no"
        found[name] = _text(1000)(str(answer) if isinstance(answer, int) else answer, f"{where}.{name}")
    return found


def _inner(parts: dict[str, _Part]) -> Callable[[object, str], Content]:
    return lambda value, where: _checked(value, parts, where)


_PACKET = {
    "schema": _Part(_number),
    "id": _Part(_identity),
    "kind": _Part(_one_of(VISIT, ANONYMOUS)),
    "key_id": _Part(_text(40)),
    "sealed_key": _Part(_text(2000)),
    "iv": _Part(_text(24)),
    "sealed": _Part(_text(LONGEST)),
    "clock": _Part(_moment),
}
_PHOTO = {
    "id": _Part(_identity),
    "size": _Part(_number),
    "digest": _Part(_text(64)),
}
# Longer than the forms take: what is too long there is told in words.
_WORDS = {
    "text": _Part(_text(4 * TEXT_LIMIT)),
    "category": _Part(_or_none(_number), None),
    "particulars": _Part(_answers, {}),
    "kind": _Part(_text(20), "request"),
    "urgency": _Part(_text(20), "normal"),
    "accused": _Part(_accused, ""),
    "people": _Part(_number, 1),
}
_OPINION = _WORDS | {
    "id": _Part(_identity),
    "informant": _Part(_one_of("named", "confidential")),
    "name": _Part(_text(200), ""),
    "telephone": _Part(_text(200), ""),
    "place": _Part(_text(500), ""),
    "on_the_spot": _Part(_truth, False),
    "account": _Part(_text(4 * TEXT_LIMIT), ""),
    "photos": _Part(_several(_inner(_PHOTO), 2 * MOST_FILES), []),
}
_LOOK = {
    "number": _Part(_text(24)),
    "word": _Part(_text(20)),
    "remark": _Part(_text(2000), ""),
}
_VISIT = {
    "cadre": _Part(_number),
    # The identity of the phone on which it was written: sealed, as it proves whose visit it is.
    "phone": _Part(_or_none(_identity), None),
    "household": _Part(_or_none(_number), None),
    "place": _Part(_text(15)),
    "kind": _Part(_text(20), "household"),
    "said_at": _Part(_moment),
    "offset": _Part(_or_none(_moment), None),
    "cadres": _Part(_several(_number, _MOST_CADRES), []),
    "nobody_home": _Part(_truth, False),
    "remarks": _Part(_text(4 * TEXT_LIMIT), ""),
    "anonymous": _Part(_few, 0),
    "looks": _Part(_several(_inner(_LOOK), _MOST_LOOKS), []),
    "opinions": _Part(_several(_inner(_OPINION), MOST_OPINIONS), []),
}
_ANONYMOUS = _WORDS | {
    "cadre": _Part(_number),
    "village": _Part(_text(15)),
    "day": _Part(_day),
}
