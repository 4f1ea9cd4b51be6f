"""One decision that is a step on many cases – an order, a hand-over, a list of call-backs – and is told of as one."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Occasion:
    """The ``key`` is that of the order or form. Who is in ``told`` hears of what is given to them in another way."""

    key: uuid.UUID
    told: frozenset[int] = frozenset()


_present: ContextVar[Occasion | None] = ContextVar("occasion", default=None)


@contextmanager
def occasion(key: uuid.UUID, *, told: frozenset[int] = frozenset()) -> Iterator[None]:
    """Let all steps within be of one occasion. Again with the same key it is the same one: what was broken off and is
    gone on with stays one thing."""
    token = _present.set(Occasion(key, told))
    try:
        yield
    finally:
        _present.reset(token)


def present() -> Occasion | None:
    """The occasion of the step that is being done; mostly none."""
    return _present.get()
