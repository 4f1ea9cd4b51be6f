"""The desk by keyboard and thumb: nothing typed is lost, the place in the list is kept."""

from playwright.sync_api import Dialog, Page, expect

from tests.browser.conftest import People
from tests.browser.site import PHONE


def numbers(page: Page) -> list[str]:
    return page.locator("[data-row] [data-open]").all_inner_texts()


def test_a_case_that_is_tapped_on_a_phone_comes_into_view(people: People, busy_site: str) -> None:
    page = people.open(busy_site, "handler", "zh-hans", PHONE)
    page.goto("/desk/in-hand/")
    page.locator("[data-row] .text").nth(2).click()
    expect(page.locator("#panel blockquote.said")).to_be_in_viewport()


def test_typed_words_are_not_thrown_away_without_a_question(people: People, busy_site: str) -> None:
    page, asked = people.open(busy_site, "handler"), []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", stay)
    page.goto("/desk/in-hand/")
    page.locator("[data-row] .text").first.click()
    page.locator("#panel a[href*='/remark/']").first.evaluate("link => link.click()")
    text = page.locator("#step [name=text]")
    expect(text).to_be_focused()
    text.fill("打过电话，下午再去看。")
    page.locator("[data-row] .text").nth(1).click()
    page.locator("#panel h2").first.click()
    page.keyboard.press("a")
    assert len(asked) == 1
    expect(text).to_have_value("打过电话，下午再去看。")
    expect(text).to_be_focused()
    page.locator("#step button.btn-primary").click()
    expect(page.locator("#panel [data-say]")).to_be_visible()


def test_after_a_step_the_next_key_goes_to_the_next_case(people: People, busy_site: str) -> None:
    page = people.open(busy_site, "handler")
    page.goto("/desk/to-take/")
    before = numbers(page)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#panel blockquote.said")).to_be_visible()
    page.keyboard.press("a")
    page.locator("#step button.btn-primary").click()
    expect(page.locator("[data-row]")).to_have_count(len(before) - 1)
    page.keyboard.press("j")
    expect(page.locator("[data-row].on [data-open]")).to_have_text(before[1])


def test_who_comes_second_sees_how_the_case_stands_and_keeps_the_words(
    people: People, busy_site: str
) -> None:
    first, second = people.open(busy_site, "handler"), people.open(busy_site, "head")
    first.goto("/desk/in-hand/")
    number = numbers(first)[-1]
    for page in (first, second):
        page.goto(f"/desk/in-hand/?text={number}")
        page.locator("[data-row] .text").click()
        page.locator("#panel a[href*='/resolve/']").click()
        page.locator("[name=account]").fill("修好了。")
        page.locator("[name=public]").fill("已经修好，请您看看。")
        page.locator("#step button.btn-primary").click()
        expect(page.locator("#panel .letter")).to_be_visible()
    first.locator("#step button.btn-primary").first.click()
    expect(first.locator("#panel [data-say]")).to_be_visible()
    second.locator("#step button.btn-primary").first.click()
    expect(second.locator("#step .errors")).to_be_in_viewport()
    expect(second.locator("#facts")).to_contain_text("已解决")
    expect(second.locator("[name=public]")).to_have_value("已经修好，请您看看。")
