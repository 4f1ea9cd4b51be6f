"""The desk's keys where the list or the form under the hands has changed."""

from playwright.sync_api import Dialog, Page, expect

from tests.browser.conftest import People


def open_row(page: Page, number: int) -> None:
    page.locator("[data-row] .text").nth(number).click()
    expect(page.locator("#panel blockquote.said")).to_be_visible()


def test_from_the_gap_that_a_step_leaves_both_ways_lead_to_the_neighbour(
    people: People, busy_site: str
) -> None:
    page = people.open(busy_site, "head")
    page.goto("/desk/to-take/")
    before = page.locator("[data-row] [data-open]").all_inner_texts()
    open_row(page, 2)
    page.keyboard.press("a")
    page.locator("#step button.btn-primary").click()
    expect(page.locator("[data-row]")).to_have_count(len(before) - 1)
    page.keyboard.press("k")
    expect(page.locator("[data-row].on [data-open]")).to_have_text(before[1])


def test_an_answer_whose_letter_is_shown_is_not_thrown_away_without_a_question(
    people: People, busy_site: str
) -> None:
    page, asked = people.open(busy_site, "handler"), []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.goto("/desk/in-hand/")
    open_row(page, 0)
    page.locator("#panel a[href*='/resolve/']").click()
    page.locator("[name=account]").fill("修好了。")
    page.locator("[name=public]").fill("已经修好，请您看看。")
    page.locator("#step button.btn-primary").click()
    expect(page.locator("#step .letter")).to_be_focused()
    page.locator("[data-row] .text").nth(1).click()
    assert asked == ["confirm"]
    page.locator("#panel h2").first.click()
    page.keyboard.press("a")
    expect(page.locator("#step button.btn-primary").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#panel [data-say]")).to_be_visible()
