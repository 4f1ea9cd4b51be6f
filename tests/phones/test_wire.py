"""What a phone sends is read within limits."""

import json

import pytest

from grievances.phones import wire


def test_an_object_is_read() -> None:
    assert wire.read('{"a": ["坑", 1, -2.5, null, true, {"b": []}]}'.encode()) == {
        "a": ["坑", 1, -2.5, None, True, {"b": []}]
    }


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"x", b"[]", b"1", b'"a"', b"null", b"\xff\xfe", b'{"a": NaN}', b'{"a": -Infinity}', b'{"a": 1e999}',
        b'{"a": 9223372036854775808}', b'{"a": -99999999999999999999}', b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": "\\u0000"}', b'{"\\u0000": 1}', b'{"a": ["\\ud800"]}', b'{"a": {"b\\udfff": 1}}',
        b"[" * 100_000, b'{"a":' * 100_000, b'{"a": ' + b"[" * 500 + b"]" * 500 + b"}",
        json.dumps({"a": "x" * 3_000_000}).encode(), b'{"a": 1} {"b": 2}', b'{"a": 1,}',
    ],
)  # fmt: skip
def test_whatever_is_odd_is_refused(raw: bytes) -> None:
    with pytest.raises(wire.Unreadable):
        wire.read(raw)
