"""Case after case from the side panel, by keyboard alone."""

from playwright.sync_api import Dialog, Page, expect

from tests.browser.conftest import People
from tests.browser.jobs import answer
from tests.browser.site import DESKTOP

QUEUE = "/desk/to-call-back/"


def numbers(page: Page) -> list[str]:
    return page.locator("[data-row] [data-open]").all_inner_texts()


def shows(page: Page, number: str) -> None:
    expect(page.locator("#panel [data-number]")).to_have_attribute("data-number", number)


def call_back(page: Page, after: str) -> None:
    for name in ("contacted", "solved", "satisfied"):
        answer(page.locator(f"#step [name={name}]"), "yes")
    page.locator("#step [name=after]").select_option(after)
    page.keyboard.press("Control+Enter")


def test_keys_walk_do_a_step_and_go_on_beyond_the_page(people: People, busy_site: str) -> None:
    page = people.open(busy_site, "caller")
    page.goto(QUEUE)
    listed = numbers(page)
    page.locator(".pager a[rel=next]").click()
    expect(page.locator(".pager a[rel=prev]")).to_be_visible()
    beyond = numbers(page)[0]
    page.goto(QUEUE)
    page.locator("[data-row] .text").nth(47).click()
    shows(page, listed[47])
    page.keyboard.press("n")
    shows(page, listed[48])
    expect(page.locator("[data-row].on [data-open]")).to_have_text(listed[48])
    page.locator("#panel [data-key='1']").wait_for()
    page.keyboard.press("1")
    form = page.locator("#step form")
    call_back(page, "next")
    shows(page, listed[49])
    expect(page.locator("#panel [data-say]").first).to_contain_text(listed[48])
    expect(page.locator("[data-row] [data-open]", has_text=listed[48])).to_have_count(0)
    page.keyboard.press("n")
    shows(page, beyond)
    page.keyboard.press("p")
    shows(page, listed[49])
    page.keyboard.press("1")
    expect(form.locator("[name=after]")).to_have_value("next")
    call_back(page, "back")
    expect(page.locator("#panel [data-back]")).to_be_visible()
    expect(page.locator("[data-row].on [data-open]")).to_be_focused()


def test_the_command_box_does_a_step_and_leaves_what_is_typed_alone(people: People, busy_site: str) -> None:
    page, asked = people.open(busy_site, "handler", "en", DESKTOP, bypass_csp=True), []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.goto("/desk/in-hand/")
    page.keyboard.press("n")
    shows(page, numbers(page)[0])
    page.keyboard.press(".")
    box = page.locator("#commands")
    option = box.locator("[role=option][aria-selected=true]")
    expect(option).to_have_count(1)
    people.watches[page.context].accessibility(page)
    page.keyboard.type("remark")
    page.keyboard.press("Enter")
    expect(box).to_be_hidden()
    text = page.locator("#step [name=text]")
    expect(text).to_be_focused()
    page.keyboard.type("n. 1?")
    expect(text).to_have_value("n. 1?")
    page.keyboard.press("Escape")
    assert asked == ["confirm"]
    expect(text).to_have_value("n. 1?")
    page.keyboard.press("Control+k")
    page.keyboard.type("to take")
    expect(option).to_contain_text("To take")
    page.keyboard.press("Escape")
    expect(text).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#panel [data-say]")).to_be_visible()
