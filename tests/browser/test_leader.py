"""The leader's job: the two numbers, the list behind each, and the way down to one case."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import People
from tests.browser.site import DESKTOP, LANGUAGES, PHONE

COLLECTED, RESOLVED = 3907, 2852
A4 = {"width": 718, "height": 1000}  # the sheet, less its margins


def number(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def total(page: Page) -> int:
    """How many rows the list says that it has: "1–50 / 3,907"."""
    return number(page.locator("main nav").last.inner_text().split("/")[1].split("\n")[0].split("›")[0])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_each_of_the_two_numbers_opens_its_list(
    people: People, quiet_site: str, language: str, size: dict[str, int]
) -> None:
    page = people.open(quiet_site, "leader", language, size)
    for figure, expected in (("#collected", COLLECTED), ("#resolved", RESOLVED)):
        page.goto("/")
        assert number(page.locator(figure).inner_text()) == expected
        page.locator(figure).click()
        expect(page.locator("[data-row]")).to_have_count(50)
        assert total(page) == expected
        people.look(page)


def test_the_pages_under_more_come_into_view(people: People, quiet_site: str) -> None:
    page = people.open(quiet_site, "leader")
    page.goto("/")
    page.locator("header nav summary").click()
    expect(page.locator("header nav details a").last).to_be_in_viewport(ratio=1)


def test_a_case_is_four_clicks_below_the_district(people: People, quiet_site: str) -> None:
    page = people.open(quiet_site, "leader")
    page.goto("/")
    clicks = 0
    while not re.search(r"/opinions/\?", page.url):
        page.locator("table th[scope=row] a").first.click()
        clicks += 1
        people.look(page)
        if page.locator("#collected").count() and not page.locator("table th[scope=row] a").count():
            break
        assert clicks <= 3
    page.locator("[data-open]").first.click()
    expect(page.locator("blockquote.said")).to_be_visible()
    assert clicks + 1 <= 4


def test_a_past_day_shows_its_own_figures_and_lists(people: People, quiet_site: str) -> None:
    page = people.open(quiet_site, "leader", "en")
    page.goto(f"/dashboard/?as_of={date.today() - timedelta(days=30)}")
    collected = number(page.locator("#collected").inner_text())
    assert 0 < collected < COLLECTED
    page.locator("#collected").click()
    assert total(page) == collected


def test_the_dashboard_prints_on_paper(people: People, quiet_site: str) -> None:
    page = people.open(quiet_site, "leader")
    page.goto("/")
    page.set_viewport_size(A4)
    page.emulate_media(media="print")
    for hidden in page.locator(".no-print").all():
        expect(hidden).to_be_hidden()
    for shown in ("#collected", ".sample", ".only-print"):
        expect(page.locator(shown)).to_be_visible()
    page.goto("/opinions/?figure=late")
    assert page.locator("table.list thead").evaluate("one => getComputedStyle(one).position") == "static"
    assert (
        page.locator("table.list td").first.evaluate("one => getComputedStyle(one).display") == "table-cell"
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= A4["width"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_places_and_rates_fit_on_a_phone(people: People, quiet_site: str, language: str) -> None:
    page = people.open(quiet_site, "leader", language, PHONE)
    page.goto("/")
    table = page.locator("table.list.keep").first
    for rate in table.locator("td.rate").all():
        box = rate.bounding_box()
        assert box["x"] + box["width"] <= PHONE["width"]
    for name in table.locator("th[scope=row] a").all():
        assert name.bounding_box()["height"] <= 4 * 21
    page.goto("/campaigns/")
    for address in page.locator("main a.row-link").evaluate_all("all => all.map(one => one.pathname)"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], address
        for cell in page.locator("table td").all():
            box = cell.bounding_box()
            assert box["x"] + box["width"] <= PHONE["width"], cell.inner_text()


def test_another_campaign_is_chosen_and_kept_on_the_way_down(people: People, quiet_site: str) -> None:
    page = people.open(quiet_site, "leader", "en")
    page.goto("/")
    other = page.locator("#campaign option:not([selected])").first
    name = other.inner_text()
    page.locator("#campaign").select_option(label=name)
    page.locator(".as-on button").click()
    collected = number(page.locator("#collected").inner_text())
    assert 0 < collected < COLLECTED
    page.locator("table th[scope=row] a").first.click()
    assert page.locator("#campaign option[selected]").inner_text() == name
    page.goto("/dashboard/320904/?campaign=all")
    assert number(page.locator("#collected").inner_text()) > COLLECTED + collected
