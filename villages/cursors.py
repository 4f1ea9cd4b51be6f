"""A position in an ordered list, written so that it can stand in an address.

``7f3a~20260301T080000.123456Z~1234``, sealed: a mark of the ordering, then the value of each of its columns. Sealed,
as the moment of a row may be hidden on its page, and as a position that anybody may invent would ask when a row was
written. What doesn't fit the ordering to the letter is no position: an address can't ask about other columns.
"""

import re
import zlib
from collections.abc import Callable
from datetime import UTC, date, datetime

from django.db.models import (
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    Field,
    IntegerField,
    Model,
    TextField,
)

from villages.keyset import Key, Position
from villages.sealing import seal, unseal

PURPOSE = "a row's place in a list"
_MOMENT = "%Y%m%dT%H%M%S.%fZ"
_SHAPES = {
    "moment": re.compile(r"\d{8}T\d{6}\.\d{6}Z", re.ASCII),
    "day": re.compile(r"\d{8}", re.ASCII),
    "number": re.compile(r"-?\d{1,19}", re.ASCII),
    "flag": re.compile(r"[01]"),
    "words": re.compile(r"_[^\0\ud800-\udfff]*", re.DOTALL),
}


def written(keys: tuple[Key, ...], row: Model) -> str:
    """The position of a row."""
    values = [_written(key.field, key.value_in(row)) for key in keys]
    return seal("~".join([_mark(keys, type(row)), *values]), purpose=PURPOSE)


def read(keys: tuple[Key, ...], text: str, model: type[Model]) -> Position | None:
    """The position that the text gives; None if it is broken, or belongs to another ordering."""
    mark, *parts = (unseal(text, purpose=PURPOSE) or "").split("~")
    if mark != _mark(keys, model) or len(parts) != len(keys):
        return None
    try:
        return tuple(_read(key, part) for key, part in zip(keys, parts, strict=True))
    except ValueError:
        return None


def _mark(keys: tuple[Key, ...], model: type[Model]) -> str:
    ordering = " ".join([model._meta.label, *(key.term() for key in keys)])
    return f"{zlib.crc32(ordering.encode()) & 0xFFFF:04x}"


def _kind(field: Field) -> str:
    kinds = {
        BooleanField: "flag",
        IntegerField: "number",
        DateTimeField: "moment",
        DateField: "day",
        CharField: "words",
        TextField: "words",
    }
    kind = next((name for known, name in kinds.items() if isinstance(field, known)), None)
    if kind is None:
        raise TypeError(f"A list can't be paged by a {type(field).__name__}.")
    return kind


def _written(field: Field, value: object) -> str:
    if value is None:
        return ""
    writers: dict[str, Callable[[object], str]] = {
        "moment": lambda moment: _moment(moment.astimezone(UTC)),
        "day": lambda day: day.isoformat().replace("-", ""),
        "number": lambda number: str(int(number)),
        "flag": lambda flag: str(int(flag)),
        "words": lambda words: "_" + words.replace("!", "!0").replace("~", "!1"),
    }
    return writers[_kind(field)](value)


def _moment(moment: datetime) -> str:
    # strftime leaves the zeros of early years away.
    return f"{moment.year:04d}{moment:%m%dT%H%M%S.%fZ}"


def _read(key: Key, text: str) -> object:
    if not text:
        if not key.nullable:
            raise ValueError("a value is missing")
        return None
    kind = _kind(key.field)
    if not _SHAPES[kind].fullmatch(text):
        raise ValueError(f"this is no {kind}")
    return _READERS[kind](text)


def _whole(text: str) -> int:
    number = int(text)
    if not -(2**63) <= number < 2**63:
        raise ValueError("more than a column holds")
    return number


def _day(text: str) -> date:
    return datetime.strptime(text, "%Y%m%d").date()


_READERS: dict[str, Callable[[str], object]] = {
    "moment": lambda text: datetime.strptime(text, _MOMENT).replace(tzinfo=UTC),
    "day": _day,
    "number": _whole,
    "flag": lambda text: text == "1",
    "words": lambda text: text[1:].replace("!1", "~").replace("!0", "!"),
}
