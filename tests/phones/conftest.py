"""Phones of the tests' people."""

import uuid

import pytest
from django.test import Client
from django.utils import timezone

from grievances.models import Phone
from tests.factories import fresh, make_household
from villages.models import Cadre, Household


@pytest.fixture
def phone(visitor: Cadre) -> Phone:
    """The visitor's, enrolled today."""
    return Phone.objects.create(
        key=uuid.uuid4(), cadre=visitor, label="Android Chrome", enrolled_at=timezone.now(),
        contact_on=timezone.localdate(),
    )  # fmt: skip


@pytest.fixture
def script(visitor: Cadre) -> Client:
    """The script on the visitor's phone."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(fresh(visitor))
    return client


@pytest.fixture
def household(visitor: Cadre) -> Household:
    """In the visitor's grid."""
    return make_household(number="3 号")
