"""Settings: what is missing or wrong is said at once."""

import os
import secrets
import subprocess
import sys
import threading
from base64 import b64decode, b64encode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.core.exceptions import ImproperlyConfigured

from config import environment, running

ROOT = Path(__file__).resolve().parent.parent.parent
GOOD = {
    "SECRET_KEY": "x" * 60,
    "INFORMANT_KEY": Fernet.generate_key().decode(),
    "DATABASE_URL": "postgresql://owner@localhost/grievances",
    "ALLOWED_HOSTS": "example.org",
}


def started_with(**changes: str | None) -> subprocess.CompletedProcess:
    given = {name: value for name, value in (GOOD | changes).items() if value is not None}
    return subprocess.run(
        [sys.executable, "-c", "from django.conf import settings; settings.DEBUG"],
        cwd=ROOT, capture_output=True, text=True,
        env={"DJANGO_SETTINGS_MODULE": "config.settings", "PATH": os.environ["PATH"]} | given,
    )  # fmt: skip


def test_a_complete_environment_starts() -> None:
    assert started_with().returncode == 0


@pytest.mark.parametrize("name", ["SECRET_KEY", "INFORMANT_KEY", "DATABASE_URL"])
def test_a_missing_variable_is_named(name: str) -> None:
    failed = started_with(**{name: None})
    assert failed.returncode != 0 and name in failed.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://x/y"),
        ("DATABASE_URL", "nonsense"),
        ("DEBUG", "maybe"),
        ("DEMO", "2"),
        ("PHONE_KEY", "nonsense"),
        ("STATEMENT_TIMEOUT", "0"),
        ("STATEMENT_TIMEOUT", "15s"),
        ("STATEMENT_TIMEOUT", "9" * 12),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    failed = started_with(**{name: value})
    assert failed.returncode != 0 and name in failed.stderr


def test_keys_of_phones_come_as_pem_or_base64_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = running.phone_key(), b64decode(running.phone_key()).decode()
    monkeypatch.setenv("K", f"{one}, {two}")
    assert environment.rsa_keys("K", bits=3072) == [b64decode(one).decode(), two.strip()]
    monkeypatch.setenv("K", "")
    assert environment.rsa_keys("K", bits=3072) == []


def test_demos_that_start_at_the_same_moment_have_one_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "VAR", tmp_path)
    both = threading.Barrier(2)

    def new() -> str:
        both.wait(timeout=20)  # neither has found one
        return secrets.token_urlsafe(2000)

    with ThreadPoolExecutor() as pool:
        one, two = pool.map(lambda _n: running.kept("phone-key", new), range(2))
    assert one == two == running.kept("phone-key", lambda: "another") and len(one) > 2000
    [file] = tmp_path.iterdir()
    assert (file.name, file.stat().st_mode & 0o777) == ("phone-key", 0o600)


def test_a_secret_that_could_not_be_made_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "VAR", tmp_path)
    with pytest.raises(ZeroDivisionError):
        running.kept("phone-key", lambda: str(1 / 0))
    assert list(tmp_path.iterdir()) == []


def test_a_bad_key_of_phones_is_named_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    short = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    other = ec.generate_private_key(ec.SECP256R1())
    pems = [
        one.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        for one in (short, other)
    ]
    for value in (*pems, pems[0][:200], b64encode(b"secret").decode(), "secret", "é", "-----BEGIN secret"):
        monkeypatch.setenv("K", value)
        with pytest.raises(ImproperlyConfigured, match="K, key 1") as failed:
            environment.rsa_keys("K", bits=3072)
        assert "secret" not in str(failed.value) and value not in str(failed.value)


def test_a_database_address_is_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("D", "postgresql://me:p%40ss@db.example:5433/grievances?sslmode=require")
    found = environment.database("D")
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"], found["NAME"]) == (
        "me", "p@ss", "db.example", "5433", "grievances",
    )  # fmt: skip
    assert found["OPTIONS"] == {"sslmode": "require"}


def test_a_socket_folder_can_be_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("D", "postgresql://owner@/grievances?host=/var/run/postgresql")
    assert environment.database("D")["HOST"] == "/var/run/postgresql"


def test_words_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("W", " a, b ,,c")
    assert environment.words("W") == ["a", "b", "c"]


def test_a_flag_that_is_neither_yes_nor_no_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("F", "perhaps")
    with pytest.raises(ImproperlyConfigured):
        environment.flag("F")
