"""From which database tallies are read."""

from django.db import DEFAULT_DB_ALIAS


def alias() -> str:
    return DEFAULT_DB_ALIAS
