"""A real Chromium against a real server on the sample district."""

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django import DjangoDbBlocker

from tests import database
from tests.browser.site import DESKTOP, PASSWORD, served
from tests.browser.tour import tour
from tests.browser.watch import Watch
from tests.plugin import server

expect.set_options(timeout=10_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("there is no Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def _site(name: str, blocker: DjangoDbBlocker) -> Iterator[str]:
    with blocker.unblock(), served(f"{database.own()}_{name}") as address:
        database.use(database.own())
        yield address


@pytest.fixture(scope="session")
def quiet_site(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The sample, only read: its numbers stay what they are."""
    yield from _site("quiet", django_db_blocker)


@pytest.fixture(scope="session")
def busy_all_along(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """What ``busy_site`` is for the whole run."""
    yield from _site("busy", django_db_blocker)


@pytest.fixture
def busy_site(busy_all_along: str) -> str:
    """The sample, worked on. What people have chosen for their desks in another test is forgotten, and their phones."""
    for table in ("grievances_desksettings", "grievances_phone"):
        server.execute(f"DELETE FROM {table}", database=f"{database.own()}_busy")
    return busy_all_along


class People:
    """Opens the site as somebody; every page opened is watched, and must be calm at the end."""

    def __init__(self, browser: Browser, sessions: dict[tuple[str, str], list]) -> None:
        self.browser = browser
        self.sessions = sessions
        self.contexts: list[BrowserContext] = []
        self.watches: dict[BrowserContext, Watch] = {}

    def open(
        self,
        address: str,
        account: str,
        language: str = "zh-hans",
        size: dict[str, int] = DESKTOP,
        meant: str = "",
        **options: object,
    ) -> Page:
        """A page of a new browser window in which ``account`` is signed in; nobody, if it is empty. The console may say what
        matches ``meant``."""
        context = self.browser.new_context(base_url=address, viewport=size, **options)
        context.add_cookies([{"name": "django_language", "value": language, "url": address}])
        watch = Watch(address, language)
        if meant:
            watch.meant.append(meant)
        watch.over(context)
        self.contexts.append(context)
        self.watches[context] = watch
        page = context.new_page()
        if not account:
            return page
        if (address, account) not in self.sessions:
            sign_in(page, account)
            self.sessions[address, account] = context.cookies()
        context.add_cookies([one for one in self.sessions[address, account] if one["name"] == "session"])
        return page

    def look(self, page: Page) -> None:
        """Check the page as it stands: width, headings, translation."""
        self.watches[page.context].look(page)

    def finish(self) -> None:
        for context in self.contexts:
            context.close()
        for watch in self.watches.values():
            watch.assert_calm()


def sign_in(page: Page, account: str, password: str = PASSWORD) -> None:
    page.goto("/sign-in/")
    page.locator("#id_username").fill(account)
    page.locator("#id_password").fill(password)
    page.locator("#id_password").press("Enter")
    expect(page.locator("#id_password")).to_have_count(0)


@pytest.fixture(scope="session")
def sessions() -> dict[tuple[str, str], list]:
    """Cookies of those who signed in before."""
    return {}


@pytest.fixture
def people(chromium: Browser, sessions: dict[tuple[str, str], list]) -> Iterator[People]:
    them = People(chromium, sessions)
    yield them
    them.finish()


@pytest.fixture(scope="session")
def examined() -> set[str]:
    """Kinds of pages that were looked at closely, by whoever reached them first."""
    return set()


@pytest.fixture(scope="session")
def tours() -> Callable[[Page, str], dict[str, str]]:
    """The pages of an account, found once."""
    known: dict[str, dict[str, str]] = {}

    def of(page: Page, account: str) -> dict[str, str]:
        if account not in known:
            known[account] = tour(page.request)
        return known[account]

    return of
