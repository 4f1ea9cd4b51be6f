"""The phone's own page: anybody gets it, nobody's data is in it, and its form is the server's."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import make_household
from villages.models import Cadre

OF_THE_REQUEST = {
    "csrfmiddlewaretoken",
    "next",
    "language",
    "key",
    "count",
    "files",
    "add",
    "reload",
    "q",
    "viewport",
}
LANGUAGES = {"zh-hans": 'lang="zh-Hans"', "en": 'lang="en"'}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_shell_opens_signed_out_in_both_languages_without_a_query(
    language: str, client: Client, db: None, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(0):
        page = client.get(reverse("phone-shell", args=[language]))
    assert page.status_code == 200 and LANGUAGES[language] in page.content.decode()
    assert page["Cache-Control"] == "no-cache"


def test_the_shell_only_shows(client: Client) -> None:
    assert client.post(reverse("phone")).status_code == 405


def test_the_blank_form_has_every_field_of_the_servers_form(client: Client, visitor: Cadre) -> None:
    household = make_household()
    shell = client.get(reverse("phone")).content.decode()
    client.force_login(visitor)
    server = client.get(reverse("visit-household", args=[household.pk])).content.decode()
    fields = set(re.findall(r'name="(?:o0-)?([a-z_]+)"', server.partition("<template>")[0]))
    blank = set(re.findall(r'name="(?:o__n__-)?([a-z_]+)"', shell))
    # Files are photographs there, of which the phone keeps smaller ones; the rest belongs to the request.
    assert fields - blank <= OF_THE_REQUEST
    assert {
        "text",
        "category",
        "informant",
        "on_the_spot",
        "account",
        "accused",
        "remarks",
        "said_at",
    } <= blank


def test_the_visitors_home_leads_to_the_phones_page(client: Client, visitor: Cadre) -> None:
    client.force_login(visitor)
    assert f'href="{reverse("phone")}"' in client.get(reverse("visitor-home")).content.decode()
