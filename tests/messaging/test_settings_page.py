"""How somebody is told: their own choices, their language, their address."""

import pytest
from django.test import Client
from django.urls import reverse

from grievances.messaging.kinds import kinds
from grievances.models import MessageSettings
from tests.factories import PASSWORD
from villages.models import Cadre

ADDRESS = "/notices/settings/"
GOOD = {"email": "head@dafeng.example.cn", "digest_hour": "17"} | {
    f"kind_{kind.name}": "digest" for kind in kinds()
}


@pytest.fixture
def mine(client: Client, head: Cadre) -> Client:
    client.force_login(head)
    client.cookies["django_language"] = "en"
    return client


def test_choices_and_address_are_kept_and_shown_again(mine: Client, head: Cadre, handler: Cadre) -> None:
    answer = mine.post(ADDRESS, GOOD | {"kind_step": "at_once", "kind_mention": "program"})
    assert answer.status_code == 302
    kept = MessageSettings.objects.get()
    assert (kept.cadre_id, kept.digest_hour) == (head.pk, 17)
    assert (kept.choices["step"], kept.choices["mention"]) == ("at_once", "program")
    head.refresh_from_db()
    assert head.email == "head@dafeng.example.cn"
    form = mine.get(ADDRESS).context["form"]
    assert form["kind_step"].value() == "at_once" and form["digest_hour"].value() == 17
    handler.refresh_from_db()
    assert handler.email == ""


def test_the_address_can_be_taken_away(mine: Client, head: Cadre) -> None:
    mine.post(ADDRESS, GOOD)
    mine.post(ADDRESS, GOOD | {"email": ""})
    head.refresh_from_db()
    assert head.email == ""


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "no address"),
        ("email", "a@b"),
        ("email", "a@b.cn\nBcc: c@d.cn"),
        ("email", "a" * 260 + "@b.cn"),
        ("digest_hour", "24"),
        ("digest_hour", "x"),
        ("digest_hour", ""),
        ("kind_given", "program"),
        ("kind_escalation", "program"),
        ("kind_step", "never"),
        ("kind_step", ""),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(
    mine: Client, head: Cadre, field: str, value: str
) -> None:
    page = mine.post(ADDRESS, GOOD | {field: value})
    assert page.status_code == 422 and list(page.context["form"].errors) == [field]
    assert f'href="#id_{field}"' in page.content.decode()
    head.refresh_from_db()
    assert head.email == "" and not MessageSettings.objects.exists()


def test_choices_of_kinds_that_are_not_offered_now_stay(mine: Client, head: Cadre) -> None:
    MessageSettings.objects.create(cadre=head, language="en", choices={"of_another_branch": "at_once"})
    mine.post(ADDRESS, GOOD)
    kept = MessageSettings.objects.get()
    assert kept.choices["of_another_branch"] == "at_once" and kept.language == "en"


def test_the_page_says_by_what_messages_leave(mine: Client, settings: object) -> None:
    assert "Nothing leaves the program here yet" in mine.get(ADDRESS).content.decode()
    settings.WEBHOOK_URL = "https://gateway.example.cn/"
    page = mine.get(ADDRESS).content.decode()
    assert "messenger carries them too" in page and "Nothing leaves" not in page


def test_the_page_is_whole_in_chinese(mine: Client) -> None:
    mine.cookies["django_language"] = "zh-hans"
    page = mine.get(ADDRESS).content.decode()
    assert "我的提醒" in page and "每日汇总一次" in page and "属于职责要求" in page


def test_signing_in_and_changing_the_language_keep_it_for_messages(client: Client, head: Cadre) -> None:
    signs_in = {"username": head.username, "password": PASSWORD}
    client.post(reverse("sign-in"), signs_in, headers={"accept-language": "en"})
    assert MessageSettings.objects.get().language == "en"
    MessageSettings.objects.update(choices={"step": "at_once"})
    client.post(reverse("language"), {"language": "zh-hans", "next": "/help/"})
    kept = MessageSettings.objects.get()
    assert (kept.language, kept.choices) == ("zh-hans", {"step": "at_once"})


@pytest.mark.parametrize("code", ["fr", "", "zh-hans'", "x" * 300])
def test_a_language_that_is_none_changes_nothing(mine: Client, code: str) -> None:
    assert mine.post(reverse("language"), {"language": code}).status_code == 302
    assert not MessageSettings.objects.exists()


def test_strangers_may_change_the_language_of_the_pages_only(client: Client, db: None) -> None:
    answer = client.post(reverse("language"), {"language": "en", "next": "/help/"})
    assert answer.status_code == 302 and answer.cookies["django_language"].value == "en"
    assert not MessageSettings.objects.exists()


def test_the_administrator_sets_an_address_too(client: Client, administrator: Cadre, head: Cadre) -> None:
    client.force_login(administrator)
    address = reverse("admin:villages_cadre_change", args=[head.pk])
    fields = {"name": head.name, "telephone": "", "is_active": "on"}
    client.post(address, fields | {"email": "no"})
    head.refresh_from_db()
    assert head.email == ""
    client.post(address, fields | {"email": "head@dafeng.example.cn"})
    head.refresh_from_db()
    assert head.email == "head@dafeng.example.cn"
