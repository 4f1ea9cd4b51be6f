"""The demo's certificate authority: what browsers believe, and what it could not be misused for."""

import ssl
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from urllib.request import urlopen

import pytest
import time_machine
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from config.certificates import Certificates, certificates

HERE = ["127.0.0.1"]


class Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        pass


@contextmanager
def served(files: Certificates) -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Answer)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"https://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def asked(address: str, root: Path) -> int:
    trusts = ssl.create_default_context(cafile=str(root))
    with urlopen(address, timeout=5, context=trusts) as answer:  # noqa: S310 – our own server
        return answer.status


def test_who_installed_the_root_believes_the_server(tmp_path: Path) -> None:
    files = certificates(tmp_path / "lan", HERE)
    with served(files) as address:
        assert asked(address, files.root) == 204


def test_who_installed_another_root_does_not(tmp_path: Path) -> None:
    files, other = certificates(tmp_path / "one", HERE), certificates(tmp_path / "two", HERE)
    with served(files) as address, pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
        asked(address, other.root)


def test_keys_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    files = certificates(tmp_path / "lan", HERE)
    for key in (files.key, files.root.with_name("root.key")):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(files.root.parent.stat().st_mode) == 0o700


def test_the_root_stays_for_a_year_and_is_made_anew_in_time(tmp_path: Path) -> None:
    first = certificates(tmp_path, HERE).fingerprint
    assert certificates(tmp_path, HERE).fingerprint == first
    with time_machine.travel(datetime.now(UTC) + timedelta(days=340)):
        assert certificates(tmp_path, HERE).fingerprint == first
    with time_machine.travel(datetime.now(UTC) + timedelta(days=355)):
        assert certificates(tmp_path, HERE).fingerprint != first


def test_another_address_gets_another_root(tmp_path: Path) -> None:
    first = certificates(tmp_path, HERE).fingerprint
    assert certificates(tmp_path, [*HERE, "192.168.1.5"]).fingerprint != first


def test_a_broken_root_is_made_anew(tmp_path: Path) -> None:
    certificates(tmp_path, HERE)
    (tmp_path / "root.key").write_bytes(b"half of a key")
    with served(files := certificates(tmp_path, HERE)) as address:
        assert asked(address, files.root) == 204


@pytest.mark.parametrize("name", ["DNS:bank.example", "IP:192.168.1.1"])
def test_a_stolen_root_key_vouches_for_no_other_site(tmp_path: Path, name: str) -> None:
    files = certificates(tmp_path, HERE)
    forged = _forged(files, name)
    asked_of = ["openssl", "verify", "-purpose", "sslserver", "-CAfile", str(files.root)]
    good = subprocess.run([*asked_of, str(files.certificate)], capture_output=True, text=True)
    bad = subprocess.run([*asked_of, str(forged)], capture_output=True, text=True)
    assert good.returncode == 0, good.stderr
    assert bad.returncode != 0 and "permitted subtree violation" in bad.stderr


def _forged(files: Certificates, name: str) -> Path:
    """A certificate for somebody else's address, signed with the root's key."""
    root = x509.load_pem_x509_certificate(files.root.read_bytes())
    key = load_pem_private_key(files.root.with_name("root.key").read_bytes(), password=None)
    own = x509.load_pem_x509_certificate(files.certificate.read_bytes())
    kind, _, value = name.partition(":")
    other = x509.DNSName(value) if kind == "DNS" else x509.IPAddress(ip_address(value))
    made = (
        x509.CertificateBuilder(root.subject, own.subject, own.public_key(), x509.random_serial_number())
        .not_valid_before(own.not_valid_before_utc)
        .not_valid_after(own.not_valid_after_utc)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([other]), critical=False)
        .sign(key, SHA256())
    )
    file = files.root.with_name("forged.crt")
    file.write_bytes(made.public_bytes(Encoding.PEM))
    return file
