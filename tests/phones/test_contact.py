"""Contact and enrolment: what a phone is told, and when it has to erase what it holds."""

import time
import uuid
from datetime import date, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grievances.models import MOST_PHONES, Phone
from tests.factories import GRID, LONG_AGO, PASSWORD, fresh, make_household
from villages.models import Cadre, Post

YESTERDAY = timedelta(days=1)


def contact(client: Client, phone: object = None) -> dict:
    asked = {"phone": str(getattr(phone, "key", phone)), "clock": "1"} if phone else {}
    answer = client.get(reverse("phone-contact"), asked)
    assert answer.status_code in (200, 401), answer.content
    return answer.json()


def enrol(client: Client, **asked: object) -> tuple[int, dict]:
    body = {"phone": str(uuid.uuid4()), "label": "Android Chrome"} | asked
    answer = client.post(reverse("phone-enrol"), body, content_type="application/json")
    return answer.status_code, answer.json()


# contact


def test_contact_tells_the_time_the_key_and_whose_the_phone_is(
    script: Client, phone: Phone, visitor: Cadre
) -> None:
    told = contact(script, phone)
    assert abs(told["now"] - time.time() * 1000) < 10_000
    assert told["cadre"] == {"pk": visitor.pk, "label": visitor.label}
    assert told["phone"] == {"enrolled": True, "ended": False} and told["erase"] is False
    assert len(told["key"]["id"]) == 16 and told["off"] == "" and told["csrf"]


def test_contact_tells_which_grids_may_be_taken_along(script: Client) -> None:
    make_household()
    gone = make_household()
    type(gone).objects.filter(pk=gone.pk).update(gone_on=timezone.localdate())
    (grid,) = contact(script)["grids"]
    assert (grid["code"], grid["households"]) == (GRID, 1)
    assert set(grid["label"]) == set(grid["village"]) == {"zh-hans", "en"}


def test_the_token_that_contact_gives_lets_the_phone_write(visitor: Cadre) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(fresh(visitor))
    refused = strict.post(reverse("phone-enrol"), {}, content_type="application/json")
    assert (refused.status_code, refused.json()) == (403, {"state": "csrf"})
    headers = {"X-CSRFToken": contact(strict)["csrf"]}
    body = {"phone": str(uuid.uuid4()), "label": "x"}
    taken = strict.post(reverse("phone-enrol"), body, content_type="application/json", headers=headers)
    assert taken.status_code == 201


def test_contact_keeps_the_day_and_the_session_only(script: Client, phone: Phone) -> None:
    Phone.objects.update(contact_on=LONG_AGO, label="kept")
    contact(script, phone)
    phone.refresh_from_db()
    assert (phone.contact_on, phone.session) == (timezone.localdate(), script.session.session_key)
    assert {field.name for field in Phone._meta.get_fields()} == {
        "id", "key", "cadre", "label", "enrolled_at", "contact_on", "session", "ended_at", "ended_by",
    }  # fmt: skip


def test_the_session_of_the_next_sign_in_is_kept(script: Client, phone: Phone) -> None:
    contact(script, phone)
    first = Phone.objects.get().session
    script.post(reverse("sign-out"))
    script.post(reverse("sign-in"), {"username": "visitor", "password": PASSWORD})
    contact(script, phone)
    assert Phone.objects.get().session == script.session.session_key != first


def test_contact_writes_nothing_of_an_unknown_phone(script: Client, visitor: Cadre) -> None:
    told = contact(script, uuid.uuid4())
    assert told["phone"] == {"enrolled": False, "ended": False} and told["erase"] is False
    assert not Phone.objects.exists()


def test_contact_asks_little(script: Client, phone: Phone, django_assert_max_num_queries: object) -> None:
    contact(script, phone)
    with django_assert_max_num_queries(5):
        contact(script, phone)


def test_without_a_key_offline_use_is_off_and_says_why(script: Client, settings: object) -> None:
    settings.PHONE_KEYS = []
    told = contact(script)
    assert told["key"] is None and "PHONE_KEY" in told["off"] and told["grids"] == []
    status, said = enrol(script)
    assert (status, said["state"]) == (409, "off") and set(said["reason"]) == {"zh-hans", "en"}


@pytest.mark.parametrize(
    "value", ["x", "1" * 36, "%00", "\ud800", "9" * 400, "{" + "0" * 34 + "}", "urn:uuid:" + "0" * 27]
)
def test_what_is_no_identity_is_refused(script: Client, value: str) -> None:
    for client in (script, Client()):
        answer = client.get(reverse("phone-contact"), {"phone": value.encode("utf-8", "replace")})
        assert answer.status_code == 400


def test_an_odd_clock_does_no_harm(script: Client) -> None:
    for clock in ("-1", "9" * 40, "NaN", ""):
        assert script.get(reverse("phone-contact"), {"clock": clock}).status_code == 200


# erasing


def test_an_ended_phone_erases(script: Client, phone: Phone, administrator: Cadre) -> None:
    assert contact(Client(), phone)["erase"] is False
    phone.end(by=administrator)
    assert contact(script, phone)["phone"] == {"enrolled": False, "ended": True}
    for client in (script, Client()):
        assert contact(client, phone)["erase"] is True


def test_a_phone_whose_owner_visits_no_more_erases(script: Client, phone: Phone, visitor: Cadre) -> None:
    Post.objects.update(until=timezone.localdate() - YESTERDAY)
    for client in (script, Client()):
        assert contact(client, phone)["erase"] is True
    assert contact(script, phone)["csrf"]


