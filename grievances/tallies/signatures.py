"""Whom an opinion accuses, as one short text: what figures are told apart by (``OpinionSpan.accused``).

The database's function ``grievances_signature`` writes the same.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grievances.models import Accusation

UNRELEASED = "?"  # nobody is known yet, and nobody above the towns has looked
_RELEASED = "!"


def signature(accusations: "Iterable[Accusation]") -> str:
    """ ",c12,u5," for a cadre and a unit, each by its id; empty where nobody is accused."""
    found = {_one(accusation) for accusation in accusations}
    return f",{','.join(sorted(found))}," if found else ""


def part(one: str) -> str:
    """How a signature holds one accused."""
    return f",{one},"


def of_unit(pk: int) -> str:
    return f"u{pk}"


def of_cadre(pk: int) -> str:
    return f"c{pk}"


def _one(accusation: "Accusation") -> str:
    if accusation.unit_id is not None:
        return of_unit(accusation.unit_id)
    if accusation.cadre_id is not None:
        return of_cadre(accusation.cadre_id)
    return _RELEASED if accusation.released_by_id else UNRELEASED
