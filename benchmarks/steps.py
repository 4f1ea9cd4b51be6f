"""Operations that write: the steps of a case, a visit, signing in. Each time is somebody's real form, once."""

from collections.abc import Callable, Iterator
from urllib.parse import urlencode

from benchmarks import people
from benchmarks.client import Ask, Browser, Unexpected
from benchmarks.operations import HELLO, Operation, Site, bare_update, bare_updates
from benchmarks.pages import Form, form_of
from grievances.workflow import State
from villages.models import Cadre

_GOAL = 4.0
# As many as an order does while the person waits; a connection takes every second of the bundles.
MANY, _APART = 50, 4
_WORDS = "性能测量：已到现场查看，并当面说明情况。"
_TEXT = "性能测量：村口的路灯夜里不亮，出门不方便。"

# The form as it is sent, given the form as the page offers it.
Fill = Callable[[Form], list[tuple[str, str]]]


def writes(site: Site) -> Iterator[Operation]:
    """In this order: visits bring opinions to assign, assigned ones are taken, taken ones are resolved."""
    yield visit(site)
    yield _step("assign", people.to_dispatch(site.steps), fill_assign)
    yield _step("accept", people.held(State.ASSIGNED, site.steps), fill_words)
    yield _resolve(site)
    yield from _many(site)
    yield _export(site)
    yield _sign_in(site)


def opened(browser: Browser, cadre: Cadre, path: str) -> Form:
    """The form of a page, as the cadre gets it."""
    browser.cookies = people.cookies(cadre)
    return form_of(browser.page(path), path)


def fill_words(form: Form) -> list[tuple[str, str]]:
    """Whatever the form asks for in words, said shortly."""
    wanted = {"account", "public", "text", "reason"} & set(form.fields)
    return form.filled(**dict.fromkeys(wanted, _WORDS))


def fill_assign(form: Form) -> list[tuple[str, str]]:
    """The proposed unit, or the first; its head."""
    unit = form.fields.get("unit") or next(filter(None, form.choices["unit"]), "")
    return form.filled(unit=unit, person="")


def fill_visit(form: Form, category: int, *, opinions: int = 2) -> list[tuple[str, str]]:
    """So many opinions, each with what the page fills in by itself."""
    first = {name[3:]: value for name, value in form.fields.items() if name.startswith("o0-")}
    said = first | {"text": _TEXT, "category": str(category), "pick": "other", "informant": "named"}
    blocks = {f"o{n}-{name}": value for n in range(opinions) for name, value in said.items()}
    spare = {name: value for name, value in form.fields.items() if not name.startswith("o__n__")}
    return list((spare | blocks | {"count": str(opinions)}).items())


def step_path(number: str, verb: str) -> str:
    return f"/opinions/{number}/{verb}/"


def _step(verb: str, cases: list[tuple[Cadre, str]], fill: Fill) -> Operation:
    def prepare(browser: Browser, n: int) -> Ask:
        cadre, number = cases[n]
        path = step_path(number, verb)
        return Ask(path, fill(opened(browser, cadre, path)), 302)

    names = {"assign": "assign", "accept": "take (accept)"}
    return _write(names[verb], prepare, [number for _cadre, number in cases], len(cases))


def _write(name: str, prepare: Callable[[Browser, int], Ask], numbers: list[str], most: int) -> Operation:
    return Operation(name, prepare, lambda n: bare_update(numbers[n % len(numbers)]), _GOAL, most=most)


def _resolve(site: Site) -> Operation:
    """The answer: the letter is looked at first, and only the saving is timed."""
    cases = people.held(State.HANDLING, site.steps)

    def prepare(browser: Browser, n: int) -> Ask:
        cadre, number = cases[n]
        path = step_path(number, "resolve")
        answer = browser.send(Ask(path, fill_words(opened(browser, cadre, path))))
        if answer.status != 200:
            raise Unexpected(f"{path}: {answer.status}")
        return Ask(path, form_of(answer.text, path).filled(), 302)

    return _write("resolve", prepare, [number for _cadre, number in cases], len(cases))


def _many(site: Site) -> Iterator[Operation]:
    """Fifty cases put under supervision by one order, beside fifty rows locked and written in one go. The preview
    is looked at first, and only the doing is timed. The cases are written down for it, and come again as they then
    stand: each of two connections has its own."""
    name = f"supervise {MANY} cases at once"
    if not site.wants(name):
        return
    coordinator = people.account("coordinator")
    bundles = [people.written_down(coordinator, MANY) for _n in range(_APART)]

    def prepare(browser: Browser, n: int) -> Ask:
        path = "/many/new/supervise/"
        words = people.boxes(bundles[n % _APART])
        asked = urlencode([("case", word) for word in words])
        browser.cookies = people.cookies(coordinator)
        form = form_of(browser.page(f"{path}?{asked}"), path)
        seen = browser.send(Ask(path, form.filled(text=_WORDS, step="preview")))
        if seen.status != 200:
            raise Unexpected(f"{path}: {seen.status}")
        return Ask(path, form_of(seen.text, path).filled(step="do"), 302)

    floor = [bare_updates(bundle) for bundle in bundles]
    yield Operation(name, prepare, lambda n: floor[n % _APART], most=site.steps)


def visit(site: Site) -> Operation:
    doors = people.doors(site.steps)

    def prepare(browser: Browser, n: int) -> Ask:
        cadre, household = doors[n]
        path = f"/households/{household}/visit/"
        return Ask(path, fill_visit(opened(browser, cadre, path), site.facts.category), 302)

    return _write("log a visit with two opinions", prepare, site.facts.cases, len(doors))


def _export(site: Site) -> Operation:
    """A file to take along; its length is what takes the time: reported, without a goal."""
    path = f"/opinions/export/?{urlencode({'recorded_from': site.facts.recorded_from})}"

    def prepare(browser: Browser, _n: int) -> Ask:
        form = opened(browser, people.account("leader"), path)
        return Ask(path, form.filled(format="csv"))

    return Operation("export of some 10,000 rows (CSV)", prepare, lambda _n: HELLO, most=site.steps)


def _sign_in(site: Site) -> Operation:
    """Most of it is the password's hash, which is slow on purpose: reported, without a goal."""

    def prepare(browser: Browser, _n: int) -> Ask:
        browser.cookies = {}
        form = form_of(browser.page("/sign-in/"), "/sign-in/")
        return Ask("/sign-in/", form.filled(username="handler", password=site.password), 302)

    return Operation("sign in", prepare, lambda _n: HELLO, most=site.steps)
