"""What people do on the pages, step by step, with or without script."""

from django.utils import translation
from playwright.sync_api import Locator, Page, expect

from grievances.workflow import State


def label_of(state: State, language: str) -> str:
    with translation.override(language):
        return str(state.label)


def answer(field: Locator, value: str) -> None:
    """Fill a field of any kind, as a person would."""
    kind = field.first.evaluate("one => one.type || one.tagName")
    if kind == "radio":
        chosen = field.and_(field.page.locator(f"[value={value}]"))
        chosen.locator("xpath=ancestor::label").click()
    elif kind.startswith("select"):
        field.select_option(label=value)
    else:
        field.fill(value)


def open_visit(page: Page) -> None:
    """Open the form for a visit to some household of the visitor's, visited before or not."""
    page.goto("/households/")
    page.locator("main a[href^='/households/']").first.click()
    page.locator("main a[href$='/visit/']").first.click()


def log_visit(page: Page, texts: list[str]) -> list[str]:
    """Log a visit with these opinions; gives their numbers."""
    open_visit(page)
    for n, text in enumerate(texts):
        block = page.locator("[data-block]").nth(n)
        block.locator(f"[name=o{n}-text]").fill(text)
        block.locator(f"[name=o{n}-pick]").first.locator("xpath=ancestor::label").click()
        if n + 1 < len(texts):
            page.locator("button[name=add]").click()
    page.locator(".thumb .btn-primary").click()
    expect(page.locator("main a[href^='/opinions/'] b")).to_have_count(len(texts))
    return page.locator("main a[href^='/opinions/'] b").all_inner_texts()


def open_case(page: Page, queue: str, number: str) -> None:
    """Choose the case from a queue: in the side panel, or as a page without script."""
    page.goto(f"/desk/{queue}/?text={number}")
    page.locator("[data-open]", has_text=number).click()
    expect(page.locator("blockquote.said")).to_be_visible()


def do(page: Page, verb: str, **answers: str) -> None:
    """Do one step on the case that is open."""
    link = page.locator(f"a[href*='/opinions/'][href*='/{verb}/']")
    if not link.is_visible():
        page.locator("details > summary.btn").click()
    link.click()
    form = page.locator(f"form.panel[action$='/{verb}/']")
    for name, value in answers.items():
        answer(form.locator(f"[name={name}]"), value)
        if form.locator(f"[name={name}][data-reload]").count():
            _reload(page, form)
    form.locator("button.btn-primary").first.click()


def _reload(page: Page, form: Locator) -> None:
    """Let the form ask for the people of the unit chosen: by itself, or by its button without script."""
    if page.evaluate("() => !window.htmx"):
        form.locator("button[name=reload]").click()
    expect(form.locator("[name=person] option").nth(1)).to_be_attached()


def until(page: Page, holds: str, arg: object = None) -> None:
    """Wait until an asynchronous function of the page says so, ten seconds at most: Playwright's own wait needs what the
    policy forbids."""
    wait = f"""async (arg) => {{
      const holds = {holds};
      for (let tries = 0; tries < 100; tries++) {{
        if (await holds(arg)) return true;
        await new Promise((done) => setTimeout(done, 100));
      }}
      return false;
    }}"""
    assert page.evaluate(wait, arg), holds
