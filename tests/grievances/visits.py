"""What the tests of visits send, as a phone would."""

import uuid
from datetime import timedelta

from django.utils import timezone

from grievances.models import Category


def sheet(**typed: object) -> dict[str, object]:
    """A visit form with nothing but what it needs, and what is typed."""
    said_at = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    return {"key": str(uuid.uuid4()), "count": "1", "said_at": said_at} | typed


def said(number: int, about: Category, /, **typed: object) -> dict[str, object]:
    """One opinion's block of the form."""
    block = {
        "text": "屋后的电线杆歪了", "category": about.pk, "informant": "named", "kind": "request",
        "urgency": "normal", "people": "1",
    } | typed  # fmt: skip
    return {f"o{number}-{name}": value for name, value in block.items()}


def minutes(number: int) -> str:
    """A moment so many minutes from now, as the form's field has it."""
    return (timezone.localtime() + timedelta(minutes=number)).strftime("%Y-%m-%dT%H:%M")
