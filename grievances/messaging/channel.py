"""A channel, by which a message leaves the program: an object with a name that takes a message, or raises."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from villages.models import Cadre

# Kept with the delivery as they are, and translated when they are read.
NOT_REACHED = "the gateway can't be reached"
ANSWERED = "the gateway answered"
_READ = {NOT_REACHED: _("the gateway can't be reached"), ANSWERED: _("the gateway answered")}


class NotSent(Exception):
    """A channel could not pass on a message; says why, without anything of the message."""


@dataclass(frozen=True)
class Line:
    """One thing told: the number of a case, or nothing for a list; what to do; the whole address."""

    kind: str
    number: str
    what: str
    address: str


@dataclass(frozen=True)
class Message:
    """What one cadre is told at once. The ``key`` is the same when it is sent again."""

    key: str
    to: Cadre
    language: str
    subject: str
    lines: tuple[Line, ...]
    text: str


class Channel(ABC):
    """A way out. ``reaches`` says whether a cadre can be told by it."""

    name: str

    @abstractmethod
    def reaches(self, cadre: Cadre) -> bool: ...

    @abstractmethod
    def send(self, message: Message) -> None:
        """Pass the message on. Raises NotSent."""


def why_not_sent(said: str) -> str:
    """What a ``NotSent`` said, in the reader's language, as far as the words are ours."""
    kind, colon, words = said.rpartition(": ")
    told, space, status = words.rpartition(" ")
    if words == NOT_REACHED:
        return f"{kind}{colon}{_READ[words]}"
    return f"{_READ[told]}{space}{status}" if told == ANSWERED else said
