"""The loop: one opinion from the yard to the confirmed answer, by five people."""

import pytest
from playwright.sync_api import Page, expect

from grievances.workflow import State
from tests.browser.conftest import People
from tests.browser.jobs import do, label_of, log_visit, open_case
from tests.browser.site import DESKTOP, PHONE

SAID = "村口的路坑坑洼洼，下雨天孩子上学不好走。"


def me(page: Page) -> tuple[str, str]:
    """(unit, name) of the one who is signed in, as the pages call them."""
    page.goto("/")
    unit, name = page.locator("header a[href='/password/']").text_content().split(" · ")
    return unit, name


@pytest.mark.parametrize(
    ("language", "size", "script"),
    [
        ("zh-hans", DESKTOP, True),
        ("en", PHONE, True),
        ("en", DESKTOP, False),
        ("zh-hans", PHONE, False),
    ],
)
def test_five_people_take_an_opinion_to_its_confirmed_answer(
    people: People, busy_site: str, language: str, size: dict[str, int], script: bool
) -> None:
    def opened(account: str) -> Page:
        return people.open(busy_site, account, language, size, java_script_enabled=script)

    def stands(page: Page, state: State) -> None:
        expect(page.locator(".facts").first).to_contain_text(label_of(state, language))

    visitor = people.open(busy_site, "visitor", language, PHONE)
    [number] = log_visit(visitor, [SAID])
    handler = opened("handler")
    unit, name = me(handler)

    coordinator = opened("coordinator")
    open_case(coordinator, "to-dispatch", number)
    do(coordinator, "assign", unit=unit, person=name)
    stands(coordinator, State.ASSIGNED)

    open_case(handler, "to-take", number)
    do(handler, "accept")
    stands(handler, State.HANDLING)
    do(handler, "resolve", account="派人补了路面。", public="路面已经补好，请您放心走。")
    expect(handler.locator(".letter")).to_contain_text("路面已经补好")
    handler.locator("form[action$='/resolve/'] button.btn-primary").first.click()
    stands(handler, State.RESOLVED)

    caller = opened("caller")
    open_case(caller, "to-call-back", number)
    do(caller, "call-back", contacted="yes", solved="yes", satisfied="yes")
    stands(caller, State.CLOSED)

    leader = opened("leader")
    leader.goto(f"/opinions/{number}/")
    stands(leader, State.CLOSED)
    expect(leader.locator("blockquote.said")).to_contain_text(SAID)


def test_a_double_click_makes_one_step(people: People, busy_site: str) -> None:
    visitor = people.open(busy_site, "visitor", "zh-hans", PHONE)
    [number] = log_visit(visitor, ["门口的灯不亮了。"])
    page = people.open(busy_site, "coordinator")
    page.goto(f"/opinions/{number}/remark/")
    page.locator("[name=text]").fill("已经电话问过镇里。")
    page.locator("form[action$='/remark/'] button.btn-primary").dblclick()
    expect(page.locator(".story")).to_contain_text("已经电话问过镇里。")
    page.goto(f"/opinions/{number}/")
    assert page.locator(".story").inner_text().count("已经电话问过镇里。") == 1
