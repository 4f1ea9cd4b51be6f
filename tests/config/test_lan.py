"""``make demo LAN=1``: phones in the same network get HTTPS, and the root certificate on a plain page."""

import os
import socket
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from config import lan
from config.running import Stop
from tests.config.test_settings import GOOD, ROOT

HERE = "127.0.0.1"


def free_pair() -> int:
    """A port that is free, as is the next one."""
    while True:
        with socket.socket() as one, socket.socket() as two:
            one.bind((HERE, 0))
            port = one.getsockname()[1]
            try:
                two.bind((HERE, port + 1))
            except (OSError, OverflowError):
                continue
            return port


@pytest.fixture
def found(tmp_path: Path) -> lan.Lan:
    return lan.lan(HERE, free_pair(), tmp_path)


@pytest.mark.parametrize("wanted", ["", "0", "no", " "])
def test_without_it_nothing_is_opened_to_the_network(wanted: str, tmp_path: Path) -> None:
    assert lan.lan(wanted, 8000, tmp_path / "lan") is None
    assert not (tmp_path / "lan").exists()


@pytest.mark.parametrize("wanted", ["yes please", "192.168.1", "example.org"])
def test_what_is_no_address_is_refused(wanted: str, tmp_path: Path) -> None:
    with pytest.raises(Stop, match="LAN must be"):
        lan.lan(wanted, 8000, tmp_path)


def test_an_address_of_another_machine_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Stop, match="can't be served"):
        lan.lan("192.0.2.7", free_pair(), tmp_path)


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.socket() as busy:
        busy.bind((HERE, 0))
        busy.listen()
        port = busy.getsockname()[1]
        with pytest.raises(Stop, match=str(port)):
            lan.lan(HERE, port, tmp_path)


def test_the_plain_page_offers_the_root_in_both_languages_and_nothing_else(found: lan.Lan) -> None:
    with lan.offered(found):
        with urlopen(found.offer, timeout=5) as page:  # noqa: S310 – our own server
            text = page.read().decode()
        with urlopen(found.offer.rstrip("/") + lan.ROOT_ADDRESS, timeout=5) as file:  # noqa: S310
            root = file.read()
            assert file.headers["Content-Type"] == "application/x-x509-ca-cert"
        with pytest.raises(HTTPError, match="404"):
            urlopen(found.offer + "root.key", timeout=5)  # noqa: S310
    assert "安装演示证书" in text and "Install the demo's certificate" in text and found.origin in text
    digest = x509.load_der_x509_certificate(root).fingerprint(SHA256()).hex(":").upper()
    assert digest == found.files.fingerprint and digest in lan.said(found)


@pytest.mark.parametrize(("given", "secure"), [({}, False), ({"DEMO_HTTPS": "1"}, True)])
def test_cookies_are_secure_where_the_demo_is_served_over_https(given: dict[str, str], secure: bool) -> None:
    script = (
        "from django.conf import settings as s; "
        "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.LANGUAGE_COOKIE_SECURE, s.SECURE_HSTS_SECONDS)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True,
        env={"DJANGO_SETTINGS_MODULE": "config.settings", "PATH": os.environ["PATH"], "DEMO": "1"} | GOOD | given,
    )  # fmt: skip
    # Never pinned to HTTPS: an address is somebody else's tomorrow.
    assert done.stdout.split() == [str(secure)] * 3 + ["0"]


def test_the_demo_is_told_its_address(found: lan.Lan) -> None:
    told = found.environment
    assert told["SITE_ADDRESS"] == found.origin == f"https://{HERE}:{found.port}"
    assert told["ALLOWED_HOSTS"].split(",")[0] == HERE
    assert told["DEMO_HTTPS"] == "1"
    assert f"{HERE}:{found.port}" in found.gunicorn


def test_an_ipv6_address_is_written_in_brackets(tmp_path: Path) -> None:
    found = lan.lan("::1", free_pair(), tmp_path)
    assert found.origin == f"https://[::1]:{found.port}"
    assert found.environment["ALLOWED_HOSTS"].startswith("[::1],")
