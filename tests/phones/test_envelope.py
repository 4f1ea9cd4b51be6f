"""What phones seal is opened by the server only, whole, and for what it was sealed for."""

import os
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.running import phone_key
from grievances.phones import envelope, keys
from tests.phones.packets import Draft

PHOTO = str(uuid.uuid4())


def test_what_a_phone_sealed_is_opened() -> None:
    draft = Draft()
    packet = draft.packet({"text": "屋后的电线杆歪了"})
    key = envelope.open_key(packet["key_id"], packet["sealed_key"])
    assert key == draft.key
    opened = envelope.open_sealed(key, packet["iv"], packet["sealed"], draft.id)
    assert opened.decode() == '{"text": "屋后的电线杆歪了"}'


def test_a_photo_is_opened_by_its_own_envelope() -> None:
    draft = Draft()
    assert envelope.open_photo(draft.envelope(PHOTO, b"jpeg"), PHOTO) == b"jpeg"


def test_what_was_sealed_for_an_older_key_is_still_opened(settings: object) -> None:
    draft, older = Draft(), settings.PHONE_KEYS
    settings.PHONE_KEYS = [_pem(), *older]
    assert keys.given_out().id != draft.server.id
    packet = draft.packet({})
    assert envelope.open_key(packet["key_id"], packet["sealed_key"]) == draft.key
    assert envelope.open_photo(draft.envelope(PHOTO, b"jpeg"), PHOTO) == b"jpeg"
    settings.PHONE_KEYS = settings.PHONE_KEYS[:1]
    with pytest.raises(envelope.UnknownKey):
        envelope.open_key(packet["key_id"], packet["sealed_key"])
    with pytest.raises(envelope.WontOpen):
        envelope.open_photo(draft.envelope(PHOTO, b"jpeg"), PHOTO)


def _pem() -> str:
    from base64 import b64decode

    return b64decode(phone_key()).decode()


def test_a_key_is_named_by_its_public_half() -> None:
    key = keys.given_out()
    assert len(key.id) == 16 and keys.by_id(key.id) == key and keys.by_id("0" * 16) is None
    assert set(key.told) == {"id", "spki"} and key.told["spki"].startswith("MIIB")


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("key_id", None), ("key_id", "x" * 16), ("key_id", 7), ("sealed_key", "é"), ("sealed_key", "A" * 9000),
        ("sealed_key", {}), ("iv", "AAAA"), ("iv", "A" * 20), ("iv", None), ("sealed", "AAAA"), ("sealed", "&"),
        ("sealed", []), ("sealed", "A" * 1_500_000),
    ],
)  # fmt: skip
def test_what_is_no_envelope_is_said_to_be_none(part: str, value: object) -> None:
    draft = Draft()
    packet = draft.packet({}) | {part: value}
    with pytest.raises(envelope.Malformed):
        key = envelope.open_key(packet["key_id"], packet["sealed_key"])
        envelope.open_sealed(key, packet["iv"], packet["sealed"], draft.id)


@pytest.mark.parametrize("raw", [b"", b"\x00", b"\x00\x00" + b"x" * 99, b"\xff\xff" + b"x" * 500])
def test_what_is_no_photo_is_said_to_be_none(raw: bytes) -> None:
    with pytest.raises(envelope.Malformed):
        envelope.open_photo(raw, PHOTO)


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_one_changed_byte_is_noticed(where: int, by: int) -> None:
    draft = Draft(key=b"k" * 32)
    raw = bytearray(draft.envelope(PHOTO, b"a small picture"))
    place = where % len(raw)
    raw[place] ^= by
    with pytest.raises((envelope.WontOpen, envelope.Malformed)):
        envelope.open_photo(bytes(raw), PHOTO)


def test_an_envelope_opens_for_nothing_else() -> None:
    draft = Draft()
    packet = draft.packet({})
    with pytest.raises(envelope.WontOpen):
        envelope.open_sealed(draft.key, packet["iv"], packet["sealed"], str(uuid.uuid4()))
    with pytest.raises(envelope.WontOpen):
        envelope.open_sealed(os.urandom(32), packet["iv"], packet["sealed"], draft.id)
    with pytest.raises(envelope.WontOpen):
        envelope.open_photo(draft.envelope(PHOTO, b"jpeg"), str(uuid.uuid4()))


def test_a_key_of_another_length_is_no_key() -> None:
    packet = Draft(key=b"k" * 16).packet({})
    with pytest.raises(envelope.WontOpen):
        envelope.open_key(packet["key_id"], packet["sealed_key"])
