"""What may identify a villager is encrypted here and found again only by its whole value.

Keys come from the environment (``INFORMANT_KEY``: Fernet keys, comma-separated). The first encrypts,
all decrypt, and the last, the oldest, seeds the search hash, so that adding a key keeps the hashes.
"""

import hashlib
import hmac
import unicodedata
from functools import cache

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models


@cache
def _vault(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def _keys() -> tuple[str, ...]:
    return tuple(settings.INFORMANT_KEYS)


def keyed_hash(value: str) -> str:
    """A hash by which a whole name or telephone number can be found; empty for an empty value."""
    plain = "".join(unicodedata.normalize("NFKC", value).split()).casefold()
    if not plain:
        return ""
    return hmac.new(b"search:" + _keys()[-1].encode(), plain.encode(), hashlib.sha256).hexdigest()


class EncryptedTextField(models.TextField):
    """Text that the database holds only encrypted. Can't be filtered, ordered or searched."""

    def get_prep_value(self, value: str | None) -> str | None:
        if not value:
            return value
        return _vault(_keys()).encrypt(str(value).encode()).decode()

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        if not value:
            return value
        return _vault(_keys()).decrypt(value.encode()).decode()

    def get_lookup(self, lookup_name: str) -> None:
        return None
