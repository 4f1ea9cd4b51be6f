"""The people of the load test: each with a connection, pages to read and work to do."""

import threading
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from benchmarks import people
from benchmarks.client import Answer, Ask, Browser
from benchmarks.facts import Facts
from benchmarks.pages import form_of
from benchmarks.steps import fill_assign, fill_visit, fill_words, step_path
from grievances.workflow import State
from villages.models import Cadre

_CONFLICT, _DONE = 409, 302
_COORDINATORS, _HANDLERS, _VISITORS, _LEADERS = 6, 6, 4, 4
CROWD = _COORDINATORS + _HANDLERS + _VISITORS + _LEADERS
# Cases that several people write remarks on at once, so that they get into each other's way.
_SHARED = 5
_MOST_CASES = 4000

# The next form to open, and how it is filled in; "assign", or whatever else it is counted as.
Task = tuple[str, str, Callable]


@dataclass
class Person:
    """Somebody at work. What happened is kept in lists that only this person's thread writes to."""

    cadre: Cadre
    reads: dict[str, str]
    tasks: Callable[[Random], Task] | None
    dice: Random
    took: list[tuple[str, float]] = field(default_factory=list)
    acknowledged: list[uuid.UUID] = field(default_factory=list)
    refused: list[uuid.UUID] = field(default_factory=list)
    conflicts: int = 0
    errors: list[str] = field(default_factory=list)

    def begin(self, port: int) -> None:
        self.browser = Browser(port, people.cookies(self.cadre))

    def act(self, share: float) -> None:
        """One thing: a step with this probability, else a page."""
        try:
            if self.tasks and self.dice.random() < share:
                self._step(*self.tasks(self.dice))
            else:
                kind = self.dice.choice(list(self.reads))
                self._sent(kind, Ask(self.reads[kind]))
        except Exception as error:  # whatever goes wrong is counted, and the person goes on
            self.errors.append(f"{type(error).__name__}: {error}")
            self.browser.close()

    def _sent(self, kind: str, ask: Ask) -> Answer:
        answer = self.browser.send(ask)
        self.took.append((kind, answer.milliseconds))
        if answer.status not in (200, _DONE, _CONFLICT):
            self.errors.append(f"{ask.method} {ask.path}: {answer.status}")
        return answer

    def _step(self, kind: str, path: str, fill: Callable) -> None:
        asked = self._sent("open a form", Ask(path))
        if asked.status != 200:
            # Somebody else was quicker: the page says what the case is by now.
            self.conflicts += asked.status == _CONFLICT
            return
        form = form_of(asked.text, path)
        answer = self._sent(kind, Ask(path, fill(form)))
        key = uuid.UUID(form.fields["key"])
        if answer.status == _DONE:
            self.acknowledged += [key] if kind != "visit" else [uuid.uuid5(key, "0"), uuid.uuid5(key, "1")]
        else:
            self.refused.append(key)
            self.conflicts += answer.status == _CONFLICT


class Crowd:
    """Twenty people, and the work that they share."""

    def __init__(self, facts: Facts, seed: int) -> None:
        self.facts, self.seed = facts, seed
        self._lock = threading.Lock()
        self._to_dispatch = deque(number for _cadre, number in people.to_dispatch(_MOST_CASES))
        self._shared = [one.number for one in people.waiting(State.HANDLING, _SHARED)]
        self._held: dict[Cadre, deque[str]] = {}
        for cadre, number in people.held(State.ASSIGNED, _MOST_CASES):
            self._held.setdefault(cadre, deque()).append(number)

    def people(self) -> list[Person]:
        made = [*self._coordinators(), *self._handlers(), *self._visitors(), *self._leaders()]
        return [Person(*one, Random(f"{self.seed}-{n}")) for n, one in enumerate(made)]

    def _coordinators(self) -> list[tuple]:
        coordinator = people.account("coordinator")
        return [(coordinator, self._pages("/desk/", board=True), self._assign)] * _COORDINATORS

    def _handlers(self) -> list[tuple]:
        busiest = sorted(self._held, key=lambda cadre: -len(self._held[cadre]))[:_HANDLERS]
        return [(one, self._pages("/desk/", board=False), self._accept(one)) for one in busiest]

    def _visitors(self) -> list[tuple]:
        doors = people.doors(_VISITORS)
        return [(one, {"home": "/visits/", "list": "/opinions/"}, self._visit(house)) for one, house in doors]

    def _leaders(self) -> list[tuple]:
        return [(people.account("leader"), self._pages("/dashboard/", board=True), None)] * _LEADERS

    def _pages(self, home: str, *, board: bool) -> dict[str, str]:
        pages = {"home": home, "list": "/opinions/", "narrowed list": "/opinions/?state=handling"}
        if board:
            pages["dashboard"] = f"/dashboard/{self.facts.town}/"
            pages["case"] = f"/opinions/{self.facts.cases[0]}/"
        return pages

    def _next(self, waiting: deque[str]) -> str | None:
        with self._lock:
            return waiting.popleft() if waiting else None

    def _assign(self, dice: Random) -> Task:
        """Half of the time a case to dispatch, else a remark on one that others write on too."""
        number = self._next(self._to_dispatch) if dice.random() < 0.5 else None
        if number:
            return "assign", step_path(number, "assign"), fill_assign
        return "remark", step_path(dice.choice(self._shared), "remark"), fill_words

    def _accept(self, cadre: Cadre) -> Callable[[Random], Task]:
        mine = list(self._held[cadre])

        def task(dice: Random) -> Task:
            number = self._next(self._held[cadre])
            if number:
                return "accept", step_path(number, "accept"), fill_words
            return "remark", step_path(dice.choice(mine), "remark"), fill_words

        return task

    def _visit(self, household: int) -> Callable[[Random], Task]:
        def fill(form: object) -> list[tuple[str, str]]:
            return fill_visit(form, self.facts.category)

        return lambda dice: ("visit", f"/households/{household}/visit/", fill)
