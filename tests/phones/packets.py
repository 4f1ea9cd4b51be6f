"""Sealing as a phone does it."""

import json
import os
import uuid
from base64 import b64encode
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from grievances.phones import keys

_OAEP = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)


def _text(raw: bytes) -> str:
    return b64encode(raw).decode()


@dataclass
class Draft:
    """A draft on a phone: its id and its own key, sealed for the server."""

    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    key: bytes = field(default_factory=lambda: os.urandom(32))
    server: keys.Key = field(default_factory=keys.given_out)

    @property
    def sealed_key(self) -> bytes:
        return self.server.private.public_key().encrypt(self.key, _OAEP)

    def packet(self, content: object, *, kind: str = "visit", **more: object) -> dict[str, object]:
        """The packet that is sent; ``more`` takes the place of its parts."""
        iv = os.urandom(12)
        raw = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()
        return {
            "id": self.id, "schema": 1, "kind": kind, "key_id": self.server.id,
            "sealed_key": _text(self.sealed_key), "iv": _text(iv),
            "sealed": _text(AESGCM(self.key).encrypt(iv, raw, self.id.encode())), "clock": 0,
        } | more  # fmt: skip

    def envelope(self, photo: str, picture: bytes) -> bytes:
        """The envelope of one of its photos."""
        iv, sealed_key = os.urandom(12), self.sealed_key
        sealed = AESGCM(self.key).encrypt(iv, picture, photo.encode())
        return len(sealed_key).to_bytes(2, "big") + sealed_key + iv + sealed
