"""A browser that looks over one's shoulder: console, policy, translation, width, foreign addresses."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

AXE = (Path(__file__).parent / "vendor" / "axe-4.14.1.min.js").read_text()
# Refusals that a person reads (changed meanwhile, wrong input) are network errors to the console.
_REFUSED = r"the server responded with a status of (409|422)"
# Latin words that belong on a Chinese page.
_LATIN = re.compile(
    r"\b(?!English\b|PDF\b|Excel\b|XLSX\b|JPEG\b|PNG\b|WebP\b|CSV\b|PIN\b|Enter\b|Ctrl\b|Alt\b)[A-Za-z]{3,}\b"
)
_WORDS = """() => {
  const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (!parent.closest("[lang=en], kbd, code, script, template, noscript") && parent.getClientRects().length)
      found.push(walker.currentNode.textContent);
  }
  for (const one of document.querySelectorAll("[placeholder], [title], [aria-label]"))
    if (!one.closest("template, [lang=en]"))
      found.push(one.placeholder || "", one.title || "", one.getAttribute("aria-label") || "");
  return found;
}"""
_TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
_LEVELS = '{"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}'


@dataclass
class Watch:
    """What must not happen on any page of a context, collected in ``problems``; of the console's lines those that match
    one of ``meant`` are what the test brings about."""

    address: str
    language: str
    problems: list[str] = field(default_factory=list)
    meant: list[str] = field(default_factory=lambda: [_REFUSED])

    def over(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", lambda error: self.problems.append(f"script: {error.error}"))
        context.on("request", self._request)

    def look(self, page: Page) -> None:
        """The checks that need a page at rest."""
        wide = page.evaluate(_TOO_WIDE)
        if wide > 0:
            self._tell(page, f"scrolls sideways by {wide} px")
        headings = page.locator("h1").count()
        if headings != 1:
            self._tell(page, f"has {headings} h1")
        if self.language != "en":
            for words in page.evaluate(_WORDS):
                if _LATIN.search(words):
                    self._tell(page, f"is not translated: {words.strip()!r}")

    def accessibility(self, page: Page) -> None:
        """axe-core; the context must bypass the policy, which forbids to inject it."""
        page.evaluate(AXE)
        for wrong in page.evaluate(f"() => axe.run(document, {_LEVELS})")["violations"]:
            where = "; ".join(" ".join(node["target"]) for node in wrong["nodes"][:3])
            self._tell(page, f"axe {wrong['id']}: {wrong['help']} ({where})")

    def assert_calm(self) -> None:
        assert not self.problems, "\n".join(self.problems)

    def _tell(self, page: Page, what: str) -> None:
        self.problems.append(f"{page.url.removeprefix(self.address)} {what}")

    def _console(self, message: ConsoleMessage) -> None:
        meant = any(re.search(one, message.text) for one in self.meant)
        if message.type in ("error", "warning") and not meant:
            self.problems.append(f"console: {message.text} ({message.location.get('url')})")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.problems.append(f"external request: {request.url}")
