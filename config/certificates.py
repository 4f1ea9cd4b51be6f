"""A small certificate authority for showing the program on a phone (``make demo LAN=1``).

Browsers keep an app on the phone only from an address with a certificate they trust: a warning that was clicked away
is not enough. The root that the phone installs may vouch for this machine's addresses and for nothing else, for a year.
"""

import ipaddress
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_VALID = timedelta(days=365)
_RENEWED = timedelta(days=14)  # before its end, so that it doesn't end in the middle of a demonstration
_SLACK = timedelta(days=1)  # a phone's clock may be behind
_NAME = "localhost"


@dataclass(frozen=True)
class Certificates:
    """The files of a served machine: its certificate and key, and the root that a phone installs."""

    certificate: Path
    key: Path
    root: Path

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the root, as phones show it."""
        digest = x509.load_pem_x509_certificate(self.root.read_bytes()).fingerprint(SHA256())
        return digest.hex(":").upper()

    @property
    def root_der(self) -> bytes:
        """The root as Android's settings take it."""
        return x509.load_pem_x509_certificate(self.root.read_bytes()).public_bytes(Encoding.DER)


def certificates(folder: Path, addresses: Sequence[str]) -> Certificates:
    """Those for the IP ``addresses`` of this machine. The root is kept in ``folder``, and made anew where it ends soon
    or where the machine has got another address; whoever installed it installs the new one then."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    ours = [ipaddress.ip_address(one) for one in addresses]
    files = Certificates(folder / "server.crt", folder / "server.key", folder / "root.crt")
    root, root_key = _kept(folder, ours) or _made(folder, ours)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        _begun(f"Village Voices demo on {addresses[0]}", key, issuer=root.subject)
        .not_valid_after(root.not_valid_after_utc)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.SubjectAlternativeName([*map(x509.IPAddress, ours), x509.DNSName(_NAME)]), critical=False
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False
        )
        .sign(root_key, SHA256())
    )
    _write_key(files.key, key)
    files.certificate.write_bytes(certificate.public_bytes(Encoding.PEM))
    return files


def _kept(
    folder: Path, addresses: Sequence[ipaddress.IPv4Address | ipaddress.IPv6Address]
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None:
    """The root that is there, if it is whole, lasts, and may vouch for these addresses."""
    try:
        root = x509.load_pem_x509_certificate((folder / "root.crt").read_bytes())
        key = load_pem_private_key((folder / "root.key").read_bytes(), password=None)
        allowed = root.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    except (OSError, ValueError, x509.ExtensionNotFound):
        return None
    networks = {name.value for name in allowed if isinstance(name, x509.IPAddress)}
    lasts = root.not_valid_after_utc - datetime.now(UTC) > _RENEWED
    same = key.public_key() == root.public_key()
    return (root, key) if lasts and same and networks == set(map(_network, addresses)) else None


def _made(
    folder: Path, addresses: Sequence[ipaddress.IPv4Address | ipaddress.IPv6Address]
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    # A name form that is not mentioned would be free: the one name is mentioned too.
    allowed = [*(x509.IPAddress(_network(one)) for one in addresses), x509.DNSName(_NAME)]
    root = (
        _begun("Village Voices demo root", key)
        .not_valid_after(datetime.now(UTC) + _VALID)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_SIGNS_ONLY, critical=True)
        .add_extension(x509.NameConstraints(allowed, excluded_subtrees=None), critical=True)
        .sign(key, SHA256())
    )
    _write_key(folder / "root.key", key)
    (folder / "root.crt").write_bytes(root.public_bytes(Encoding.PEM))
    return root, key


_SIGNS_ONLY = x509.KeyUsage(
    digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
    key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
)  # fmt: skip


def _begun(
    name: str, key: ec.EllipticCurvePrivateKey, issuer: x509.Name | None = None
) -> x509.CertificateBuilder:
    """What every certificate of ours says; one without an issuer signs itself."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer or subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - _SLACK)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _network(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(address)


def _write_key(file: Path, key: ec.EllipticCurvePrivateKey) -> None:
    """Readable by its owner only, from the first byte on."""
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    unfinished = file.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(text)
    unfinished.replace(file)
