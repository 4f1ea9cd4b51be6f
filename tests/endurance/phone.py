"""A phone in a cadre's hand: a real Chromium with a folder of its own, which can be killed and opened again."""

import json
import os
import re
import shutil
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import BrowserContext, Error, Page, Playwright, expect

from tests.browser.site import PASSWORD

PIN = "739164"
SIZE = {"width": 360, "height": 740}
_NUMBERS = re.compile(r"(\d+)")


@dataclass(frozen=True)
class Strip:
    """What the strip says."""

    here: int
    sending: int
    arrived: int
    needs: int

    @property
    def whole(self) -> int:
        return self.here + self.sending + self.arrived + self.needs


class Phone:
    """One phone. Its folder outlives the browser."""

    def __init__(self, playwright: Playwright, folder: Path, address: str) -> None:
        self.playwright, self.folder, self.address = playwright, folder, address
        self.context: BrowserContext | None = None
        self.page: Page | None = None
        self.is_offline = False
        self.kills = 0

    def open(self) -> None:
        """Open the browser, and in it the program, as from the home screen."""
        self.context = self.playwright.chromium.launch_persistent_context(
            self.folder, executable_path=shutil.which("chromium"), args=["--no-sandbox"],
            viewport=SIZE, base_url=self.address, has_touch=True,
        )  # fmt: skip
        language = {"name": "django_language", "value": "en", "url": self.address}
        self.context.add_cookies([language])
        self.context.set_default_timeout(20_000)
        self.page = self.context.pages[0] if self.context.pages else self.context.new_page()
        self.context.set_offline(self.is_offline)
        # A question that would stand in the way is answered as a person would who meant it.
        self.page.on("dialog", lambda dialog: dialog.accept())
        self.page.goto("/phone/")

    def kill(self) -> None:
        """As an empty battery ends it: SIGKILL to every process of this browser, known by its folder."""
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):
                if str(self.folder).encode() in entry.read_bytes():
                    os.kill(int(entry.parent.name), signal.SIGKILL)
        self.kills += 1
        with suppress(Error):
            self.context.close()
        time.sleep(1)
        for name in ("SingletonLock", "SingletonSocket", "SingletonCookie"):
            (self.folder / name).unlink(missing_ok=True)

    def close(self) -> None:
        if self.context:
            with suppress(Error):
                self.context.close()

    def offline(self, off: bool) -> None:
        self.is_offline = off
        self.context.set_offline(off)

    # What the cadre does

    def sign_in(self) -> None:
        self.page.goto("/sign-in/?next=/phone/")
        if self.page.locator("#id_password").count():
            self.page.locator("#id_username").fill("visitor")
            self.page.locator("#id_password").fill(PASSWORD)
            self.page.locator("#id_password").press("Enter")
        self.page.wait_for_url("**/phone/**")

    def turn_on(self) -> None:
        """Turn on offline use, and take the first grid along."""
        page = self.page
        page.goto("/phone/#settings")
        page.locator("#new-pin").fill(PIN)
        page.locator("#new-pin-again").fill(PIN)
        page.locator("[data-turn-on] button").click()
        page.locator("[data-take-form] [name=grid]").first.check()
        page.locator("[data-take-button]").click()
        expect(page.locator("[data-go]")).to_be_visible(timeout=60_000)
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        # What the worker keeps is whole before it is ready; whether the phone's page comes from it shows offline.

    def unlock(self) -> None:
        if self.page.locator("#pin").count() == 0:
            self.page.goto("/phone/#home")
        with suppress(AssertionError):
            expect(self.page.locator("#pin")).to_be_visible(timeout=5_000)
            self.page.locator("#pin").fill(PIN)
            self.page.locator("[data-unlock] button").first.click()
        expect(self.page.locator("#words")).to_be_visible()

    def begin_visit(self, n: int) -> None:
        """Open the form of the n-th household of the list that nobody visited yet."""
        page = self.page
        page.evaluate("location.hash = '#home'")
        expect(page.locator("#words")).to_be_visible()
        page.locator("[data-rows] a.row-link").nth(n).click()
        expect(page.locator("[name=o0-text]")).to_be_visible()

    def write(self, n: int, text: str, *, anonymous: bool = False) -> None:
        """Write the n-th opinion of the visit that is open."""
        page = self.page
        if n:
            page.locator("[data-add]").click()
        page.locator(f"[name=o{n}-text]").fill(text)
        taps = page.locator(f"[name=o{n}-pick]:not([value=other])")
        expect(taps.first).to_be_attached()
        taps.first.locator("xpath=ancestor::label").click()
        if anonymous:
            page.locator(f"[name=o{n}-informant][value=anonymous]").locator("xpath=ancestor::label").click()

    def attach(self, n: int, pictures: list[Path]) -> None:
        block = self.page.locator("[data-block]").nth(n)
        block.locator("[data-picture]").last.set_input_files(pictures)
        expect(block.locator("[data-thumbs] > li")).to_have_count(len(pictures), timeout=60_000)

    def save(self) -> str:
        """Save the visit; gives its identifier."""
        self.page.locator(".thumb button.btn-primary").click()
        self.page.wait_for_url("**/phone/**#saved/*")
        return self.page.url.rpartition("/")[2]

    def send(self) -> None:
        """The button, until that one try is over."""
        self.page.evaluate("phone.sending.send({by: 'person', at_once: true})")

    # What is on it

    def strip(self) -> Strip:
        told = self.page.locator("#strip .strip-counts")
        if not told.count():
            return Strip(0, 0, 0, 0)
        return Strip(*map(int, _NUMBERS.findall(told.inner_text())[:4]))

    def until(self, good: Callable[[Strip], bool], *, seconds: float = 30) -> Strip:
        """The strip, as soon as it says so; as it stands when the time is over."""
        end = time.monotonic() + seconds
        while not good(self.strip()) and time.monotonic() < end:
            time.sleep(0.2)
        return self.strip()

    def rows(self) -> list[dict]:
        """What the phone's database holds, without what is sealed."""
        script = """phone.store.drafts().then((rows) => JSON.stringify(rows.map(
            ({id, kind, state, answer}) => ({id, kind, state, answer}))))"""
        return json.loads(self.page.evaluate(script))

    def photographs(self, visit: str) -> dict[str, str]:
        """Identifier → digest of each photograph of a visit, as the phone promised it to the server."""
        script = """async (id) => {
          const content = await phone.seal.openDraft(await phone.store.draft(id));
          return content.opinions.flatMap((one) => one.photos.map((photo) => [photo.id, one.text]));
        }"""
        return dict(self.page.evaluate(script, visit))

    def drop(self, entry: str) -> None:
        """Lose an entry on purpose, as a faulty program would."""
        script = """async (id) => {
          const db = await idb.openDB("village-voices");
          await db.delete("drafts", id);
          db.close();
          phone.store.changed();
        }"""
        self.page.evaluate(script, entry)
