"""What holds for every page: health, sessions, bad input, headers."""

import time

import pytest
from django.db import connection
from django.test import Client, RequestFactory

from config.bad_input import RefuseBadInput
from config.proxy import address
from tests.factories import fresh
from villages.models import Cadre


def signed_in(cadre: Cadre) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(fresh(cadre))
    return client


def test_health_is_ok_without_a_sign_in(db: None) -> None:
    response = Client().get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


def test_health_answers_an_unknown_host_and_a_stale_session(db: None) -> None:
    client = Client()
    client.cookies["session"] = "ended-long-ago"
    assert client.get("/healthz", HTTP_HOST="10.0.0.7").status_code == 200


def test_health_says_when_migrations_are_missing(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM django_migrations WHERE id IN "
            "(SELECT max(id) FROM django_migrations WHERE app = 'grievances')"
        )
    response = Client().get("/healthz")
    assert response.status_code == 503 and b"migration" in response.content


def test_a_session_that_was_idle_for_half_an_hour_ends(leader: Cadre) -> None:
    client = signed_in(leader)
    assert client.get("/dashboard/").status_code == 200
    session = client.session
    session["seen"] = int(time.time()) - 31 * 60
    session.save()
    assert client.get("/dashboard/").status_code == 302


def test_a_session_ends_after_twelve_hours_of_work(leader: Cadre) -> None:
    client = signed_in(leader)
    client.get("/dashboard/")
    session = client.session
    session["began"] = int(time.time()) - 12 * 3600 - 1
    session.save()
    assert client.get("/dashboard/").status_code == 302


@pytest.mark.parametrize("code", ["en", "zh-hans"])
def test_a_form_sent_after_the_session_ended_gives_back_what_was_typed(code: str, leader: Cadre) -> None:
    client = signed_in(leader)
    client.cookies["django_language"] = code
    client.get("/dashboard/")
    session = client.session
    session["seen"] = int(time.time()) - 31 * 60
    session.save()
    long, secret = "派人看过了，路面下星期一补好。", "a-long-password-of-mine"
    response = client.post("/password/", {"text": long, "old_password": secret})
    page = response.content.decode()
    assert response.status_code == 401 and long in page and secret not in page
    assert "no-store" in response["Cache-Control"]


def test_a_nul_in_a_path_gets_a_4xx(leader: Cadre) -> None:
    assert signed_in(leader).get("/opinions/%00/").status_code in (400, 404)


def test_half_a_sign_in_a_query_never_breaks_the_page(leader: Cadre) -> None:
    assert signed_in(leader).get("/opinions/?text=%ED%A0%80").status_code in (200, 400)


def test_a_nul_in_a_query_gets_400(leader: Cadre) -> None:
    assert signed_in(leader).get("/opinions/?text=a%00b").status_code == 400


def test_a_nul_in_a_form_gets_400(leader: Cadre) -> None:
    assert signed_in(leader).post("/notices/seen/", {"x": "a\0b"}).status_code == 400


def test_ordinary_chinese_passes() -> None:
    request = RequestFactory().get("/", {"text": "村口的路𠀀"})
    assert RefuseBadInput(lambda _request: None).process_view(request) is None


@pytest.mark.parametrize("query", ["after=-1", "before=x", "after=1&from=99999999999", "page=2",
                                   "as_of=2026-13-45", "state=nonsense",
                                   "unit=abc", "category=999999999999999999999", "order=password",
                                   "region=%27%3B--", "figure=nonsense", "recorded_from=x"])  # fmt: skip
def test_a_broken_filter_never_breaks_the_page(query: str, leader: Cadre) -> None:
    assert signed_in(leader).get(f"/opinions/?{query}").status_code == 200


@pytest.mark.parametrize("query", ["as_of=2026-13-45", "as_of=9999-12-31", "as_of=0001-01-01"])
def test_a_broken_day_never_breaks_the_dashboard(query: str, leader: Cadre) -> None:
    assert signed_in(leader).get(f"/dashboard/?{query}").status_code == 200


def test_every_page_has_a_strict_policy_and_no_inline_code(leader: Cadre) -> None:
    response = signed_in(leader).get("/dashboard/")
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    page = response.content.decode()
    assert "style=" not in page and "onclick" not in page and "<script>" not in page
    assert response["X-Frame-Options"] == "DENY" and response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(("code", "lang"), [("en", "en"), ("zh-hans", "zh-Hans")])
def test_the_page_says_its_language(code: str, lang: str, leader: Cadre) -> None:
    client = signed_in(leader)
    client.cookies["django_language"] = code
    page = client.get("/dashboard/").content.decode()
    assert f'<html lang="{lang}">' in page


def test_an_unknown_address_is_404_in_words(leader: Cadre) -> None:
    client = signed_in(leader)
    client.cookies["django_language"] = "zh-hans"
    assert client.get("/nowhere/").status_code == 404


def test_behind_the_proxy_a_sender_cannot_choose_the_address(settings: object) -> None:
    request = RequestFactory().get("/", HTTP_X_FORWARDED_FOR="6.6.6.6, 192.0.2.7", REMOTE_ADDR="127.0.0.1")
    settings.BEHIND_PROXY = True
    assert address(request) == "192.0.2.7"
    settings.BEHIND_PROXY = False
    assert address(request) == "127.0.0.1"


def test_behind_the_proxy_one_place_cannot_lock_out_another(administrator: Cadre, settings: object) -> None:
    settings.BEHIND_PROXY = True
    wrong = {"username": administrator.username, "password": "wrong"}
    for _time in range(settings.AXES_FAILURE_LIMIT + 1):
        locked = Client().post("/sign-in/", wrong, HTTP_X_FORWARDED_FOR="198.51.100.1")
    elsewhere = Client().post("/sign-in/", wrong, HTTP_X_FORWARDED_FOR="198.51.100.2")
    assert (locked.status_code, elsewhere.status_code) == (429, 200)


@pytest.mark.parametrize("page", ["/dashboard/", "/help/", "/opinions/", "/nowhere/"])
def test_no_cache_keeps_the_page_of_somebody_signed_in(page: str, leader: Cadre) -> None:
    assert signed_in(leader).get(page)["Cache-Control"] == "private, no-store"


def test_the_page_of_a_stranger_may_be_kept(db: None) -> None:
    assert "Cache-Control" not in Client().get("/help/").headers


@pytest.mark.parametrize(
    ("code", "words"), [("en", "Nothing was saved"), ("zh-hans", '<html lang="zh-Hans">')]
)
def test_a_form_without_its_secret_is_refused_in_words(code: str, words: str, leader: Cadre) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(fresh(leader))
    client.cookies["django_language"] = code
    response = client.post("/notices/seen/")
    assert response.status_code == 403 and words in response.content.decode()
    assert "CSRF" not in response.content.decode()
