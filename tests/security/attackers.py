"""Those who attack: how they come in, and how they get one more post."""

from django.test import Client

from tests.factories import DISTRICT, LONG_AGO, fresh
from villages.models import Cadre, Post, Role, Unit


def signed_in(cadre: Cadre, **options: bool) -> Client:
    client = Client(raise_request_exception=False, **options)
    client.force_login(fresh(cadre))
    client.cookies["django_language"] = "en"
    return client


def post(cadre: Cadre, role: Role, unit: Unit, region: str = DISTRICT, **days: object) -> None:
    Post.objects.create(cadre=cadre, role=role, unit=unit, region_id=region, **{"since": LONG_AGO} | days)
