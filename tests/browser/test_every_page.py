"""Every page of every account, in both languages and sizes: nothing in the console, nothing cut or untranslated."""

import gzip
from collections.abc import Callable

import pytest
from django.urls import URLPattern, get_resolver
from playwright.sync_api import Page, Response

from grievances.workflow import Verb
from tests.browser.conftest import People
from tests.browser.site import ACCOUNTS, DESKTOP, LANGUAGES, PHONE

# Bytes of a first load, compressed. Django's own reference pages bring jQuery and select2 along.
HEAVIEST, HEAVIEST_REFERENCE = 100_000, 160_000
# What no link leads to: answers to forms, pages for machines, steps that no case of the tour is ready for.
WITHOUT_LINK = {
    "language",
    "sign-in",
    "sign-out",
    "changes-seen",
    "notices-seen",
    "attachment",
    "answer-draft",
    "opinion-new-same",
    "succession",
    "notice-cases",
}
WITHOUT_LINK |= {verb.address for verb in Verb}
# From a case that was opened from its list, and by a key; test_walk.py goes that way.
WITHOUT_LINK |= {"walk-next", "walk-previous", "commands"}
# Led to by forms; test_bulk.py goes that way.
WITHOUT_LINK |= {"bulk-new", "bulk-order", "bulk-order-export", "chosen-paper", "chosen-export"}
# Made by a job; test_made_files.py goes that way.
WITHOUT_LINK |= {"made-file", "made-file-get"}
# Of views that somebody has saved; and what a page asks by itself.
WITHOUT_LINK |= {"view-open", "view-edit", "view-delete", "view-start", "list-changes"}
# What is proposed for rows that wait; test_handing_on.py looks at it.
WITHOUT_LINK |= {"bulk-proposals", "proposal-list", "opinion-like"}
# What phones ask, and keep for when there is no network; what is of a phone or a visit that came from one.
WITHOUT_LINK |= {"phone-contact", "phone-enrol", "phone-along", "phone-arrivals", "phone-photo", "phone-open"}
WITHOUT_LINK |= {"phone-worker", "phone-manifest", "phone-no-network", "phone-end", "undecided", "visit-same"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("account", ACCOUNTS)
def test_every_page_is_calm_light_and_accessible(
    people: People, quiet_site: str, tours: Callable, examined: set[str], account: str, language: str
) -> None:
    page = people.open(quiet_site, account, language, DESKTOP, bypass_csp=language == "en")
    for kind, address in tours(page, account).items():
        page.set_viewport_size(DESKTOP)
        if language == "en":
            # Weight and accessibility take long, and are asked of each kind of page once.
            if kind in examined:
                continue
            examined.add(kind)
            most = HEAVIEST_REFERENCE if kind.startswith("admin:") else HEAVIEST
            weight = _weight_of(page, address)
            assert weight < most, f"{kind} weighs {weight} bytes"
        if kind.startswith("admin:"):  # Django's own pages, in Django's words
            continue
        if language == "en":
            people.watches[page.context].accessibility(page)
        else:
            page.goto(address, wait_until="load")
        people.look(page)
        page.set_viewport_size(PHONE)
        people.look(page)


def _weight_of(page: Page, address: str) -> int:
    """Bytes of a first load. The proxy in front compresses pages; static files are compressed by us. What a page asks
    once it is there – also the one before, still – doesn't belong to it."""
    loaded: list[Response] = []

    def keep(response: Response) -> None:
        if response.request.resource_type not in ("xhr", "fetch"):
            loaded.append(response)

    page.on("response", keep)
    page.goto(address, wait_until="load")
    page.remove_listener("response", keep)
    bodies = [response.body() for response in loaded if response.status == 200]
    return sum(len(gzip.compress(body, 6)) for body in bodies)


def test_links_lead_to_every_page(people: People, quiet_site: str, tours: Callable) -> None:
    reached: set[str] = set()
    for account in ACCOUNTS:
        page = people.open(quiet_site, account)
        reached |= {kind.split(":")[0] for kind in tours(page, account)}
    named = {one.name for one in get_resolver().url_patterns if isinstance(one, URLPattern)}
    for group in get_resolver().url_patterns:
        if getattr(group, "namespace", None) is None and hasattr(group, "url_patterns"):
            named |= {one.name for one in group.url_patterns}
    assert named - reached - WITHOUT_LINK == set()
