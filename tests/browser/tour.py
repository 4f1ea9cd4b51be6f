"""Every kind of page that an account reaches by following links, with one example of each."""

import html
import re
from urllib.parse import parse_qs, urlsplit

from django.urls import Resolver404, resolve
from playwright.sync_api import APIRequestContext

_LINK = re.compile(r'<a\b[^>]*\shref="([^"#][^"]*)"')
_MOST = 150


def kind_of(address: str, came_from: str = "") -> str | None:
    """What pages of one kind have in common: the name, the queue, whether it is a past day, a case's queue."""
    parts = urlsplit(address)
    try:
        match = resolve(parts.path)
    except Resolver404:
        return None
    if match.url_name in ("attachment", "jsi18n"):  # no pages
        return None
    queue = match.kwargs.get("queue", "")
    if match.url_name == "opinion" and came_from.startswith("desk-queue:"):
        queue = came_from.removeprefix("desk-queue:")
    asked = "past" if "as_of" in parse_qs(parts.query) else ""
    return ":".join(filter(None, (match.namespace, match.url_name, queue, asked)))


def tour(request: APIRequestContext, start: str = "/") -> dict[str, str]:
    """Kind of page → address of an example, breadth first. A refused or broken page raises AssertionError."""
    found: dict[str, str] = {}
    waiting = [("", start)]
    while waiting and len(found) < _MOST:
        came_from, address = waiting.pop(0)
        kind = kind_of(address, came_from)
        if kind is None or kind in found:
            continue
        response = request.get(address, max_redirects=5)
        assert response.ok or response.status == 409, f"{address}: {response.status}"
        found[kind] = address
        here = urlsplit(response.url)
        for link in _LINK.findall(response.text()):
            target = html.unescape(link)
            if target.startswith("?"):
                target = here.path + target
            if target.startswith("/"):
                waiting.append((kind, target))
    return found
