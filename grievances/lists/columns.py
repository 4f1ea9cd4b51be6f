"""The columns of a list of opinions: which there are, and which a person or a view has chosen.

The number and what was said are always there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from grievances.models import Density, DeskSettings
from villages import reading
from villages.as_json import row_of
from villages.models import Cadre

if TYPE_CHECKING:
    from django.db.models import QuerySet

WORDS = "words"
# name → heading, in the order in which they stand. How each is written: ``templatetags/rows.py``.
HEADINGS = {
    "place": _("Place"),
    "category": _("About"),
    WORDS: _("What was said"),
    "state": _("Now"),
    "kind": _("Kind"),
    "urgency": _("Urgency"),
    "informant": _("Informant"),
    "round": _("Round"),
    "recorded": _("Recorded"),
    "deadline": _("Deadline"),
    "unit": _("Lead unit"),
    "person": _("Answers"),
}
OPTIONAL = [(name, heading) for name, heading in HEADINGS.items() if name != WORDS]
_USUAL = ("place", "category", WORDS, "state", "deadline", "person")
# The state is the same in most rows of a queue.
_USUAL_BESIDE_A_PANEL = tuple(name for name in _USUAL if name != "state")
_CHOSEN = "(SELECT row_to_json(s) FROM grievances_desksettings s WHERE s.cadre_id = c.id)"
# What rows bring along already, without being asked.
_READ_FOR = {"unit": "unit"}


@dataclass(frozen=True)
class ListLook:
    """How a list looks to somebody."""

    columns: tuple[str, ...]
    compact: bool = False

    @property
    def headings(self) -> list[str]:
        return [HEADINGS[name] for name in self.columns]

    def reading(self, found: "QuerySet") -> "QuerySet":
        """The rows with what their columns show, still in one query."""
        more = [_READ_FOR[name] for name in self.columns if name in _READ_FOR]
        return found.select_related(*more) if more else found


def connect() -> None:
    reading.asked_too["desk_settings"] = _CHOSEN


def settings_of(cadre: Cadre) -> DeskSettings:
    """What a cadre has chosen, read with whoever signed in; what everybody starts with, where there is nothing."""
    if "desk_settings" not in cadre.known:
        return DeskSettings.objects.filter(cadre=cadre).first() or DeskSettings(cadre_id=cadre.pk)
    chosen = cadre.known["desk_settings"]
    return row_of(DeskSettings, chosen) if chosen else DeskSettings(cadre_id=cadre.pk)


def usual(*, panel: bool) -> tuple[str, ...]:
    """The columns of a list for which nobody has chosen any."""
    return _USUAL_BESIDE_A_PANEL if panel else _USUAL


def look_of(cadre: Cadre, *, panel: bool = False, chosen: Iterable[str] = ()) -> ListLook:
    """The look of a list: with the columns that are ``chosen`` by its view, else by the cadre, else the usual
    ones. A column that there is no more is left out."""
    mine = settings_of(cadre)
    wanted = {*(chosen or mine.columns)} & HEADINGS.keys()
    columns = tuple(name for name in HEADINGS if name in wanted or name == WORDS)
    return ListLook(columns if wanted else usual(panel=panel), compact=mine.density == Density.COMPACT)
