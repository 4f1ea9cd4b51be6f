"""Texts that stand in addresses but are nobody's to read or to invent: moments, and rows' places in a list.

Sealed with a key that is made of ``SECRET_KEY``: with another key an old address is as good as none.
"""

from base64 import urlsafe_b64encode
from functools import cache
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

_LONGEST = 4000


def seal(text: str, *, purpose: str) -> str:
    """A text as it may stand in an address; only for the same purpose it is opened again."""
    return _box(settings.SECRET_KEY, purpose).encrypt(text.encode()).decode().rstrip("=")


def unseal(sealed: str, *, purpose: str) -> str | None:
    """The text that was sealed; None for whatever the program didn't write itself."""
    if not sealed.isascii() or len(sealed) > _LONGEST:
        return None
    try:
        return _box(settings.SECRET_KEY, purpose).decrypt(sealed + "=" * (-len(sealed) % 4)).decode()
    except InvalidToken:
        return None


@cache
def _box(key: str, purpose: str) -> Fernet:
    return Fernet(urlsafe_b64encode(sha256(f"{purpose}:{key}".encode()).digest()))
