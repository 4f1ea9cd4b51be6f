"""One-time passwords: given out once on paper, good until its owner has chosen an own one."""

import secrets

from django.contrib.auth.hashers import get_hasher

from villages.models import Cadre

# What the log of the reference pages says of one that was given.
IN_THE_LOG = "one-time password"
# Without those that look alike on paper.
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 3, 4
# Sixty random bits need no slow hash, and ten thousand of them must not take an hour. The password
# that the cadre then chooses gets the full number of rounds.
_ROUNDS = 10_000


def one_time_password() -> str:
    """Twelve random signs in three groups, easy to read out: k7mq-3xwd-9fpa."""
    groups = ("".join(secrets.choice(_SIGNS) for _sign in range(_GROUP)) for _group in range(_GROUPS))
    return "-".join(groups)


def give_one_time_password(cadre: Cadre) -> str:
    """Set a new one-time password on the cadre (not saved yet) and return it."""
    password = one_time_password()
    hasher = get_hasher()
    rounds = {"iterations": _ROUNDS} if hasattr(hasher, "iterations") else {}
    cadre.password = hasher.encode(password, hasher.salt(), **rounds)
    cadre.must_change_password = True
    return password
