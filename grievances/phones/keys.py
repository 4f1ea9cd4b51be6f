"""The server's key pairs. A phone seals what it writes for the public key; only the server opens it.

They come from the environment (``PHONE_KEY``): the first is given out, all open, so that what was written before a
change of keys still arrives. Whoever has one opens what lies unsent on a phone.
"""

from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from django.conf import settings
from django.utils.translation import gettext_lazy

WHY_OFF = gettext_lazy(
    "Offline use is off: this installation has no key for phones. Its administrator sets PHONE_KEY."
)


@dataclass(frozen=True)
class Key:
    """A key pair with its name: the first 16 hexadecimal digits of the public key's SHA-256."""

    id: str
    spki: bytes
    private: RSAPrivateKey

    @property
    def told(self) -> dict[str, str]:
        """As a phone is told the public half."""
        return {"id": self.id, "spki": b64encode(self.spki).decode()}


def given_out() -> Key | None:
    """The one that phones seal for; None where offline use is off."""
    return next(iter(every()), None)


def every() -> tuple[Key, ...]:
    """All that open, the one that is given out first."""
    return _loaded(tuple(settings.PHONE_KEYS))


def by_id(name: str) -> Key | None:
    """The one of a name; None for one that the server doesn't have (any more)."""
    return next((key for key in every() if key.id == name), None)


@cache
def _loaded(pems: tuple[str, ...]) -> tuple[Key, ...]:
    # The settings have checked them.
    private = [
        load_pem_private_key(pem.encode(), password=None, unsafe_skip_rsa_key_validation=True) for pem in pems
    ]
    public = [
        key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) for key in private
    ]
    return tuple(
        Key(sha256(spki).hexdigest()[:16], spki, key) for spki, key in zip(public, private, strict=True)
    )
