"""What a phone sends as JSON, read within limits: nothing odd gets past here."""

import json
from collections.abc import Iterator
from hashlib import sha256
from math import isfinite

from django.core.exceptions import BadRequest

from config.bad_input import can_be_stored

LONGEST = 2 * 1024 * 1024  # bytes
_DEEPEST = 12
_MOST_PARTS = 100_000  # a list of nothings takes thirty times the room of its text
_LARGEST = 2**63 - 1


class Unreadable(BadRequest):
    """Not what a phone sends; says what is odd about it."""


def read(raw: bytes, *, longest: int = LONGEST) -> dict[str, object]:
    """An object of JSON. Raises Unreadable: too long, too deep, with numbers or signs that can't be stored."""
    if len(raw) > longest:
        raise Unreadable("too long")
    if sum(raw.count(sign) for sign in (b",", b"[", b"{")) > _MOST_PARTS:
        raise Unreadable("too many parts")
    try:
        found = json.loads(raw.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Unreadable("no JSON") from error
    if not isinstance(found, dict):
        raise Unreadable("no object")
    for value in _within(found):
        _check(value)
    return found


def digest(told: object) -> str:
    """By which a phone says what it holds already: another one with whatever it is told."""
    return sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _within(found: dict[str, object]) -> Iterator[object]:
    """Every value and every name in it."""
    level: list[object] = [found]
    for _depth in range(_DEEPEST):
        deeper: list[object] = []
        for value in level:
            inner = [*value.keys(), *value.values()] if isinstance(value, dict) else value
            deeper += inner if isinstance(inner, list) else []
        if not deeper:
            return
        yield from deeper
        level = deeper
    raise Unreadable("too deep")


def _check(value: object) -> None:
    if isinstance(value, str) and not can_be_stored(value):
        raise Unreadable("characters that can't be stored")
    if isinstance(value, int) and abs(value) > _LARGEST:
        raise Unreadable("a number too large")
    if isinstance(value, float) and not isfinite(value):
        raise Unreadable("a number too large")
