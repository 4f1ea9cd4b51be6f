"""Which steps can be done on many cases at once, and by whom."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Model

from grievances.desk.queues import Queue, states_of
from grievances.models import Category, CommonProblem
from grievances.workflow import TRANSITIONS, Verb
from villages.models import Cadre, Role, Unit

# Whoever may do it on some case; on which, the verb itself decides.
_ROLES: dict[Verb, set[str]] = {
    Verb.ASSIGN: {Role.COORDINATOR},
    Verb.TRANSFER: {Role.HEAD, Role.HANDLER},
    Verb.REASSIGN: {Role.COORDINATOR},
    Verb.RECATEGORISE: {Role.COORDINATOR},
    Verb.SUPERVISE: {Role.LEADER, Role.COORDINATOR},
    Verb.JOIN: {Role.HEAD, Role.COORDINATOR},
    Verb.RESOLVE: {Role.HEAD, Role.HANDLER},
    Verb.EXPLAIN: {Role.HEAD, Role.HANDLER},
    Verb.TELL: {Role.HEAD, Role.HANDLER, Role.COORDINATOR},
}
# One text for many is an answer only where they have one cause: asked for from a common problem.
_FROM_A_PROBLEM = frozenset({Verb.RESOLVE, Verb.EXPLAIN})
_ROWS: dict[str, type[Model]] = {
    "unit": Unit,
    "person": Cadre,
    "category": Category,
    "problem": CommonProblem,
}


def verb_for(cadre: Cadre, name: str) -> Verb | None:
    """The verb by this name, if the cadre may order it at all."""
    return next((verb for verb in _ROLES if verb.value == name and cadre.roles & _ROLES[verb]), None)


def offered(cadre: Cadre, queue: Queue) -> list[Verb]:
    """What may be done on many cases of a queue: nothing that none of them is in the state for."""
    fitting = (verb for verb in _of(cadre) if TRANSITIONS[verb].sources & states_of(queue))
    return [verb for verb in fitting if verb not in _FROM_A_PROBLEM]


def offered_in_problem(cadre: Cadre) -> list[Verb]:
    """The answers that may be given to all cases of a common problem at once."""
    return [verb for verb in _of(cadre) if verb in _FROM_A_PROBLEM]


def _of(cadre: Cadre) -> Iterable[Verb]:
    return (verb for verb, roles in _ROLES.items() if cadre.roles & roles)


def kept(arguments: dict[str, object]) -> dict[str, object]:
    """A verb's arguments as an order keeps them."""
    return {name: _plain(value) for name, value in arguments.items()}


def _plain(value: object) -> object:
    if isinstance(value, CommonProblem) and value.pk is None:
        return {"key": str(value.key), "title": value.title}
    if isinstance(value, Model):
        return value.pk
    return value.isoformat() if isinstance(value, date) else value


def restored(arguments: dict[str, object]) -> dict[str, object]:
    """What the verb takes, with people and units as they are by now."""
    return {name: _read(name, value) for name, value in arguments.items()}


def _read(name: str, value: object) -> object:
    if name in ("due", "planned_for") and value is not None:
        return date.fromisoformat(value)
    if name == "problem" and isinstance(value, dict):
        return CommonProblem(key=UUID(value["key"]), title=value["title"])
    if name in _ROWS and value is not None:
        return _ROWS[name].objects.get(pk=value)
    return value
