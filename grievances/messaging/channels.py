"""The channels that this installation has set up."""

from django.conf import settings

from grievances.messaging.channel import Channel
from grievances.messaging.mail import Mail
from grievances.messaging.webhook import Webhook


def channels() -> list[Channel]:
    """In the order in which they are offered."""
    found: list[Channel] = []
    if settings.EMAIL_ON:
        found.append(Mail())
    if settings.WEBHOOK_URL:
        found.append(Webhook())
    return found


def channel_named(name: str) -> Channel | None:
    return next((channel for channel in channels() if channel.name == name), None)
