"""Settings of what leaves the program: what is wrong is said at once, and nothing goes out in the clear."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import outgoing
from config.outgoing import Mail


@pytest.mark.parametrize(
    ("value", "known"),
    [
        ("", {"on": False}),
        ("smtp://mail.example.cn", {"host": "mail.example.cn", "port": 587, "starttls": True, "tls": False}),
        ("smtps://a%40b:p%2Fw@mail.example.cn", {"user": "a@b", "password": "p/w", "port": 465, "tls": True}),
        ("smtp://127.0.0.1:2525", {"port": 2525, "starttls": False, "tls": False}),
        ("file:/var/mail/voices", {"folder": "/var/mail/voices", "on": True}),
        ("console:", {"on": True}),
    ],
)
def test_an_address_of_mail_is_understood(monkeypatch: object, value: str, known: dict) -> None:
    monkeypatch.setenv("EMAIL_URL", value)
    found = outgoing.mail("EMAIL_URL")
    assert {name: getattr(found, name) for name in known} == known


@pytest.mark.parametrize(
    "value",
    [
        "mail.example.cn", "smtp://", "smtp://host:99999", "smtp://host:x", "smtp://host/path", "imap://host",
        "file:here", "file://host/x", "console:x", "smtp://[::1",
    ],
)  # fmt: skip
def test_a_wrong_address_of_mail_is_named(monkeypatch: object, value: str) -> None:
    monkeypatch.setenv("EMAIL_URL", value)
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL"):
        outgoing.mail("EMAIL_URL")


@pytest.mark.parametrize(
    "value", ["https://gateway.example.cn/a?b=c", "http://localhost:9000/", "http://127.0.0.1/x", ""]
)
def test_a_gateway_is_called_in_secret_or_on_this_machine(monkeypatch: object, value: str) -> None:
    monkeypatch.setenv("WEBHOOK_URL", value)
    assert outgoing.gateway("WEBHOOK_URL") == value


@pytest.mark.parametrize(
    "value",
    [
        "http://gateway.example.cn/", "ftp://localhost/", "https://", "gateway", "https://a:b@gateway.cn/",
        "https://gateway.cn/#x", "http://localhost.evil.cn/", "https://gateway.cn/\nX: y", "https://gateway.cn:x/",
        "http://127.0.0.1@gateway.cn/", "https://网关.cn/",
    ],
)  # fmt: skip
def test_any_other_gateway_is_refused(monkeypatch: object, value: str) -> None:
    monkeypatch.setenv("WEBHOOK_URL", value)
    with pytest.raises(ImproperlyConfigured, match="WEBHOOK_URL"):
        outgoing.gateway("WEBHOOK_URL")


@pytest.mark.parametrize(
    "value", ["http://voices.cn", "https://voices.cn/desk/", "https://voices.cn?x", "voices.cn"]
)
def test_a_site_has_no_path(monkeypatch: object, value: str) -> None:
    monkeypatch.setenv("SITE_ADDRESS", value)
    with pytest.raises(ImproperlyConfigured, match="SITE_ADDRESS"):
        outgoing.origin("SITE_ADDRESS")


def test_a_site_is_known_without_its_slash(monkeypatch: object) -> None:
    monkeypatch.setenv("SITE_ADDRESS", "https://voices.cn/")
    assert outgoing.origin("SITE_ADDRESS") == "https://voices.cn"


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ({"site": ""}, "SITE_ADDRESS"),
        ({"sender": "voices"}, "EMAIL_FROM"),
        ({"secret": "short"}, "WEBHOOK_SECRET"),
    ],
)
def test_what_is_missing_is_named(missing: dict[str, str], said: str) -> None:
    whole = {
        "mail": Mail(on=True),
        "sender": "a@b.cn",
        "gateway": "https://g.cn",
        "secret": "s" * 32,
        "site": "https://v.cn",
    }
    outgoing.must_be_whole(**whole)
    with pytest.raises(ImproperlyConfigured, match=said):
        outgoing.must_be_whole(**whole | missing)
