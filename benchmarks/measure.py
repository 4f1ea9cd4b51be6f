"""Timing one operation: by two connections at once, each of them turn and turn about with the floor."""

import sys
import threading
import time
from dataclasses import asdict, dataclass, field

from django.db import connection

from benchmarks.client import Answer, Ask, Browser, Unexpected
from benchmarks.counting import HEADER
from benchmarks.operations import Operation
from benchmarks.stats import percentile

_CONNECTIONS = 2
_WARM = 3
# A new connection may end at the other worker: over many of them no worker is favoured.
_RECONNECT_AFTER = 10
_LEAST = 5


@dataclass(frozen=True)
class Effort:
    """How often an operation is done, and after how many seconds it is enough."""

    times: int = 100
    seconds: float = 20


@dataclass
class Samples:
    """Milliseconds of the real pages and of their floor, and the bytes of the last answer."""

    real: list[float] = field(default_factory=list)
    floor: list[float] = field(default_factory=list)
    bytes: int = 0


@dataclass(frozen=True)
class Result:
    """One line of the table."""

    name: str
    p50_ms: float
    p95_ms: float
    queries: int
    bytes: int
    floor: float
    ratio: float
    goal: float | None
    met: bool | None
    n: int
    note: str = ""

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def ask(browser: Browser, what: Ask) -> Answer:
    """Send it. Raises Unexpected for another answer than it must have."""
    answer = browser.send(what)
    if answer.status != what.expected:
        raise Unexpected(f"{what.method} {what.path}: {answer.status} instead of {what.expected}")
    return answer


class Pair:
    """One connection to the site and one to the floor, used in turns by one thread."""

    def __init__(self, operation: Operation, ports: tuple[int, int]) -> None:
        self.operation = operation
        self.real = Browser(ports[0], dict(operation.cookies))
        self.floor = Browser(ports[1])
        self.samples = Samples()

    def warm_up(self) -> None:
        """Only what can be repeated: a step uses its case up."""
        for n in range(_WARM):
            if self.operation.most is None:
                ask(self.real, self.operation.prepare(self.real, n))
            ask(self.floor, self.operation.floor(n))

    def turn(self, n: int, *, real_first: bool) -> None:
        for real in (real_first, not real_first):
            if real:
                answer = ask(self.real, self.operation.prepare(self.real, n))
                self.samples.real.append(answer.milliseconds)
                self.samples.bytes = len(answer.body)
            else:
                self.samples.floor.append(ask(self.floor, self.operation.floor(n)).milliseconds)

    def run(self, numbers: range, until: float) -> None:
        self.warm_up()
        for turn, n in enumerate(numbers):
            if turn % _RECONNECT_AFTER == 0:
                self.real.reconnect()
                self.floor.reconnect()
            self.turn(n, real_first=turn % 2 == 0)
            if time.monotonic() > until and turn >= _LEAST:
                return


def measured(operation: Operation, ports: tuple[int, int], effort: Effort, *, first: int = 0) -> Samples:
    """The samples of both connections. ``first`` leaves the first cases out, which the counting pass used."""
    times = effort.times if operation.most is None else min(effort.times, operation.most - first)
    pairs = [Pair(operation, ports) for _ in range(_CONNECTIONS)]
    until = time.monotonic() + effort.seconds
    failed: list[Exception] = []

    def work(which: int) -> None:
        try:
            pairs[which].run(range(first + which, first + times, _CONNECTIONS), until)
        except Exception as error:  # reported by the thread that waits
            failed.append(error)
        finally:
            connection.close()  # this thread's own, by which it made sessions

    threads = [threading.Thread(target=work, args=[which]) for which in range(_CONNECTIONS)]
    sys.setswitchinterval(0.0005)  # so that one thread's reading of a form doesn't hold up the other's clock
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return Samples(
        [one for pair in pairs for one in pair.samples.real],
        [one for pair in pairs for one in pair.samples.floor],
        max(pair.samples.bytes for pair in pairs),
    )


def counted(operation: Operation, port: int) -> int:
    """How many queries it takes, once everything is warm; a step is done once for it."""
    browser = Browser(port, dict(operation.cookies))
    try:
        for n in range(1 if operation.most is not None else 2):
            answer = ask(browser, operation.prepare(browser, n))
        return int(answer.headers[HEADER.lower()])
    finally:
        browser.close()


def result(operation: Operation, samples: Samples, queries: int) -> Result:
    real, floor = percentile(samples.real, 0.5), percentile(samples.floor, 0.5)
    ratio = round(real / floor, 2)
    return Result(
        name=operation.name,
        p50_ms=round(real, 2),
        p95_ms=round(percentile(samples.real, 0.95), 2),
        queries=queries,
        bytes=samples.bytes,
        floor=round(floor, 2),
        ratio=ratio,
        goal=operation.goal,
        met=None if operation.goal is None else ratio <= operation.goal,
        n=len(samples.real),
        note=operation.note,
    )
