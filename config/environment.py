"""Settings from the environment: a value in, or a sentence that says what is wrong."""

import os
from base64 import b64decode
from urllib.parse import parse_qsl, unquote, urlsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str | None = None) -> str:
    """The variable's value; without a default it has to be there."""
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"Set the environment variable {name}.")
    return value


def flag(name: str) -> bool:
    """1/true/yes/on or 0/false/no/off; unset is no."""
    value = os.environ.get(name, "").strip().lower()
    if value in ("1", "true", "yes", "on"):
        return True
    if value in ("", "0", "false", "no", "off"):
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")


def positive(name: str, default: int) -> int:
    """A whole number greater than nought."""
    value = os.environ.get(name, "").strip() or str(default)
    if not (value.isascii() and value.isdigit() and 0 < int(value) < 2**31):
        raise ImproperlyConfigured(f"{name} must be a whole number greater than 0, not {value!r}.")
    return int(value)


def words(name: str) -> list[str]:
    """Comma-separated values."""
    return [word.strip() for word in os.environ.get(name, "").split(",") if word.strip()]


def rsa_keys(name: str, *, bits: int) -> list[str]:
    """Private RSA keys of exactly so many bits, as PEM or base64 of PEM, comma-separated; as PEM."""
    found = []
    for number, word in enumerate(words(name), start=1):
        try:
            pem = word if word.startswith("-----BEGIN") else b64decode(word, validate=True).decode()
            key = load_pem_private_key(pem.encode(), password=None)
        except (ValueError, TypeError) as error:
            # Never what was given: it is a secret.
            raise ImproperlyConfigured(f"{name}, key {number}: no private key in PEM form.") from error
        if not isinstance(key, RSAPrivateKey) or key.key_size != bits:
            raise ImproperlyConfigured(f"{name}, key {number}: must be an RSA key of {bits} bits.")
        found.append(pem)
    return found


def database(name: str) -> dict[str, object]:
    """postgresql://user:password@host:port/name?sslmode=… as Django wants it; ``host`` may be a folder
    (percent-encoded, or as ?host=) that holds the server's socket."""
    address = urlsplit(text(name))
    if address.scheme not in ("postgres", "postgresql") or not address.path.strip("/"):
        raise ImproperlyConfigured(f"{name} must look like postgresql://user:password@host:5432/name.")
    options = dict(parse_qsl(address.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(address.path.strip("/")),
        "USER": unquote(address.username or ""),
        "PASSWORD": unquote(address.password or ""),
        "HOST": options.pop("host", unquote(address.hostname or "")),
        "PORT": str(address.port or ""),
        "OPTIONS": options,
    }
