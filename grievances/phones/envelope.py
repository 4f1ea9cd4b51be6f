"""Opening what a phone sealed: an AES key of its own for each draft, sealed for the server's public key."""

import re
from base64 import b64decode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from grievances.phones import keys

LONGEST_CONTENT = 1024 * 1024  # bytes: the sheet of a long visit is some 100 KB
LONGEST_PHOTO = 12 * 1024 * 1024
_KEY, _IV, _TAG, _LENGTH = 32, 12, 16, 2
_ID = re.compile(r"[0-9a-f]{16}")
_OAEP = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)


class EnvelopeError(Exception):
    """It can't be opened."""


class Malformed(EnvelopeError):
    """No envelope at all: a part is missing, too long, too short, or no base64."""


class UnknownKey(EnvelopeError):
    """Sealed for a key that the server does not have (any more)."""


class WontOpen(EnvelopeError):
    """An envelope, but not sealed for this, or changed on its way."""


def open_key(key_id: object, sealed_key: object) -> bytes:
    """The AES key of a draft. Raises Malformed, UnknownKey, WontOpen."""
    if not isinstance(key_id, str) or not _ID.fullmatch(key_id):
        raise Malformed("key_id")
    key = keys.by_id(key_id)
    if key is None:
        raise UnknownKey(key_id)
    return _opened(key, _bytes(sealed_key, "sealed_key", longest=1024))


def open_sealed(
    key: bytes, iv: object, sealed: object, about: str, *, longest: int = LONGEST_CONTENT
) -> bytes:
    """What was sealed with a draft's key ``about`` one thing: the id of a packet or a photo, in lower case.

    Raises Malformed, WontOpen.
    """
    nonce = _bytes(iv, "iv", longest=_IV)
    text = _bytes(sealed, "sealed", longest=longest + _TAG)
    if len(nonce) != _IV or len(text) < _TAG:
        raise Malformed("iv" if len(nonce) != _IV else "sealed")
    try:
        return AESGCM(key).decrypt(nonce, text, about.encode())
    except InvalidTag as error:
        raise WontOpen(about) from error


def open_photo(envelope: bytes, photo: str) -> bytes:
    """The picture in an envelope: two bytes of length, the draft's sealed key, the iv, and what was sealed.

    The envelope doesn't say for which of the server's keys. Raises Malformed, WontOpen.
    """
    size = int.from_bytes(envelope[:_LENGTH], "big")
    ends = _LENGTH + size
    if not size or len(envelope) < ends + _IV + _TAG:
        raise Malformed("envelope")
    key = _with_any(envelope[_LENGTH:ends])
    return open_sealed(key, envelope[ends : ends + _IV], envelope[ends + _IV :], photo, longest=LONGEST_PHOTO)


def _with_any(sealed_key: bytes) -> bytes:
    for key in keys.every():
        try:
            return _opened(key, sealed_key)
        except WontOpen:
            continue
    raise WontOpen("sealed_key")


def _opened(key: keys.Key, sealed_key: bytes) -> bytes:
    try:
        opened = key.private.decrypt(sealed_key, _OAEP)
    except ValueError as error:
        raise WontOpen("sealed_key") from error
    if len(opened) != _KEY:
        raise WontOpen("sealed_key")
    return opened


def _bytes(value: object, name: str, *, longest: int) -> bytes:
    """Bytes as they are, or as base64. Raises Malformed."""
    if isinstance(value, str):
        if len(value) > (longest + 2) // 3 * 4:
            raise Malformed(name)
        try:
            value = b64decode(value, validate=True)
        except ValueError as error:
            raise Malformed(name) from error
    if not isinstance(value, bytes) or len(value) > longest:
        raise Malformed(name)
    return value
