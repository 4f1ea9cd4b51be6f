"""What a phone keeps of the program, so that its pages open without a network."""

import hashlib
import re
from functools import lru_cache

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import resolve, reverse

# The service worker's libraries and own scripts, in the order in which it runs them. Workbox's own loader is left
# out: it makes addresses from a prefix, and served names carry a digest of the content.
WORKER_SCRIPTS = (
    "vendor/workbox-core-7.4.1.min.js",
    "vendor/workbox-routing-7.4.1.min.js",
    "vendor/workbox-strategies-7.4.1.min.js",
    "vendor/workbox-precaching-7.4.1.min.js",
    "vendor/idb-8.0.4.min.js",
    "phone/store.js",
    "phone/ciphers.js",
    "phone/seal.js",
    "phone/contact.js",
    "phone/sending.js",
    "phone/worker.js",
)
LANGUAGES = tuple(code for code, _label in settings.LANGUAGES)
_REFERENCE = re.compile(r"""(?:src|href|data-script)="([^"?#]+)["?#]""")


def worker() -> dict[str, object]:
    """What the service worker keeps and answers with (static/phone/worker.js). Each page is kept under a digest of its
    content, each static file under its name, which has one: what has changed is fetched anew, nothing else."""
    return _worker() if settings.DEBUG else _worker_once()


def _worker() -> dict[str, object]:
    shells = {language: reverse("phone-shell", args=[language]) for language in LANGUAGES}
    without = {language: reverse("phone-no-network", args=[language]) for language in LANGUAGES}
    pages = {address: _text_of(address) for address in [*shells.values(), *without.values()]}
    kept = [{"url": address, "revision": _digest(text)} for address, text in pages.items()]
    files = sorted({file for text in pages.values() for file in _files_in(text)})
    kept += [{"url": file, "revision": None} for file in files]
    return {
        "kept": kept,
        "shells": shells,
        "without": without,
        "places": {
            "shell": reverse("phone"),
            "homes": [reverse("home"), reverse("visitor-home")],
            "households": reverse("household-list"),
            "sign_out": reverse("sign-out"),
        },
    }


_worker_once = lru_cache(maxsize=1)(_worker)


def _text_of(address: str) -> str:
    """The page as anybody gets it who is not signed in."""
    request = HttpRequest()
    request.method, request.path, request.path_info = "GET", address, address
    request.user = AnonymousUser()
    request.resolver_match = match = resolve(address)
    return match.func(request, *match.args, **match.kwargs).content.decode()


def _files_in(text: str) -> set[str]:
    return {found for found in _REFERENCE.findall(text) if _is_static(found)}


def _is_static(address: str) -> bool:
    return address.startswith(settings.STATIC_URL)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
