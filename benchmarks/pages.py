"""What the driver reads from pages, as a person would: forms, the next page, numbers that are links."""

import html
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

_ANCHOR = re.compile(r"<a\b([^>]*)>(.*?)</a>", re.DOTALL)
_HREF = re.compile(r'\bhref="([^"]*)"')
_TAG = re.compile(r"<[^>]*>")
_EXACT = re.compile(r'id="exact"[^>]*>([^<]*)<')
_ROW = re.compile(r"<tr\b[^>]*\bdata-row\b")


def links(page: str) -> list[tuple[str, str, str]]:
    """(address, text, attributes) of every link."""
    found = []
    for attributes, inner in _ANCHOR.findall(page):
        href = _HREF.search(attributes)
        if href:
            text = html.unescape(_TAG.sub("", inner)).strip()
            found.append((html.unescape(href[1]), text, attributes))
    return found


def next_address(page: str, path: str) -> str | None:
    """Where the pager leads on to; None on the last page."""
    for href, text, attributes in links(page):
        if 'rel="next"' in attributes or (text.endswith("›") and not text.startswith("‹")):
            return path.partition("?")[0] + href if href.startswith("?") else href
    return None


def figure_links(page: str) -> list[tuple[str, int]]:
    """The numbers of a dashboard, each with the list that it opens."""
    found = []
    for href, text, _attributes in links(page):
        number = _number(text)
        if number is not None and "figure=" in href:
            found.append((href, number))
    return found


def _number(text: str) -> int | None:
    digits = text.replace("▲", "").replace(",", "").strip()
    return int(digits) if digits.isdecimal() else None


def exact_total(page: str) -> int | None:
    """The total that a figure's list says of itself."""
    found = _EXACT.search(page)
    return _number(found[1]) if found else None


def rows_on(page: str) -> int:
    return len(_ROW.findall(page))


@dataclass
class Form:
    """A form as the page offers it: its fields with the values that are filled in, and what can be chosen."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)

    def filled(self, **values: str) -> list[tuple[str, str]]:
        return list((self.fields | values).items())


class _Forms(HTMLParser):
    """Collects the forms that post. What a browser wouldn't send (buttons, unchecked boxes) is left out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self.form: Form | None = None
        self.select = self.area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and given.get("method") == "post":
            self.form = Form(given.get("action", ""))
            self.found.append(self.form)
        reads = {"input": _input, "select": _select, "option": _option, "textarea": _textarea}.get(tag)
        if self.form is not None and reads:
            reads(self, self.form, given)

    def handle_data(self, data: str) -> None:
        if self.form is not None and self.area:
            self.form.fields[self.area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "select":
            self.select = ""
        elif tag == "textarea":
            self.area = ""


def _input(_page: _Forms, form: Form, given: dict[str, str]) -> None:
    name, kind = given.get("name"), given.get("type", "text")
    if not name or kind in ("submit", "file"):
        return
    if kind == "radio":
        form.choices.setdefault(name, []).append(given.get("value", ""))
    if kind not in ("radio", "checkbox") or "checked" in given:
        form.fields[name] = given.get("value", "on" if kind == "checkbox" else "")


def _select(page: _Forms, form: Form, given: dict[str, str]) -> None:
    page.select = given.get("name", "")
    form.choices[page.select] = []


def _option(page: _Forms, form: Form, given: dict[str, str]) -> None:
    """The chosen option is the field's value; where none is chosen, browsers send the first."""
    if page.select:
        form.choices[page.select].append(given.get("value", ""))
        if "selected" in given or page.select not in form.fields:
            form.fields[page.select] = given.get("value", "")


def _textarea(page: _Forms, form: Form, given: dict[str, str]) -> None:
    page.area = given.get("name", "")
    form.fields[page.area] = ""


def form_of(page: str, path: str) -> Form:
    """The form of a page that posts to ``path``, where it says nothing, to the page itself. Raises LookupError."""
    reader = _Forms()
    reader.feed(page)
    for form in reader.found:
        if form.action in ("", path):
            return form
    raise LookupError(f"{path} has no form")


def campaigns_on(page: str) -> list[str]:
    """What the campaign of a dashboard can be set to."""
    chosen = re.search(r'<select[^>]*name="campaign"[^>]*>(.*?)</select>', page, re.DOTALL)
    return re.findall(r'<option value="([^"]*)"', chosen[1]) if chosen else []
