"""Ordering a step on many cases in tests, as the pages do."""

import uuid

from django.test import Client
from django.urls import reverse

from grievances.models import BulkOrder, Event, Opinion


def chosen(cases: list[Opinion]) -> str:
    """The cases as their boxes say them, with the version that stands there now."""
    rows = Opinion.objects.filter(pk__in=[case.pk for case in cases]).order_by("pk")
    return " ".join(f"{row.pk}.{row.version}" for row in rows)


def form_for(cases: list[Opinion], **fields: object) -> dict[str, object]:
    return {"chosen": chosen(cases), "key": str(uuid.uuid4())} | fields


def ask(client: Client, action: str, cases: list[Opinion], *, step: str = "do", **fields: object) -> object:
    return client.post(reverse("bulk-new", args=[action]), form_for(cases, step=step, **fields))


def order_of(page: object) -> BulkOrder:
    """The order that a form was answered with."""
    assert page.status_code == 302, page.content.decode()
    return BulkOrder.objects.get(key=page.url.strip("/").rpartition("/")[2])


def results(order: BulkOrder) -> dict[int, tuple[str, str]]:
    """The case's id → its result, and why in Chinese."""
    return {item.opinion_id: (item.result, item.reasons.get("zh-hans", "")) for item in order.items.all()}


def last_event(case: Opinion) -> Event:
    return Event.objects.filter(opinion=case).latest("pk")
