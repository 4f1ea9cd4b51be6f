"""Odd situations of a phone, each on a phone of its own: what happens, and whether anything that was written is lost."""

import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, Playwright, expect

from tests.endurance.phone import PIN, Phone
from tests.endurance.wire import Wire

TEXT = "井水有味道，烧开了也有。"
OTHER_PIN = "918273"
_QUOTA_REMEMBERED = 35  # seconds for which Chromium believes in the room that it found last


def fresh(playwright: Playwright, folder: Path, address: str) -> Phone:
    """A phone with offline use on, and a visit begun."""
    phone = Phone(playwright, folder, address)
    phone.open()
    phone.sign_in()
    phone.turn_on()
    begin(phone)
    return phone


def begin(phone: Phone) -> None:
    phone.begin_visit(0)
    phone.write(0, TEXT)
    kept(phone.page, TEXT)


def kept(page: Page, text: str) -> None:
    """Wait until the draft that lies in the database says so."""
    script = """async (text) => {
      for (let i = 0; i < 50; i += 1) {
        for (const row of await phone.store.drafts()) {
          const content = await phone.seal.openDraft(row).catch(() => null);
          if (content && content.opinions.some((one) => one.text === text)) return true;
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      return false;
    }"""
    assert page.evaluate(script, text), "the draft was not kept"


def storage_full(phone: Phone, wire: Wire, folder: Path) -> str:
    """The phone is full: what is new is refused in words, what was kept is safe, and with room it goes on."""
    page = phone.page
    devtools = phone.context.new_cdp_session(page)
    origin = phone.address
    used = page.evaluate("navigator.storage.estimate().then((one) => one.usage)")
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": origin, "quotaSize": used})
    time.sleep(_QUOTA_REMEMBERED)
    page.locator("[name=o0-text]").fill(TEXT * 20)
    expect(page.locator("form.not-kept")).to_be_visible()
    said = page.locator("[data-kept]").inner_text()
    kept(page, TEXT)
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": origin})
    time.sleep(_QUOTA_REMEMBERED)
    page.locator("[name=o0-text]").fill(TEXT * 21)
    kept(page, TEXT * 21)
    return f"said “{said}”; what was kept before stayed; with room again the newest words were kept"


def storage_evicted(phone: Phone, wire: Wire, folder: Path) -> str:
    """The browser has cleared the database away."""
    devtools = phone.context.new_cdp_session(phone.page)
    phone.page.goto("/help/")
    kinds = "indexeddb,cache_storage,service_workers"
    devtools.send("Storage.clearDataForOrigin", {"origin": phone.address, "storageTypes": kinds})
    phone.page.goto("/phone/")
    strip = phone.page.locator("#strip")
    expect(strip).to_be_visible()
    assert "cleared away" in strip.inner_text(), strip.inner_text()
    return f"lost, and said: “{strip.inner_text()}”"


def two_tabs(phone: Phone, wire: Wire, folder: Path) -> str:
    """The same draft in a second tab can't be written there too."""
    page = phone.page
    draft = phone.rows()[0]["id"]
    other = phone.context.new_page()
    other.goto("/phone/#drafts")
    other.locator("h1").first.wait_for()
    other.goto(f"/phone/#visit/{draft}")
    if other.locator("#pin").count() or other.locator("#pin").is_visible():
        other.locator("#pin").fill(PIN)
        other.locator("[data-unlock] button").first.click()
    expect(other.get_by_role("heading", name="another window")).to_be_visible()
    other.close()
    page.locator("[name=o0-text]").fill(TEXT + "还有。")
    kept(page, TEXT + "还有。")
    return "the second says that it is open in another window; the first goes on"


def language_offline(phone: Phone, wire: Wire, folder: Path) -> str:
    """The other language comes from the phone itself."""
    page = phone.page
    wire.down = True
    phone.offline(True)
    page.evaluate("location.hash = '#home'")
    page.locator("[data-language]").click()
    expect(page.locator("html[lang=zh-Hans]")).to_be_attached()
    page.locator("#pin").fill(PIN)
    page.locator("[data-unlock] button").first.click()
    page.locator("[data-writing] a.row-link").first.click()
    expect(page.locator("[name=o0-text]")).to_have_value(TEXT)
    return "Chinese from the phone itself, the PIN asked for, the draft open again"