def test_a_phone_whose_owner_may_not_sign_in_erases(script: Client, phone: Phone, visitor: Cadre) -> None:
    Cadre.objects.filter(pk=visitor.pk).update(is_active=False)
    for client in (script, Client()):
        told = contact(client, phone)
        assert (told["state"], told["erase"]) == ("signed_out", True)


def test_a_phone_on_which_somebody_else_signed_in_erases(phone: Phone, handler: Cadre) -> None:
    other = Client()
    other.force_login(fresh(handler))
    told = contact(other, phone)
    assert told["erase"] is True and told["phone"]["enrolled"] is False
    assert Phone.objects.get().session == ""


def test_a_stranger_hears_the_time_and_whether_to_erase_only(phone: Phone) -> None:
    answer = Client().get(reverse("phone-contact"), {"phone": str(phone.key)})
    assert answer.status_code == 401 and set(answer.json()) == {"state", "now", "erase"}
    assert contact(Client())["erase"] is False and contact(Client(), uuid.uuid4())["erase"] is False


def test_whoever_has_a_one_time_password_is_told_so_in_one_word(script: Client, visitor: Cadre) -> None:
    Cadre.objects.filter(pk=visitor.pk).update(must_change_password=True)
    answer = script.get(reverse("phone-contact"))
    assert (answer.status_code, answer.json()) == (403, {"state": "choose_password"})


def test_a_contact_that_the_phone_makes_by_itself_keeps_no_session_alive(script: Client) -> None:
    session = script.session
    session["seen"] = session["began"] = int(time.time()) - 120
    session.save()
    script.get(reverse("phone-contact"), headers={"Unattended": "1"})
    assert script.session["seen"] == session["seen"]
    script.get(reverse("phone-contact"))
    assert script.session["seen"] > session["seen"]


# enrolling


def test_a_phone_is_enrolled_once(script: Client, visitor: Cadre) -> None:
    key = str(uuid.uuid4())
    assert enrol(script, phone=key, label="  Android   Chrome ") == (201, {"state": "enrolled"})
    assert enrol(script, phone=key) == (200, {"state": "enrolled"})
    phone = Phone.objects.get()
    assert (phone.cadre, phone.label, str(phone.key)) == (visitor, "Android Chrome", key)
    assert phone.session == script.session.session_key and phone.contact_on == timezone.localdate()


def test_a_phone_of_somebody_else_is_not_taken_over(script: Client, handler: Cadre) -> None:
    theirs = Phone.objects.create(
        key=uuid.uuid4(), cadre=handler, label="x", enrolled_at=timezone.now(), contact_on=date.today()
    )
    status, said = enrol(script, phone=str(theirs.key))
    assert (status, said["state"]) == (409, "somebody_elses") and Phone.objects.get().cadre == handler


def test_an_ended_phone_comes_back_under_a_new_identity_only(
    script: Client, phone: Phone, visitor: Cadre
) -> None:
    phone.end(by=visitor)
    status, said = enrol(script, phone=str(phone.key))
    assert (status, said["state"]) == (409, "ended")
    assert enrol(script)[0] == 201


def test_nobody_has_more_phones_than_the_most(script: Client, phone: Phone) -> None:
    for _n in range(MOST_PHONES - 1):
        assert enrol(script)[0] == 201
    status, said = enrol(script)
    assert (status, said["state"]) == (409, "too_many") and str(MOST_PHONES) in said["reason"]["en"]
    phone.end(by=phone.cadre)
    assert enrol(script)[0] == 201


@pytest.mark.parametrize(
    "asked",
    [
        {"phone": None}, {"phone": 7}, {"phone": ["a"]}, {"phone": "x" * 36}, {"phone": "\0" * 36},
        {"label": ""}, {"label": " \n "}, {"label": "x" * 61}, {"label": None}, {"label": {}}, {"label": 9 * 10**30},
        {"label": "\ud800"}, {"label": "a\0b"},
    ],
)  # fmt: skip
def test_an_odd_enrolment_is_refused_and_writes_nothing(script: Client, asked: dict[str, object]) -> None:
    status, said = enrol(script, **asked)
    assert (status, said["state"]) == (400, "bad_request") and said["problem"]
    assert not Phone.objects.exists()


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"{" * 100_000, b'{"phone": "\\u0000"}', b"\xff", b"x" * 3_000_000]
)
def test_no_body_breaks_the_enrolment(script: Client, raw: bytes) -> None:
    answer = script.post(reverse("phone-enrol"), raw, content_type="application/json")
    assert answer.status_code in (400, 413) and answer.json()["state"]


def test_a_form_in_place_of_json_is_refused(script: Client) -> None:
    assert script.post(reverse("phone-enrol"), {"phone": "x"}).status_code == 400


# ending


def test_ending_a_phone_ends_its_session_and_says_who_did_it(
    script: Client, phone: Phone, administrator: Cadre
) -> None:
    contact(script, phone)
    key = script.session.session_key
    assert Phone.objects.get().end(by=administrator) is True
    assert not Session.objects.filter(session_key=key).exists()
    assert contact(script, phone) | {"now": 0} == {"state": "signed_out", "now": 0, "erase": True}
    ended = Phone.objects.get()
    assert ended.ended_by == administrator and ended.ended_at and ended.session == ""
    assert phone.end(by=phone.cadre) is False and Phone.objects.get().ended_by == administrator
