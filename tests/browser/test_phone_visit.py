"""A cadre in a yard: villages taken along, visits logged with one thumb and no network, kept, killed, sent."""

import re
import statistics
import time

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import People
from tests.browser.jobs import until
from tests.browser.site import LANGUAGES

SMALL = {"width": 360, "height": 740}
PIN = "280519"
# Two opinions a visit, short to long.
VISITS = {
    "zh-hans": [
        ("路灯坏了半个月。", "自来水早晚水压不够。"),
        ("门前的路下雨就积水，老人出不了门。", "垃圾桶满了没人收，招苍蝇。"),
        ("渠道淤了，浇不上地，望清一清。", "医保报销的比例问不清楚。"),
    ],
    "en": [
        ("The street lamp has been dark for two weeks.", "Water pressure is too low every morning."),
        ("Rain floods the lane, old people stay in.", "Nobody empties the bins, flies everywhere."),
        ("The ditch is silted up, fields stay dry.", "Nobody can say what insurance pays."),
    ],
}
WORDS_A_MINUTE = 40
SECONDS_A_TAP = 1.2  # find it, reach it, press it
# When the last words were kept.
_LAST_KEPT = "async () => Math.max(...(await phone.store.drafts()).map((one) => one.changed_at))"
# To the console an answer that never came is an error.
_UNANSWERED = r"net::ERR_(FAILED|INTERNET_DISCONNECTED)"


class Thumb:
    """Counts what a person taps, and what they type."""

    def __init__(self) -> None:
        self.taps = self.words = 0

    def tap(self, target: Locator) -> None:
        target.click()
        self.taps += 1

    def type(self, target: Locator, text: str) -> None:
        target.press_sequentially(text)
        # A Chinese character counts as a whole word: slower than people are.
        self.words += len(text.split()) if text.isascii() else len(text)

    def seconds(self, of_the_page: float) -> float:
        """What a person needs, besides what the page itself takes."""
        return of_the_page + self.taps * SECONDS_A_TAP + self.words * 60 / WORDS_A_MINUTE


@pytest.fixture(params=LANGUAGES)
def yard(request: pytest.FixtureRequest, people: People, busy_site: str) -> tuple[Page, str]:
    """The phone's own page, with one grid taken along, then without a network."""
    page = people.open(busy_site, "visitor", request.param, SMALL, meant=_UNANSWERED)
    page.goto("/visits/")
    page.locator("a[href='/phone/']").click()
    page.locator("main a[href='#settings']").click()
    page.locator("#new-pin").fill(PIN)
    page.locator("#new-pin-again").fill(PIN)
    page.locator("[data-turn-on] button").click()
    page.locator("[name=grid]").first.check()
    page.locator("[data-take-button]").click()
    expect(page.locator("[data-go] a")).to_be_visible()
    people.look(page)
    page.evaluate("navigator.serviceWorker.ready")
    page.context.set_offline(True)
    page.locator("[data-go] a").click()
    expect(page.locator("#words")).to_be_visible()
    return page, request.param


def log(page: Page, texts: tuple[str, str], thumb: Thumb) -> None:
    """One visit with two opinions, from the list of households to "kept"."""
    thumb.tap(page.locator("[data-rows] a", has_not=page.locator(".mark")).first)
    for n, text in enumerate(texts):
        if n:
            thumb.tap(page.locator("[data-add]"))
        else:
            thumb.tap(page.locator(f"[name=o{n}-text]"))
        thumb.type(page.locator(f"[name=o{n}-text]"), text)
        thumb.tap(page.locator(f"[name=o{n}-pick]").first.locator("xpath=ancestor::label"))
    thumb.tap(page.locator(".thumb button"))
    expect(page.locator("main [data-state]")).to_be_visible()
    thumb.tap(page.locator(".thumb a"))


def test_a_visit_with_two_opinions_takes_a_minute_and_twelve_taps_without_a_network(
    yard: tuple[Page, str], people: People
) -> None:
    page, language = yard
    seconds = []
    for texts in VISITS[language]:
        thumb, began = Thumb(), time.monotonic()
        log(page, texts, thumb)
        seconds.append(thumb.seconds(time.monotonic() - began))
        assert thumb.taps <= 12
    print(f"{language}: {thumb.taps} taps, seconds {[round(one) for one in seconds]}")
    assert statistics.median(seconds) < 60
    people.look(page)
    page.locator("header a[href='#drafts']").click()
    expect(page.locator("[data-group=unsent] .draft")).to_have_count(3)
    people.look(page)
    page.context.set_offline(False)
    expect(page.locator("[data-group=arrived] .draft")).to_have_count(3)
    expect(page.locator("[data-group=arrived] .numbers b")).to_have_count(6)


def test_a_browser_that_is_killed_in_the_yard_loses_no_words(yard: tuple[Page, str], people: People) -> None:
    page, _language = yard
    page.locator("[data-rows] a").nth(3).click()
    page.locator("[name=o0-text]").fill("有人多占了宅基地。")
    page.locator("[name=o0-informant][value=anonymous]").locator("xpath=ancestor::label").click()
    expect(page.locator("[data-kept]")).to_contain_text(re.compile(r"\d\d:\d\d"))
    kept = page.evaluate(_LAST_KEPT)
    page.locator("[name=remarks]").fill("下次带医保的人来。")
    page.locator(".thumb button").click()
    expect(page.locator(".errors a")).to_have_count(1)
    people.look(page)
    address = page.url
    until(page, f"async (before) => (await ({_LAST_KEPT})()) > before", kept)
    page.close()
    again = page.context.new_page()
    again.goto(address)
    again.locator("#pin").fill(PIN)
    again.locator("[data-unlock] button").click()
    expect(again.locator("[name=o0-text]")).to_have_value("有人多占了宅基地。")
    expect(again.locator("[name=remarks]")).to_have_value("下次带医保的人来。")
    again.locator("[name=o0-pick]").first.locator("xpath=ancestor::label").click()
    again.locator(".thumb button").click()
    expect(again.locator("main [data-state]")).to_be_visible()
    again.locator("header a[href='#drafts']").click()
    # The visit, and the anonymous opinion apart from it.
    expect(again.locator("[data-group=unsent] .draft")).to_have_count(2)
    kept = again.evaluate(
        "async () => (await phone.store.drafts()).map(({ kind, changed_at }) => [kind, new Date(changed_at).getMinutes()])"
    )
    assert ["anonymous", 0] in kept
