"""``make bench-figures``: random numbers of dashboards, each against the list that it opens, row by row."""

import sys
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from urllib.parse import urlencode

from benchmarks.client import Browser
from benchmarks.database import Bench, command, parser
from benchmarks.pages import campaigns_on, exact_total, figure_links, next_address, rows_on

_WALKED = 2000  # longer lists are compared by their total only
_OF_A_BOARD = 4
_OLDEST = 400


@dataclass(frozen=True)
class Difference:
    """A number that is not what its list says."""

    board: str
    list: str
    number: int
    total: int | None
    rows: int | None

    def __str__(self) -> str:
        counted = "not counted" if self.rows is None else f"{self.rows} rows"
        return f"{self.board} says {self.number}, {self.list} says {self.total} ({counted})"


def main(arguments: list[str]) -> int:
    options = parser(__doc__)
    options.add_argument("--links", type=int, default=200, help="how many numbers are compared")
    return command(options.parse_args(arguments), _run)


def _run(bench: Bench, given: Namespace) -> int:
    compared, walked, found = _compared(bench, given)
    for difference in found:
        print(difference)
    print(f"{compared} numbers compared with their lists, {walked} of them row by row: {len(found)} differ")
    return 1 if found or not compared else 0


def _compared(bench: Bench, given: Namespace) -> tuple[int, int, list[Difference]]:
    from benchmarks import people
    from benchmarks.serving import SITE, served

    dice = Random(given.seed)
    leader = people.account("leader")
    compared = walked = 0
    found = []
    with served(bench.environment(runtime=True), SITE) as site:
        browser = Browser(site.port, people.cookies(leader))
        for board, href, number in _numbers(browser, _places(leader), dice, given.links):
            total, rows = counted(browser, href)
            compared += 1
            walked += rows is not None
            if total != number or rows not in (None, number):
                found.append(Difference(board, href, number, total, rows))
    return compared, walked, found


def _places(leader: object) -> list[str]:
    """The leader's district, its towns and villages."""
    from villages.models import Level, Region

    code = leader.posts_in_force[0].region_id
    levels = [Level.DISTRICT, Level.TOWN, Level.VILLAGE]
    return list(Region.objects.within(code).filter(level__in=levels).values_list("code", flat=True))


def _numbers(browser: Browser, places: list[str], dice: Random, most: int) -> Iterator[tuple[str, str, int]]:
    """(dashboard, list, number) of random places, days and campaigns; a few of each dashboard."""
    done = 0
    while done < most:
        board = _board(browser, dice, dice.choice(places))
        links = figure_links(browser.page(board))
        for href, number in dice.sample(links, min(_OF_A_BOARD, len(links), most - done)):
            done += 1
            yield board, href, number


def _board(browser: Browser, dice: Random, place: str) -> str:
    """A dashboard of the place: of one of its campaigns, today or on a past day."""
    plain = f"/dashboard/{place}/"
    campaigns = campaigns_on(browser.page(plain))
    asked = {"campaign": dice.choice(campaigns)} if campaigns else {}
    if dice.random() < 0.7:
        asked["as_of"] = date.today() - timedelta(days=dice.randint(1, _OLDEST))
    return f"{plain}?{urlencode(asked)}" if asked else plain


def counted(browser: Browser, href: str) -> tuple[int | None, int | None]:
    """The total that a list says, and its rows over all pages; None where they are too many to walk."""
    page, path = browser.page(href), href
    total = exact_total(page)
    if total is None or total > _WALKED:
        return total, None
    rows = rows_on(page)
    while (further := next_address(page, path)) is not None and rows <= _WALKED:
        page, path = browser.page(further), further
        rows += rows_on(page)
    return total, rows


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
