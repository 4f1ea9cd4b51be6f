"""Cases handed on by dragging them, and the proposal of a row taken by one key."""

from playwright.sync_api import expect

from tests.browser.conftest import People


def test_a_case_is_dragged_to_a_colleague_who_then_has_it(people: People, busy_site: str) -> None:
    page = people.open(busy_site, "head")
    page.goto("/workload/")
    page.locator("main a[href^='/units/']").first.click()
    page.locator("#people a").first.click()
    case = page.locator("[data-case]").first
    number = case.get_attribute("data-case")
    mine = case.locator("xpath=ancestor::*[@data-colleague]").get_attribute("data-colleague")
    target = page.locator(f"[data-colleague]:not([data-colleague='{mine}'])").first
    whose = target.get_attribute("data-colleague")
    case.drag_to(target, target_position={"x": 60, "y": 20})
    expect(page.locator("[name=reason]")).to_be_focused()
    expect(page.locator("[name=colleague]")).to_have_value(whose)
    people.look(page)
    page.keyboard.type("出差")
    page.keyboard.press("Enter")
    expect(page.locator("main [role=status]")).to_be_visible()
    expect(page.locator("[name=case]:checked")).to_have_count(0)
    there = page.locator(f"[data-colleague='{whose}'] [data-case='{number}']")
    # Of many cases only the first stand on the page.
    assert there.count() == 1 or page.locator(f"[data-case='{number}']").count() == 0


def test_the_proposal_of_a_row_is_taken_by_one_key(people: People, busy_site: str) -> None:
    page = people.open(busy_site, "coordinator")
    page.goto("/desk/to-dispatch/")
    expect(page.locator("[data-row] [data-take]").first).to_be_visible()
    before = page.locator("[data-row]").count()
    page.locator("[data-row]:has([data-take]) .tick input").first.focus()
    row = page.locator("[data-row]:has([data-take])").first
    position = row.evaluate("one => Array.prototype.indexOf.call(one.parentNode.children, one)")
    page.evaluate("document.activeElement.blur()")
    for _row in range(position + 1):
        page.keyboard.press("j")
    page.keyboard.press("t")
    expect(page.locator("#panel [data-say]")).to_be_visible()
    expect(page.locator("[data-row]")).to_have_count(before - 1)
    people.look(page)
    page.locator("[data-this-page] input").check()
    page.locator("#many button[formaction$='/proposals/']").click()
    expect(page.locator("main .mark.good")).to_be_visible()
    people.look(page)
