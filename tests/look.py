"""``make look``: a picture of every page, as every demo account, in both languages, on a phone and a desktop.

Also the pages with nothing on them, and forms sent empty. The contact sheet is var/look/index.html.
"""

import html
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import django
from playwright.sync_api import Browser, Page, sync_playwright

from tests import plugin  # starts the server and sets what the settings read

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()

from tests.browser.conftest import People  # noqa: E402
from tests.browser.site import ACCOUNTS, DESKTOP, LANGUAGES, PHONE, served  # noqa: E402
from tests.browser.tour import tour  # noqa: E402

LOOK = Path(__file__).resolve().parent.parent / "var" / "look"
WIDTHS = {"phone": PHONE, "desktop": DESKTOP}
_NOTHING = {
    "nothing-found": "/opinions/?text=没有这样的话",
    "empty-queue": "/desk/late/?text=没有这样的话",
    "no-household": "/households/?words=没有这样的人",
    "nothing-found-anywhere": "/search/?q=没有这样的话",
    "single-character": "/search/?q=桥",
    "wrong-filter": "/opinions/?recorded_from=2026-13-45",
    "no-such-page": "/nowhere/",
    "not-allowed": "/audit/",
}
# Forms in which something can be missing; others would simply do their step.
_TYPED = "main form[method=post]:has(textarea, input[type=text], input[type=password])"


def main() -> int:
    if shutil.which("chromium") is None:
        print("make look: there is no Chromium; apt-get install chromium fonts-noto-cjk.", file=sys.stderr)
        return 1
    shutil.rmtree(LOOK, ignore_errors=True)
    LOOK.mkdir(parents=True)
    try:
        with served("vv_look") as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            count = sum(_account(browser, address, account) for account in ("", *ACCOUNTS))
            browser.close()
    finally:
        plugin.server.remove()
        shutil.rmtree(plugin.FOLDER, ignore_errors=True)
    _contact_sheet()
    print(f"{count} pictures: open {LOOK / 'index.html'}")
    return 0


def _account(browser: Browser, address: str, account: str) -> int:
    """All pictures of one account; those of nobody are the pages before signing in."""
    people, count = People(browser, {}), 0
    pages: dict[str, str] = {}
    for language in LANGUAGES:
        for width, size in WIDTHS.items():
            # The policy forbids the style that a picture needs; tests look at the policy.
            page = people.open(address, account, language, size, bypass_csp=True)
            pages = pages or (tour(page.request) | _NOTHING if account else _before_signing_in())
            for name, shot in _shots(page, pages):
                file = f"{account or 'nobody'}.{name.replace(':', '-')}.{language}.{width}.png"
                shot.screenshot(path=LOOK / file, full_page=True)
                count += 1
    for context in people.contexts:
        context.close()
    print(f"  {account or 'nobody'}: {count}", flush=True)
    return count


def _before_signing_in() -> dict[str, str]:
    return {"sign-in": "/sign-in/", "help": "/help/"}


def _shots(page: Page, pages: dict[str, str]) -> Iterator[tuple[str, Page]]:
    """Each page as it opens, and its form with nothing filled in."""
    for name, address in pages.items():
        page.goto(address)
        yield name, page
        form = page.locator(_TYPED)
        if form.count() and not name.startswith("admin"):
            form.evaluate_all("forms => forms.forEach(one => one.noValidate = true)")
            form.locator("textarea, input[type=text]").evaluate_all(
                "all => all.forEach(one => one.value = '')"
            )
            form.locator("button.btn-primary").first.click()
            page.wait_for_load_state("networkidle")
            if page.locator(".errors, .wrong").count():
                yield f"{name}-wrong", page


def _contact_sheet() -> None:
    cells = "".join(
        f"<figure><a href='{file.name}'><img loading='lazy' src='{file.name}'></a>"
        f"<figcaption>{html.escape(file.stem)}</figcaption></figure>"
        for file in sorted(LOOK.glob("*.png"))
    )
    style = "figure{display:inline-block;width:230px;margin:8px;vertical-align:top}img{width:100%;max-height:420px;"
    style += "object-fit:cover;object-position:top;border:1px solid #999}figcaption{font:11px sans-serif}"
    (LOOK / "index.html").write_text(f"<!doctype html><meta charset=utf-8><style>{style}</style>{cells}")


if __name__ == "__main__":
    sys.exit(main())
