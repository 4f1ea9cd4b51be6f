"""Signing in and out, passwords, posts that end."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.test import Client
from django.utils import timezone

from tests.factories import PASSWORD, make_cadre, make_unit
from villages.models import Cadre, Post, Role

NEW = "another horse battery"
pytestmark = pytest.mark.django_db


def sign_in(client: Client, *, name: str = "administrator", password: str = PASSWORD, **more: str) -> object:
    return client.post("/sign-in/", {"username": name, "password": password}, **more)


def change(client: Client, *, old: str = PASSWORD, new: str = NEW) -> object:
    return client.post("/password/", {"old_password": old, "new_password1": new, "new_password2": new})


def test_signing_in_leads_home(client: Client, administrator: Cadre) -> None:
    assert sign_in(client).headers["location"] == "/"


def test_signing_in_leads_to_the_page_that_was_asked_for(client: Client, administrator: Cadre) -> None:
    asked = client.get("/people/")
    assert asked.headers["location"] == "/sign-in/?next=/people/"
    there = client.post(asked.headers["location"], {"username": "administrator", "password": PASSWORD})
    assert there.headers["location"] == "/people/"


def test_signing_in_never_leads_elsewhere(client: Client, administrator: Cadre) -> None:
    there = client.post(
        "/sign-in/?next=https://evil.example/", {"username": "administrator", "password": PASSWORD}
    )
    assert there.headers["location"] == "/"


def test_the_session_key_changes_at_sign_in(client: Client, administrator: Cadre) -> None:
    client.cookies[settings.SESSION_COOKIE_NAME] = "planted-by-somebody-else"
    sign_in(client)
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != "planted-by-somebody-else"


def test_an_unknown_name_and_a_wrong_password_look_the_same(client: Client, administrator: Cadre) -> None:
    unknown = sign_in(client, name="nobody-here")
    wrong = sign_in(client, password="wrong")
    assert unknown.status_code == wrong.status_code == 200
    said = [page.context["form"].non_field_errors() for page in (unknown, wrong)]
    assert said[0] and list(said[0]) == list(said[1])


def test_an_unknown_name_costs_a_hash_too(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed = []
    real = Cadre.set_password
    monkeypatch.setattr(Cadre, "set_password", lambda cadre, raw: (hashed.append(raw), real(cadre, raw)))
    sign_in(client, name="nobody-here", password="guess")
    assert hashed == ["guess"]


def test_a_disabled_cadre_does_not_get_in_and_is_out_at_once(client: Client, administrator: Cadre) -> None:
    sign_in(client)
    Cadre.objects.update(is_active=False)
    assert client.get("/people/").status_code == 302
    assert sign_in(client).status_code == 200


def test_wrong_passwords_lock_that_name_from_that_place_only(client: Client, administrator: Cadre) -> None:
    for _attempt in range(settings.AXES_FAILURE_LIMIT):
        last = sign_in(client, password="wrong", REMOTE_ADDR="192.0.2.1")
    assert last.status_code == 429
    assert sign_in(client, REMOTE_ADDR="192.0.2.1").status_code == 429
    assert sign_in(Client(), REMOTE_ADDR="192.0.2.2").status_code == 302


def test_a_right_password_forgets_the_wrong_ones_before_it(client: Client, administrator: Cadre) -> None:
    for _time in range(2):
        for _attempt in range(settings.AXES_FAILURE_LIMIT - 1):
            sign_in(client, password="wrong")
        assert sign_in(client).status_code == 302
        client.logout()


def test_wrong_old_passwords_are_limited_as_sign_ins_are(client: Client, administrator: Cadre) -> None:
    sign_in(client)
    for _attempt in range(settings.AXES_FAILURE_LIMIT):
        last = change(client, old="wrong")
    assert last.status_code == 429
    assert change(client).status_code == 429
    administrator.refresh_from_db()
    assert administrator.check_password(PASSWORD)


def test_no_password_is_kept_of_a_failed_change(client: Client, administrator: Cadre) -> None:
    sign_in(client)
    change(client, old="nearly the right one")
    kept = AccessAttempt.objects.get().post_data
    assert "nearly" not in kept and NEW not in kept


def test_what_was_still_to_be_told_ends_with_the_session(client: Client, administrator: Cadre) -> None:
    sign_in(client)
    change(client)
    assert "messages" in client.cookies
    client.post("/sign-out/")
    assert client.cookies["messages"].value == ""


def test_what_was_still_to_be_told_is_not_told_to_the_next_person(
    client: Client, administrator: Cadre
) -> None:
    sign_in(client)
    change(client)
    Cadre.objects.update(is_active=False)
    page = client.get("/people/", follow=True)
    assert page.status_code == 200 and not list(page.context["messages"])
    assert client.cookies["messages"].value == ""


def test_the_rules_for_a_new_password_are_a_list(client: Client, administrator: Cadre) -> None:
    sign_in(client)
    assert "<ul><li>" in client.get("/password/").content.decode()


def test_signing_out_is_a_post_and_ends_the_session(client: Client, administrator: Cadre) -> None:
    sign_in(client)
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").headers["location"] == "/sign-in/"
    assert client.get("/people/").status_code == 302


def test_a_new_password_ends_the_other_sessions(client: Client, administrator: Cadre) -> None:
    other = Client()
    sign_in(other)
    sign_in(client)
    assert change(client).status_code == 302
    assert client.get("/people/").status_code == 200
    assert other.get("/people/").status_code == 302


@pytest.mark.parametrize(
    ("old", "new"), [("wrong", NEW), (PASSWORD, PASSWORD), (PASSWORD, "short"), (PASSWORD, "12345678901")]
)
def test_a_bad_new_password_changes_nothing(client: Client, administrator: Cadre, old: str, new: str) -> None:
    sign_in(client)
    assert change(client, old=old, new=new).context["form"].errors
    administrator.refresh_from_db()
    assert administrator.check_password(PASSWORD)


def test_a_one_time_password_opens_the_password_page_only(client: Client, administrator: Cadre) -> None:
    Cadre.objects.update(must_change_password=True)
    sign_in(client)
    for address in ("/", "/people/", "/reference/"):
        assert client.get(address).headers["location"] == "/password/"
    assert client.get("/password/").status_code == client.get("/help/").status_code == 200
    assert change(client, new=PASSWORD).status_code == 200
    change(client)
    assert client.get("/people/").status_code == 200


def test_a_post_that_ended_yesterday_gives_nothing_at_the_next_request(
    client: Client, administrator: Cadre
) -> None:
    sign_in(client)
    assert client.get("/people/").status_code == 200
    Post.objects.update(until=timezone.localdate() - timedelta(days=1))
    for page in ("/people/", "/reference/"):
        assert client.get(page, follow=True).status_code == 403


def test_a_post_counts_on_its_last_day_and_not_before_its_first(db: None) -> None:
    today, unit = timezone.localdate(), make_unit(code="office")
    last = make_cadre(name="last", role=Role.LEADER, unit=unit, until=today)
    early = make_cadre(name="early", role=Role.LEADER, unit=unit, since=today + timedelta(days=1))
    assert (last.roles, early.roles) == ({Role.LEADER}, frozenset())


def test_somebody_without_a_post_reads_why_nothing_opens(client: Client, db: None) -> None:
    client.force_login(make_cadre(name="new"))
    assert client.get("/").headers["location"] == "/help/"
    assert b"No post of yours is in force" in client.get("/help/", headers={"accept-language": "en"}).content
    assert client.get("/people/").status_code == 403


@pytest.mark.parametrize("address", ["/sign-in/", "/help/"])
def test_sign_in_and_help_need_no_sign_in(client: Client, db: None, address: str) -> None:
    page = client.get(address).content.decode()
    assert page.count("<h1") == 1


@pytest.mark.parametrize("address", ["/people/", "/password/", "/reference/", "/reference/villages/unit/"])
def test_everything_else_does(client: Client, db: None, address: str) -> None:
    there, _status = client.get(address, follow=True).redirect_chain[-1]
    assert there == f"/sign-in/?next={address}"
