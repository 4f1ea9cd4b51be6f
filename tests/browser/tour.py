"""Every kind of page that an account reaches by following links, with one example of each."""

import html
import re
from urllib.parse import parse_qs, urljoin, urlsplit

from django.urls import Resolver404, resolve
from playwright.sync_api import APIRequestContext

_LINK = re.compile(r'<a\b[^>]*\shref="([^"#][^"]*)"')
_MOST = 150
# What the first page of a list may not hold.
ALSO = (
    "/opinions/?informant_kind=confidential",
    "/opinions/?informant_kind=anonymous",
    "/search/?q=大丰",
    "/search/?q=路面",
)


def kind_of(address: str, came_from: str = "") -> str | None:
    """What pages of one kind have in common: the name, and the queue or list, also of a case found there. None for
    what is no page; an address that nothing answers raises AssertionError."""
    parts = urlsplit(address)
    try:
        match = resolve(parts.path)
    except Resolver404:
        raise AssertionError(f"{came_from or 'the start'} links to {address}, which leads nowhere") from None
    if match.url_name in ("attachment", "jsi18n"):  # no pages
        return None
    asked = parse_qs(parts.query)
    listed = "past" if "as_of" in asked else asked.get("informant_kind", asked.get("q", [""]))[0]
    which = match.kwargs["queue"] if match.url_name == "desk-queue" else listed
    if match.url_name == "opinion":
        which = came_from.partition(":")[2]
    return ":".join(filter(None, (match.namespace, match.url_name, which)))


def tour(request: APIRequestContext) -> dict[str, str]:
    """Kind of page → address of an example, breadth first. A broken page, or a link to what is refused
    or leads nowhere, raises AssertionError."""
    found: dict[str, str] = {}
    waiting = [("", "/"), *(("", address) for address in ALSO if request.get(address).ok)]
    while waiting and len(found) < _MOST:
        came_from, address = waiting.pop(0)
        kind = kind_of(address, came_from)
        if kind is None or kind in found:
            continue
        response = request.get(address, max_redirects=5)
        assert response.ok or response.status == 409, f"{address}: {response.status}"
        found[kind] = address
        for link in _LINK.findall(response.text()):
            target = urlsplit(urljoin(response.url, html.unescape(link)))
            if target.scheme.startswith("http") and target.netloc == urlsplit(response.url).netloc:
                waiting.append((kind, target._replace(scheme="", netloc="", fragment="").geturl()))
    return found
