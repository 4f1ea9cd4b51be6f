"""Many cases at once, by keyboard at a desk and by thumb on a phone."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import People
from tests.browser.site import PHONE


def order(page: Page, expected: int) -> None:
    """From the form to the order's page."""
    page.locator("button[value=preview]").click()
    page.locator("button[value=do]").click()
    expect(page.locator("#order .mark.good").first).to_contain_text(str(expected))


def test_rows_are_chosen_by_the_space_bar_and_supervised_together(people: People, busy_site: str) -> None:
    page = people.open(busy_site, "coordinator")
    page.goto("/desk/to-dispatch/")
    for key in ("j", " ", "j", " "):
        page.keyboard.press(key)
    expect(page.locator("[data-ticked]")).to_have_text("2 件已选")
    people.look(page)
    page.locator("#many button[formaction$='/supervise/']").click()
    page.locator("[name=text]").fill("请抓紧办理。")
    people.look(page)
    order(page, 2)
    people.look(page)


def test_what_is_chosen_stays_chosen_when_a_step_draws_the_list_anew(people: People, busy_site: str) -> None:
    page = people.open(busy_site, "head")
    page.goto("/desk/to-take/")
    page.locator("[name=case]").nth(1).check()
    kept = page.locator("[name=case]").nth(1).get_attribute("value")
    page.locator("[data-row] .text").first.click()
    expect(page.locator("#panel blockquote.said")).to_be_visible()
    page.keyboard.press("a")
    before = page.locator("[data-row]").count()
    page.locator("#step button.btn-primary").click()
    expect(page.locator("[data-row]")).to_have_count(before - 1)
    expect(page.locator(f"[name=case][value='{kept}']")).to_be_checked()
    expect(page.locator("[data-ticked]")).to_have_text("1 件已选")


def test_a_whole_page_is_chosen_on_a_phone(people: People, busy_site: str) -> None:
    page = people.open(busy_site, "coordinator", "en", PHONE)
    page.goto("/desk/to-dispatch/")
    page.locator("[data-this-page] input").check()
    number = page.locator("[data-row]").count()
    expect(page.locator("[data-ticked]")).to_have_text(f"{number} chosen")
    people.look(page)
    page.locator("#many button[formaction$='/supervise/']").click()
    page.locator("[name=text]").fill("请抓紧办理。")
    order(page, number)
    people.look(page)


def test_a_call_back_list_is_recorded_by_keyboard_alone(people: People, busy_site: str) -> None:
    page = people.open(busy_site, "caller")
    page.goto("/desk/to-call-back/")
    page.locator("[name=case]").nth(0).check()
    page.locator("[name=case]").nth(1).check()
    page.locator("#many button[formaction$='/call-backs/']").click()
    people.look(page)
    first = page.locator("fieldset").first
    first.locator("select").first.focus()
    for key in ("1", "Tab", *(("1", "Tab") * (first.locator("select").count() - 1))):
        page.keyboard.press(key)
    page.keyboard.type("都办好了")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("2")
    expect(first.locator("select").first).to_have_value("yes")
    expect(page.locator("fieldset").nth(1).locator("select").first).to_have_value("no")
    page.locator("main form button.btn-primary").click()
    expect(page.get_by_role("status")).to_contain_text("已登记 2 件回访")
