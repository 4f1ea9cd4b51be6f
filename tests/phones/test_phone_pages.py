"""My phones: what is shown of them, and ending one."""

import uuid

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grievances.models import Phone
from tests.factories import LONG_AGO, fresh
from villages.models import Cadre


@pytest.fixture
def keeper(administrator: Cadre) -> Client:
    """The administrator at a desk."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(fresh(administrator))
    return client


def page(client: Client, name: str, *args: object) -> str:
    answer = client.get(reverse(name, args=args), follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_my_phones_are_listed_with_the_day_of_their_last_contact(script: Client, phone: Phone) -> None:
    Phone.objects.update(contact_on=LONG_AGO)
    shown = page(script, "phone-list")
    assert "Android Chrome" in shown and "last contact Wed 1 Jan 2020" in shown
    assert reverse("phone-end", args=[phone.key]) in shown and ">this phone<" not in shown
    assert reverse("phone-list") in page(script, "password-change")


def test_the_phone_in_the_hand_is_marked(script: Client, phone: Phone) -> None:
    Phone.objects.update(session=script.session.session_key)
    assert ">this phone<" in page(script, "phone-list")
    assert "you sign in again afterwards" in page(script, "phone-end", phone.key)


def test_whoever_has_no_phone_is_told_so(keeper: Client, phone: Phone) -> None:
    shown = page(keeper, "phone-list")
    assert "No phone works offline." in shown and "Android Chrome" not in shown


def test_the_page_says_why_offline_use_is_off(script: Client, settings: object) -> None:
    assert "PHONE_KEY" not in page(script, "phone-list")
    settings.PHONE_KEYS = []
    assert "PHONE_KEY" in page(script, "phone-list")


def test_a_phones_name_is_no_html(script: Client, phone: Phone) -> None:
    Phone.objects.update(label="<img src=x onerror=alert(1)>")
    for shown in (page(script, "phone-list"), page(script, "phone-end", phone.key)):
        assert "<img" not in shown and "&lt;img" in shown


def test_ending_asks_first(script: Client, phone: Phone) -> None:
    asked = page(script, "phone-end", phone.key)
    assert "erases the households" in asked and not Phone.objects.get().is_ended
    answer = script.post(reverse("phone-end", args=[phone.key]), follow=True)
    shown = answer.content.decode()
    assert "Offline use has ended on Android Chrome." in shown and "ended on" in shown
    assert Phone.objects.get().ended_by == phone.cadre


def test_an_administrator_ends_a_lost_phone_with_its_session(
    keeper: Client, script: Client, phone: Phone, administrator: Cadre
) -> None:
    script.get(reverse("phone-contact"), {"phone": str(phone.key)})
    assert reverse("cadre-phones", args=[phone.cadre_id]) in page(keeper, "people")
    assert "Android Chrome" in page(keeper, "cadre-phones", phone.cadre_id)
    answer = keeper.post(reverse("phone-end", args=[phone.key]))
    assert answer.url == reverse("cadre-phones", args=[phone.cadre_id])
    assert Phone.objects.get().ended_by == administrator
    assert script.get(reverse("visitor-home")).status_code == 302
    assert administrator.label in page(keeper, "cadre-phones", phone.cadre_id)


def test_ending_the_phone_in_the_hand_signs_out(script: Client, phone: Phone) -> None:
    script.get(reverse("phone-contact"), {"phone": str(phone.key)})
    answer = script.post(reverse("phone-end", args=[phone.key]), follow=True)
    assert answer.redirect_chain[-1][0].startswith(reverse("sign-in"))
    assert not Session.objects.exists() and Phone.objects.get().is_ended


def test_the_second_of_two_who_end_it_is_told(script: Client, phone: Phone, administrator: Cadre) -> None:
    Phone.objects.get().end(by=administrator)
    for method in (script.get, script.post):
        answer = method(reverse("phone-end", args=[phone.key]), follow=True)
        assert "had ended on it already" in answer.content.decode()
    assert Phone.objects.get().ended_by == administrator


def test_nobody_ends_somebody_elses_phone(phone: Phone, coordinator: Cadre) -> None:
    other = Client()
    other.force_login(fresh(coordinator))
    for key in (phone.key, uuid.uuid4()):
        for method in (other.get, other.post):
            assert method(reverse("phone-end", args=[key])).status_code == 404
    assert other.get(reverse("cadre-phones", args=[phone.cadre_id])).status_code == 403
    assert not Phone.objects.get().is_ended


def test_ending_needs_its_token(phone: Phone, visitor: Cadre) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(fresh(visitor))
    assert strict.post(reverse("phone-end", args=[phone.key])).status_code == 403
    assert not Phone.objects.get().is_ended


def test_the_pages_ask_the_same_for_one_phone_and_for_many(
    keeper: Client, phone: Phone, django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(18) as few:
        page(keeper, "cadre-phones", phone.cadre_id)
    for n in range(9):
        one = Phone.objects.create(
            key=uuid.uuid4(), cadre=phone.cadre, label=f"Phone {n}", enrolled_at=timezone.now(),
            contact_on=LONG_AGO,
        )  # fmt: skip
        if n % 2:
            one.end(by=phone.cadre)
    with django_assert_max_num_queries(len(few.captured_queries)):
        page(keeper, "cadre-phones", phone.cadre_id)
