"""Lighthouse, on its phone profile, over the visitor's pages: everybody can use them, and they are built well."""

import json
import re
import shutil
import time
from urllib.request import Request, urlopen

import pytest

from tests.browser.conftest import People
from tests.node import told

# Of a local server performance says little: it is told by "make lighthouse", and takes five times as long.
ASSERTED = ["accessibility", "best-practices"]
GOAL = 0.95


def pages(site: str, cookie: str) -> list[tuple[str, str, bool]]:
    """Name, address, whether somebody is signed in."""
    household = re.search(r'href="(/households/\d+/)', _read(f"{site}/households/", cookie))
    assert household
    return [
        ("sign-in", f"{site}/sign-in/", False),
        ("visitor's home", f"{site}/visits/", True),
        ("households", f"{site}/households/", True),
        ("visit form", f"{site}{household[1]}visit/", True),
        ("phone", f"{site}/phone/", True),
    ]


def _read(address: str, cookie: str) -> str:
    with urlopen(Request(address, headers={"Cookie": cookie}), timeout=30) as page:  # noqa: S310 – our own server
        return page.read().decode()


def test_lighthouse_finds_nothing_to_mend(
    people: People, quiet_site: str, pytestconfig: pytest.Config, capsys: pytest.CaptureFixture
) -> None:
    page = people.open(quiet_site, "visitor", "en")
    cookies = {one["name"]: one["value"] for one in page.context.cookies()}
    measured = ["performance"] if pytestconfig.getoption("--lighthouse-performance") else []
    asked = {
        "addresses": pages(quiet_site, f"session={cookies['session']}"),
        "cookies": {"django_language": "en"},
        "session": cookies["session"],
        "categories": [*ASSERTED, *measured],
        "chromium": shutil.which("chromium"),
    }
    began = time.monotonic()
    found = told("lighthouse.mjs", [json.dumps(asked)], timeout=400)
    with capsys.disabled():
        for name, one in found.items():
            scores = " ".join(f"{category} {score * 100:.0f}" for category, score in one["scores"].items())
            weight = f", {one['bytes'] / 1000:.0f} kB" if one["bytes"] else ""
            short = "" if one["scores"].get("performance", 1) >= GOAL else f" (goal {GOAL * 100:.0f})"
            print(f"\n{name}: {scores}{short}{weight}, {one['seconds']:.0f} s", end="")
        print(f"\nLighthouse took {time.monotonic() - began:.0f} s in all")
    assert len(found) == 5
    for name, one in found.items():
        assert name == "sign-in" or "/sign-in/" not in one["asked"], f"{name}: nobody is signed in"
        assert {one["scores"][category] for category in ASSERTED} == {1}, f"{name}: {one['failed']}"
