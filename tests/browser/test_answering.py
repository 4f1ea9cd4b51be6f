"""Writing an answer at the desk: begun with a model answer, kept as a draft by itself, read as a letter."""

import re

from playwright.sync_api import Route, expect

from tests.browser.conftest import People


def test_an_answer_begins_with_a_model_and_is_kept_while_it_is_written(
    people: People, busy_site: str
) -> None:
    page = people.open(busy_site, "handler", "zh-hans")
    page.goto("/desk/in-hand/")
    page.locator("[data-row] .text").last.click()
    expect(page.locator("#panel blockquote.said")).to_be_visible()
    page.keyboard.press("a")
    account = page.locator("#step [name=account]")
    expect(account).to_be_focused()
    page.keyboard.press("Alt+1")
    public = page.locator("#step [name=public]")
    expect(public).to_be_focused()
    assert "{" not in public.input_value() and public.input_value()
    public.press("End")
    public.type("欢迎监督。")
    account.fill("现场看过，已办。")
    expect(page.locator("#step [name=draft]")).to_have_value("1")
    words = public.input_value()
    # Kept: it may be left without a question, and is there again.
    page.reload()
    page.locator("[data-row] .text").last.click()
    expect(page.locator("#panel blockquote.said")).to_be_visible()
    page.keyboard.press("a")
    expect(public).to_have_value(words)
    page.locator("#step button.btn-primary").click()
    expect(page.locator("#step .letter")).to_contain_text("欢迎监督。")
    page.locator("#step button.btn-primary").click()
    expect(page.locator("#panel [data-say]")).to_be_visible()
    expect(page.locator("#notes")).to_be_visible()


def test_what_is_typed_while_a_model_answer_comes_is_kept_and_sent(people: People, busy_site: str) -> None:
    page = people.open(busy_site, "handler", "zh-hans")
    page.goto("/desk/in-hand/")
    page.locator("[data-row] .text").first.click()
    expect(page.locator("#panel blockquote.said")).to_be_visible()
    held: list[Route] = []
    page.route(
        lambda address: address.endswith("/resolve/"),
        lambda route: (
            held.append(route) if 'name="fill"' in (route.request.post_data or "") else route.continue_()
        ),
    )
    page.keyboard.press("a")
    account, public = page.locator("#step [name=account]"), page.locator("#step [name=public]")
    expect(account).to_be_focused()
    public.fill("您好：")
    page.locator("#step button[name=fill]").first.click()
    account.press_sequentially("现场看过。")
    public.press("End")
    public.press_sequentially("欢迎监督。")
    held.pop().continue_()
    expect(public).to_have_value(re.compile(r"^您好：欢迎监督。\n\n.{4,}", re.DOTALL))
    expect(account).to_have_value("现场看过。")
    expect(public).to_be_focused()
    # Asked for before it is there, the letter comes with both.
    page.locator("#step button[name=fill]").first.click()
    public.press_sequentially("多谢。")
    public.press("Control+Enter")
    expect(page.locator("#step .letter")).to_have_count(0)
    held.pop().continue_()
    expect(page.locator("#step .letter")).to_contain_text("欢迎监督。多谢。")


def test_on_a_page_of_its_own_too_nothing_is_lost_while_a_model_answer_comes(
    people: People, busy_site: str
) -> None:
    page = people.open(busy_site, "handler", "en")
    page.goto("/desk/in-hand/")
    number = page.locator("[data-row] [data-open]").nth(1).inner_text().strip()
    page.goto(f"/opinions/{number}/explain/")
    held: list[Route] = []
    page.route(
        lambda address: address.endswith("/explain/"),
        lambda route: (
            held.append(route) if 'name="fill"' in (route.request.post_data or "") else route.continue_()
        ),
    )
    account, public = page.locator("#step [name=account]"), page.locator("#step [name=public]")
    public.fill("您好：")
    page.locator("#step button[name=fill]").first.click()
    account.press_sequentially("现场看过。")
    held.pop().continue_()
    expect(public).to_have_value(re.compile(r"^您好：\n\n.{4,}", re.DOTALL))
    expect(account).to_have_value("现场看过。")
    expect(account).to_be_focused()
    # It goes on being the page's own form, and Enter in a line sends it instead of taking a model answer.
    page.locator("#step [name=passed_to]").press("Enter")
    expect(page).to_have_url(re.compile(f"/opinions/{number}/explain/$"))
    expect(page.locator("#step .letter, #step .errors")).to_be_visible()
    assert not held
