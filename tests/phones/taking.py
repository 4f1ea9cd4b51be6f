"""Asking for villages to take along, as a phone's script does."""

from django.test import Client
from django.urls import reverse

from grievances.models import Phone
from tests.factories import GRID

ELSEWHERE = "320904002001001"
CANARY = "金丝雀八哥"


def ask(script: Client, phone: Phone, grids: object = None, **more: object) -> tuple[int, dict]:
    body = {"phone": str(phone.key), "grids": {GRID: {}} if grids is None else grids} | more
    answer = script.post(reverse("phone-along"), body, content_type="application/json")
    return answer.status_code, answer.json()


def taken(script: Client, phone: Phone, grids: object = None, **more: object) -> dict:
    status, found = ask(script, phone, grids, **more)
    assert status == 200, found
    return found


def only(found: dict, code: str = GRID) -> dict:
    (one,) = found["grids"][code]["households"].values()
    return one


def digests(found: dict, code: str = GRID) -> dict[str, str]:
    return {pk: one["digest"] for pk, one in found["grids"][code]["households"].items()}
