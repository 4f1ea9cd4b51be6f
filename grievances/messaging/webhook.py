"""Messages by a signed call to a gateway of the district: its office messenger, its short messages.

The body is JSON in UTF-8. ``X-Signature`` is "sha256=" and the HMAC-SHA256, in hexadecimal digits, of the timestamp
of ``X-Timestamp`` (seconds since 1970), a full stop, and the body, by the secret that both sides know.
"""

import hashlib
import hmac
import json
import ssl
import time
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from grievances.messaging.channel import ANSWERED, NOT_REACHED, Channel, Message, NotSent
from villages.models import Cadre

TIMEOUT = 5  # seconds for each answer of the network


class Webhook(Channel):
    """A POST to WEBHOOK_URL; anything but 2xx is a failure, a redirect too."""

    name = "webhook"

    def reaches(self, cadre: Cadre) -> bool:
        return True

    def send(self, message: Message) -> None:
        address = urlsplit(settings.WEBHOOK_URL)
        body = body_of(message)
        moment = str(int(time.time()))
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "X-Timestamp": moment,
            "X-Signature": f"sha256={signed(body, moment=moment, secret=settings.WEBHOOK_SECRET)}",
            "Idempotency-Key": message.key,
        }
        path = f"{address.path or '/'}{'?' if address.query else ''}{address.query}"
        connection = _connection(address)
        try:
            connection.request("POST", path, body=body, headers=headers)
            status = connection.getresponse().status
        except (OSError, HTTPException) as error:
            raise NotSent(f"{type(error).__name__}: {NOT_REACHED}") from error
        finally:
            connection.close()
        if not 200 <= status < 300:
            raise NotSent(f"{ANSWERED} {status}")


def body_of(message: Message) -> bytes:
    """Whom it is for by the sign-in name, by which the gateway knows its people."""
    lines = [
        {"kind": line.kind, "number": line.number, "what": line.what, "address": line.address}
        for line in message.lines
    ]
    told = {
        "key": message.key, "to": message.to.username, "language": message.language,
        "subject": message.subject, "lines": lines,
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False).encode()


def signed(body: bytes, *, moment: str, secret: str) -> str:
    """The signature of a body sent at a moment."""
    return hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()


def _connection(address: SplitResult) -> HTTPConnection:
    if address.scheme == "https":
        context = ssl.create_default_context()
        return HTTPSConnection(address.hostname, address.port, timeout=TIMEOUT, context=context)
    return HTTPConnection(address.hostname, address.port, timeout=TIMEOUT)
