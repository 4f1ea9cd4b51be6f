"""Settings of what leaves the program: e-mail, and calls to a gateway. A value in, or a sentence that says what is
wrong."""

from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from config import environment

HERE = ("localhost", "127.0.0.1", "::1")
_LEAST_SECRET = 32
_BACKEND = "django.core.mail.backends.{}.EmailBackend"


@dataclass(frozen=True)
class Mail:
    """How e-mail goes out, as Django asks for it; off where nothing is set."""

    on: bool = False
    backend: str = _BACKEND.format("dummy")
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    # TLS from the first byte, or after STARTTLS; neither only on this machine.
    tls: bool = False
    starttls: bool = False
    folder: str = ""


def mail(name: str) -> Mail:
    """smtps://user:password@host:465 (TLS), smtp://user:password@host:587 (STARTTLS; on this machine plain),
    file:/folder, console:, or nothing."""
    value = environment.text(name, "").strip()
    parts = _split(value)
    if not value:
        return Mail()
    if parts and parts.scheme in ("smtp", "smtps") and parts.hostname and not parts.path.strip("/"):
        return _smtp(parts)
    if parts and parts.scheme == "file" and parts.path.startswith("/") and not parts.netloc:
        return Mail(on=True, backend=_BACKEND.format("filebased"), folder=unquote(parts.path))
    if value == "console:":
        return Mail(on=True, backend=_BACKEND.format("console"))
    raise ImproperlyConfigured(
        f"{name} must look like smtps://user:password@host:465, smtp://user:password@host:587, file:/folder"
        " or console:."
    )


def _smtp(parts: SplitResult) -> Mail:
    tls = parts.scheme == "smtps"
    return Mail(
        on=True, backend=_BACKEND.format("smtp"), host=parts.hostname, port=parts.port or (465 if tls else 587),
        user=unquote(parts.username or ""), password=unquote(parts.password or ""),
        tls=tls, starttls=not tls and parts.hostname not in HERE,
    )  # fmt: skip


def origin(name: str) -> str:
    """https://grievances.example.org, without a path; http only on this machine; empty where it is not set."""
    value = environment.text(name, "").strip().rstrip("/")
    if value and (not _is_safe(value) or any(urlsplit(value)[2:])):
        raise ImproperlyConfigured(f"{name} must look like https://grievances.example.org, not {value!r}.")
    return value


def gateway(name: str) -> str:
    """An address to call: https, or http on this machine; empty where it is not set."""
    value = environment.text(name, "").strip()
    if value and (not _is_safe(value) or urlsplit(value).fragment):
        raise ImproperlyConfigured(
            f"{name} must begin with https://, and hold neither a sign-in name nor “#”."
        )
    return value


def must_be_whole(*, mail: Mail, sender: str, gateway: str, secret: str, site: str) -> None:
    """Raises ImproperlyConfigured where something is missing that messages need."""
    if (mail.on or gateway) and not site:
        raise ImproperlyConfigured("Set SITE_ADDRESS: the links of messages begin with it.")
    if mail.on and "@" not in sender:
        raise ImproperlyConfigured("Set EMAIL_FROM to the address that messages come from.")
    if gateway and len(secret) < _LEAST_SECRET:
        raise ImproperlyConfigured(f"Set WEBHOOK_SECRET to at least {_LEAST_SECRET} signs.")


def _split(address: str) -> SplitResult | None:
    """The parts of an address; None where it is none."""
    try:
        parts = urlsplit(address)
        _port = parts.port
    except ValueError:
        return None
    return parts


def _is_safe(address: str) -> bool:
    """Whether it is an address at which nobody on the way reads along."""
    parts = _split(address)
    plain = address.isascii() and address.isprintable() and " " not in address
    if parts is None or not parts.hostname or "@" in parts.netloc or not plain:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in HERE)
