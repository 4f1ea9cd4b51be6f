"""Two at one list: what the other does is marked quietly, and nothing moves under the hand."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import People

# The page asks once a minute; whoever comes back to it is told at once.
COME_BACK = "() => document.dispatchEvent(new Event('visibilitychange'))"


def numbers(page: Page) -> list[str]:
    return page.locator("[data-row] [data-open]").all_inner_texts()


def test_what_a_colleague_does_is_marked_and_shown_on_demand(people: People, busy_site: str) -> None:
    first, second = people.open(busy_site, "handler"), people.open(busy_site, "head")
    for page in (first, second):
        page.goto("/desk/in-hand/")
    first.keyboard.press("j")
    first.keyboard.press("x")
    row = first.locator("[data-row]").first
    expect(row.locator("[data-unfold]")).to_have_attribute("aria-expanded", "true")
    before = numbers(first)
    second.locator("[data-row] .text").first.click()
    second.locator("#panel a[href*='/remark/']").first.evaluate("link => link.click()")
    second.locator("#step [name=text]").fill("已去现场看过。")
    second.locator("#step button.btn-primary").click()
    expect(second.locator("#panel [data-say]")).to_be_visible()
    first.evaluate(COME_BACK)
    expect(row.locator(".changed-mark")).to_have_text("●")
    expect(first.locator(".changes")).to_contain_text("有变化")
    assert numbers(first) == before
    people.look(first)
    # That somebody has a case open is known once their page has asked.
    with first.expect_response("**/lists/changes/"):
        first.keyboard.press("Enter")
        expect(first.locator("#panel blockquote.said")).to_be_visible()
    second.evaluate(COME_BACK)
    expect(second.locator("#panel [data-presence]")).to_contain_text("此刻")
    first.locator(".changes a").click()
    expect(first.locator(".changed-mark")).to_have_count(0)
    expect(first.locator("#views .view-link").first).to_be_visible()
