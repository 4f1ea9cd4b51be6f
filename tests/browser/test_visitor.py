"""The visitor's job: a visit with two opinions, with one thumb."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import People
from tests.browser.jobs import open_visit
from tests.browser.site import DESKTOP, LANGUAGES, PHONE


class Thumb:
    """Counts what a person taps, besides typing the texts."""

    def __init__(self) -> None:
        self.taps = 0

    def tap(self, target: Locator) -> None:
        target.click()
        self.taps += 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_visit_with_two_opinions_takes_at_most_twelve_taps(
    people: People, busy_site: str, language: str, size: dict[str, int]
) -> None:
    page, thumb = people.open(busy_site, "visitor", language, size), Thumb()
    page.goto("/")
    thumb.tap(page.locator("a[href^='/households/'][href$='/visit/']").first)
    for n, text in enumerate(["路灯坏了半个月。", "自来水早晚水压不够。"]):
        if n:
            thumb.tap(page.locator("button[name=add]"))
        thumb.tap(page.locator(f"[name=o{n}-text]"))
        page.locator(f"[name=o{n}-text]").fill(text)
        thumb.tap(page.locator(f"[name=o{n}-pick]").nth(n).locator("xpath=ancestor::label"))
    people.look(page)
    thumb.tap(page.locator(".thumb .btn-primary"))
    expect(page.locator("main a[href^='/opinions/']")).to_have_count(2)
    people.look(page)
    assert thumb.taps <= 12


def test_what_is_missing_is_said_at_its_field_and_nothing_typed_is_lost(
    people: People, busy_site: str
) -> None:
    page = people.open(busy_site, "visitor", "zh-hans", PHONE)
    open_visit(page)
    page.locator("[name=o0-text]").fill("沟里的水发臭。")
    page.locator(".thumb .btn-primary").click()
    expect(page.locator(".errors")).to_be_visible()
    expect(page.locator("[name=o0-text]")).to_have_value("沟里的水发臭。")
    people.look(page)


def test_the_visit_form_works_without_script(people: People, busy_site: str) -> None:
    page = people.open(busy_site, "visitor", "zh-hans", PHONE, java_script_enabled=False)
    open_visit(page)
    page.locator("[name=o0-text]").fill("第一件：桥栏杆断了。")
    page.locator("[name=o0-pick]").first.locator("xpath=ancestor::label").click()
    page.locator("button[name=add]").click()
    expect(page.locator("[name=o0-text]")).to_have_value("第一件：桥栏杆断了。")
    page.locator("[name=o1-text]").fill("第二件：垃圾没人收。")
    page.locator("[name=o1-pick]").nth(1).locator("xpath=ancestor::label").click()
    page.locator(".thumb .btn-primary").click()
    expect(page.locator("main a[href^='/opinions/']")).to_have_count(2)
