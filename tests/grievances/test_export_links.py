"""The link to a list's file stands only where there is one."""

import re

import pytest
from django.test import Client
from django.urls import Resolver404, resolve, reverse

from villages.models import Cadre

LISTS = ("common-problem-list", "supervision-list", "opinion-list")


@pytest.mark.parametrize("name", LISTS)
def test_a_link_to_a_file_leads_to_one(name: str, client: Client, coordinator: Cadre) -> None:
    client.force_login(coordinator)
    page = client.get(reverse(name)).content.decode()
    for link in re.findall(r'href="(export/)\?', page):
        try:
            resolve(reverse(name) + link)
        except Resolver404:
            pytest.fail(f"{name} leads to no file")
    assert ('href="export/?' in page) == (name == "opinion-list")
