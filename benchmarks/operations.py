"""What is measured: an operation of the site, and the bare view that it is held against."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.client import Ask, Browser
from benchmarks.facts import Facts

HELLO, LIST = Ask("/hello/"), Ask("/list/")

# What is asked the n-th time. What must come before it, such as opening the form, is done in here, untimed.
Prepare = Callable[[Browser, int], Ask]


@dataclass(frozen=True)
class Operation:
    """One thing that people do; ``goal`` is the most that its p50 may be, in times of its floor's."""

    name: str
    prepare: Prepare
    floor: Callable[[int], Ask]
    goal: float | None = None
    cookies: dict[str, str] = field(default_factory=dict)
    # How many times it can be done, where each time uses something up.
    most: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Site:
    """The served site and what its database holds."""

    facts: Facts
    port: int
    password: str
    # How often a step is to be done, at most.
    steps: int
    # A pattern for the names of the operations that are wanted.
    only: str = ""

    def wants(self, name: str) -> bool:
        return re.search(self.only, name) is not None

    def page(self, cookies: dict[str, str], path: str) -> tuple[str, str]:
        """(address, text) of the page that a path leads to."""
        browser = Browser(self.port, dict(cookies))
        try:
            address, answer = browser.follow(path)
            return address, answer.text
        finally:
            browser.close()


def bare_detail(number: str) -> Ask:
    return Ask(f"/detail/{number}/")


def bare_update(number: str) -> Ask:
    return Ask(f"/update/{number}/", [], 302)


def bare_updates(cases: list[int]) -> Ask:
    """Many rows at once, by their ids."""
    return Ask(f"/updates/{'-'.join(map(str, cases))}/", [], 302)