def new_release(phone: Phone, wire: Wire, folder: Path) -> str:
    """A new version of the program comes while a draft is open."""
    page = phone.page
    wire.new_release = b"\n// another release\n"
    waits = """navigator.serviceWorker.getRegistration('/').then(async (one) => {
      await one.update();
      for (let i = 0; i < 100 && !one.waiting; i += 1) await new Promise((resolve) => setTimeout(resolve, 100));
      return Boolean(one.waiting);
    })"""
    waited = page.evaluate(waits)
    page.locator("[name=o0-text]").fill(TEXT + "又一句。")
    kept(page, TEXT + "又一句。")
    page.reload()
    phone.page.locator("#pin").fill(PIN)
    phone.page.locator("[data-unlock] button").first.click()
    expect(page.locator("[name=o0-text]")).to_have_value(TEXT + "又一句。")
    wire.new_release = b""
    return f"the new version {'waited while the draft was open' if waited else 'came at once'}; the draft opens after it"


def pin_forgotten(phone: Phone, wire: Wire, folder: Path) -> str:
    """Five wrong PINs, then a new one: the draft is recovered by the server."""
    page = phone.page
    page.goto("/help/")
    page.goto("/phone/#home")
    for _try in range(5):
        page.locator("#pin").fill("111222")
        page.locator("[data-unlock] button").first.click()
        expect(page.locator("[data-wrong]")).to_be_visible()
        expect(page.locator("[data-unlock] button").first).to_be_enabled()
    assert page.evaluate("phone.store.allAlong()") == []
    page.goto("/phone/#settings")
    page.locator("#new-pin").fill(OTHER_PIN)
    page.locator("#new-pin-again").fill(OTHER_PIN)
    page.locator("[data-turn-on] button").click()
    page.locator("[data-take-form] [name=grid]").first.check()
    page.locator("[data-take-button]").click()
    expect(page.locator("[data-go]")).to_be_visible(timeout=60_000)
    page.evaluate("location.hash = '#drafts'")
    page.locator(".draft [data-actions] button").first.click()
    kept(page, TEXT)
    return "what was taken along is erased, the draft stays; with a new PIN the server opened it again"


def private_window(playwright: Playwright, address: str, chromium: str) -> str:
    """Nothing is promised in a private window; the program says so."""
    browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
    try:
        page = browser.new_context(base_url=address, viewport={"width": 360, "height": 740}).new_page()
        private = Phone(playwright, Path(), address)
        private.context, private.page = page.context, page
        page.context.add_cookies([{"name": "django_language", "value": "en", "url": address}])
        private.sign_in()
        private.turn_on()
        page.evaluate("location.hash = '#settings'")
        said = page.locator("[data-persisted]")
        expect(said).to_be_visible()
        return f"works until it is closed; on “kept by the browser?” it says: “{said.inner_text()}”"
    finally:
        browser.close()


SITUATIONS: dict[str, Callable[[Phone, Wire, Path], str]] = {
    "storage of the phone full": storage_full,
    "storage evicted": storage_evicted,
    "two tabs": two_tabs,
    "language switched offline": language_offline,
    "a new release while a draft is open": new_release,
    "PIN forgotten": pin_forgotten,
}


def tried(playwright: Playwright, wire: Wire, address: str, folder: Path, chromium: str) -> dict[str, str]:
    """Situation → what happened, or WRONG and why."""
    found: dict[str, str] = {}
    for n, (name, situation) in enumerate(SITUATIONS.items()):
        phone = None
        try:
            phone = fresh(playwright, folder / f"odd-{n}", address)
            found[name] = situation(phone, wire, folder)
        except Exception as error:
            found[name] = f"WRONG: {str(error).splitlines()[0]}"
            if phone and phone.page and not phone.page.is_closed():
                phone.page.screenshot(path=folder / f"odd-{n}.png")
        finally:
            wire.down, wire.new_release = False, b""
            if phone:
                phone.close()
        print(f"{name}: {found[name]}", flush=True)
    try:
        found["private window"] = private_window(playwright, address, chromium)
    except Exception as error:
        found["private window"] = f"WRONG: {str(error).splitlines()[0]}"
    print(f"private window: {found['private window']}", flush=True)
    return found
