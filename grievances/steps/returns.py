"""How often an answer was taken back: the second time, its coordinator decides what that calls for."""

from typing import TYPE_CHECKING

from grievances import models
from grievances.workflow import ANSWERED, State, Verb

from .step import Step

if TYPE_CHECKING:
    from grievances.models import Event, Opinion

_ANSWERED = {*ANSWERED, State.CLOSED}
_BACK = {State.HANDLING, State.COLLECTED}
# Not because the answer was no good, but because of who holds the case.
_NO_RETURN = {Verb.TAKE_AWAY, Verb.NAME_ACCUSED}
TWICE = 2


def came_back(opinion: "Opinion", done: Step) -> None:
    """Note that an answer is taken back: by its own head or by whoever it didn't satisfy. From the second time on
    the case waits for the coordinator."""
    times = 1 + sum(map(_is_return, opinion.file.rows(models.Event)))
    if times >= TWICE:
        opinion.back_twice = True
        done.details |= {"returns": times}


def _is_return(event: "Event") -> bool:
    return event.from_state in _ANSWERED and event.to_state in _BACK and event.verb not in _NO_RETURN
