"""What a phone keeps of the program: the service worker, the manifest, the page of what needs a network."""

import json
import re

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from grievances.phones import offline
from tests.factories import fresh
from villages.models import Cadre

LANGUAGES = ("zh-hans", "en")


@pytest.fixture
def worker(db: None) -> str:
    response = Client().get("/sw.js")
    assert response.status_code == 200 and response["Content-Type"].startswith("text/javascript")
    assert response["Cache-Control"] == "no-cache"
    return response.content.decode()


def kept(worker: str) -> dict[str, object]:
    return json.loads(re.search(r"self\.phoneWorker = (\{.*?\n\});", worker, re.DOTALL)[1])


def test_the_worker_keeps_the_shell_and_the_page_without_network_in_both_languages(worker: str) -> None:
    urls = {one["url"] for one in kept(worker)["kept"]}
    for language in LANGUAGES:
        assert {f"/phone/shell/{language}/", f"/phone/no-network/{language}/"} <= urls


def test_everything_that_the_worker_names_exists_and_is_ours(worker: str) -> None:
    client = Client()
    scripts = json.loads(re.search(r"importScripts\(\.\.\.(\[.*?\])\)", worker, re.DOTALL)[1])
    addresses = [one["url"] for one in kept(worker)["kept"]] + scripts
    assert len(addresses) > 15
    for address in addresses:
        assert address.startswith("/") and not address.startswith("//"), address
        if address.startswith("/static/"):
            name = re.sub(r"\.[0-9a-f]{12}(?=\.\w+$)", "", address.removeprefix("/static/"))
            assert finders.find(name), address
        else:
            assert client.get(address).status_code == 200, address
    assert not re.search(r"https?://", worker)


def test_the_kept_pages_are_the_same_for_everybody(visitor: Cadre) -> None:
    signed_in = Client()
    signed_in.force_login(fresh(visitor))
    for language in LANGUAGES:
        for page in ("shell", "no-network"):
            address = f"/phone/{page}/{language}/"
            assert signed_in.get(address).content == Client().get(address).content
    assert Client().get("/phone/shell/fr/").status_code == 404
    assert Client().get("/phone/no-network/fr/").status_code == 404


def test_a_kept_page_has_another_revision_only_when_it_says_something_else(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = offline._worker()
    assert offline._worker() == first
    shell = "/phone/shell/en/"
    read = offline._text_of
    monkeypatch.setattr(
        offline, "_text_of", lambda address: read(address) + ("x" if address == shell else "")
    )
    then = offline._worker()
    changed = [one["url"] for one in then["kept"] if one not in first["kept"]]
    assert changed == [shell]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_manifest_says_what_an_installed_app_needs(db: None, language: str) -> None:
    manifest = Client().get(f"/phone/manifest/{language}/")
    assert manifest["Content-Type"] == "application/manifest+json"
    about = manifest.json()
    assert about["start_url"] == about["id"] == "/phone/" and about["scope"] == "/"
    assert about["display"] == "standalone" and about["name"] and about["short_name"]
    assert (about["name"] == "Village Voices") == (language == "en")
    assert {(one["sizes"], one["purpose"]) for one in about["icons"]} == {
        ("192x192", "any"), ("512x512", "any"), ("512x512", "maskable"),
    }  # fmt: skip
    assert Client().get("/phone/manifest/fr/").status_code == 404


def test_the_policy_lets_workers_come_from_here_only(db: None) -> None:
    policy = Client().get("/phone/")["Content-Security-Policy"]
    assert "worker-src 'self'" in policy and "unsafe" not in policy


def test_visitors_and_the_sign_in_page_have_the_strip_others_not(visitor: Cadre, leader: Cadre) -> None:
    client = Client()
    assert b'id="strip"' in client.get("/sign-in/").content
    for cadre, has in ((visitor, True), (leader, False)):
        client.force_login(fresh(cadre))
        page = client.get("/notices/").content
        assert (b'id="strip"' in page) == (b'rel="manifest"' in page) == has


def test_a_one_time_password_never_takes_the_place_of_the_kept_pages(visitor: Cadre) -> None:
    client = Client()
    visitor.must_change_password = True
    visitor.save()
    client.force_login(fresh(visitor))
    for address in ("/phone/", "/phone/shell/en/", "/phone/no-network/en/", "/sw.js"):
        assert client.get(address).status_code == 200
