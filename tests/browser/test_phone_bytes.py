"""What a visitor's phone loads at first, in bytes as they are served: over a slow line each hundred counts."""

import gzip
import re
from html.parser import HTMLParser
from urllib.parse import urljoin
from urllib.request import Request, urlopen

import pytest

from tests.browser.conftest import People

MOST, MOST_OFFLINE = 100_000, 150_000


class Links(HTMLParser):
    """What a page loads by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "script" and given.get("src"):
            self.found.append(given["src"])
        if tag == "link" and given.get("rel") in ("stylesheet", "manifest", "apple-touch-icon"):
            self.found.append(given["href"])
        if tag == "img" and given.get("src"):
            self.found.append(given["src"])


class Phone:
    """Loads as a phone does that has nothing yet; over http no browser asks for brotli, so that is the dearest way."""

    def __init__(self, site: str, cookie: str) -> None:
        self.site, self.cookie = site, cookie
        self.sizes: dict[str, int] = {}

    def load(self, address: str) -> str:
        """The text of ``address``; its bytes on the line are added up, once."""
        whole = urljoin(self.site, address)
        asked = Request(whole, headers={"Cookie": self.cookie, "Accept-Encoding": "gzip"})  # noqa: S310
        with urlopen(asked, timeout=30) as answer:  # noqa: S310 – our own server
            body = answer.read()
            packed = answer.headers.get("Content-Encoding") == "gzip"
        self.sizes[whole.removeprefix(self.site)] = len(body)
        return (gzip.decompress(body) if packed else body).decode(errors="replace")

    def load_page(self, address: str) -> str:
        text = self.load(address)
        links = Links()
        links.feed(text)
        for one in links.found:
            if not one.startswith("data:") and one not in self.sizes:
                self.load(one)
        return text

    @property
    def total(self) -> int:
        return sum(self.sizes.values())

    def told(self, name: str) -> str:
        dearest = sorted(self.sizes.items(), key=lambda one: -one[1])
        return f"\n{name}: {self.total} bytes\n" + "\n".join(f"  {size:7} {one}" for one, size in dearest)


@pytest.fixture
def cookie(people: People, quiet_site: str) -> str:
    cookies = {
        one["name"]: one["value"] for one in people.open(quiet_site, "visitor").context.cookies(quiet_site)
    }
    return f"django_language=zh-hans; session={cookies['session']}"


@pytest.mark.parametrize("address", ["/visits/", "form", "/phone/"])
def test_a_first_load_is_light(
    quiet_site: str, cookie: str, address: str, capsys: pytest.CaptureFixture
) -> None:
    if address == "form":
        listed = Phone(quiet_site, cookie).load("/households/")
        address = re.search(r'href="(/households/\d+/)', listed)[1] + "visit/"
    phone = Phone(quiet_site, cookie)
    phone.load_page(address)
    with capsys.disabled():
        print(phone.told(address))
    assert phone.total < MOST


def test_with_the_offline_parts_it_stays_light(
    quiet_site: str, cookie: str, capsys: pytest.CaptureFixture
) -> None:
    """The home, and all that the worker keeps for the time without a network, each file once."""
    phone = Phone(quiet_site, cookie)
    phone.load_page("/visits/")
    worker = phone.load("/sw.js")
    kept = {
        one
        for one in re.findall(r"""["'](/[^"'\s]*)["']""", worker)
        if one.startswith(("/static/", "/phone/"))
    }
    pages = {one for one in kept if re.fullmatch(r"/phone/(shell|no-network|manifest)/[\w-]+/", one)}
    assert len(pages) >= 4, "the shell and the needs-network page, in both languages"
    for one in sorted(kept - pages):
        if one.startswith("/static/") and one not in phone.sizes:
            phone.load(one)
    for one in sorted(pages):
        phone.load_page(one)
    with capsys.disabled():
        print(phone.told("with the offline parts"))
    assert phone.total < MOST_OFFLINE
