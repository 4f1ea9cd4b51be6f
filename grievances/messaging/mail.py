"""Messages by e-mail, to office addresses."""

from smtplib import SMTPException
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage

from grievances.messaging.channel import Channel, Message, NotSent
from villages.jobs import harmless
from villages.models import Cadre


class Mail(Channel):
    """Plain text by Django's backend, as EMAIL_URL says."""

    name = "email"

    def reaches(self, cadre: Cadre) -> bool:
        return bool(cadre.email)

    def send(self, message: Message) -> None:
        host = urlsplit(settings.SITE_ADDRESS).hostname or "localhost"
        mail = EmailMessage(
            subject=message.subject,
            body=message.text,
            to=[message.to.email],
            # The same again when it is sent again: a mailbox shows it once.
            headers={"Message-ID": f"<{message.key}@{host}>", "Auto-Submitted": "auto-generated"},
        )
        try:
            mail.send()
        except (SMTPException, OSError, ValueError) as error:
            raise NotSent(harmless(f"{type(error).__name__}: {error}")) from error
