"""Taking villages along: what a phone holds for a visitor's grids, and of it only what has changed."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from django.utils.translation import gettext as _

from grievances.flow.accusable import accusable
from grievances.forms.visit import colleagues_of, last_companions
from grievances.forms.visit_opinion import recent_categories
from grievances.models import Campaign
from grievances.phones import both, categories, contact, wire
from grievances.phones.households import Doors
from grievances.phones.wire import Unreadable
from grievances.visits.visiting import places_of
from villages.models import Cadre, Household, Level, Post, Region, Unit
from villages.templatetags.looks import bracketed

SCHEMA = 1
# Without a contact it is erased on the phone after so long.
KEPT = timedelta(days=7)
MOST_HOUSEHOLDS = 3000
_GRID = re.compile(r"[0-9]{15}")
_HOUSEHOLD = re.compile(r"[0-9]{1,18}")
_LONGEST_DIGEST = 64


class TooMany(Exception):
    """More households than one request takes along."""


@dataclass(frozen=True)
class Asked:
    """What a phone asks for: grids, and of each what it holds already: the digest of the whole grid, or those of its
    households; and the digest of the categories that it holds, "" for none."""

    grids: dict[str, str | dict[str, str]]
    telephones: bool
    categories: str = ""

    @classmethod
    def read(cls, body: dict[str, object]) -> Self:
        """Raises Unreadable."""
        grids, telephones = body.get("grids"), body.get("telephones", False)
        known_categories = body.get("categories", "")
        if not isinstance(telephones, bool):
            raise Unreadable("telephones: true or false")
        if not _is_digest(known_categories):
            raise Unreadable("categories: their digest")
        if not isinstance(grids, dict) or len(grids) > contact.MOST_GRIDS:
            raise Unreadable(f"grids: an object of at most {contact.MOST_GRIDS}")
        for code, known in grids.items():
            if not _GRID.fullmatch(code) or not (isinstance(known, dict) or _is_digest(known)):
                raise Unreadable("grids: a code of 15 digits, and a digest or an object")
            if isinstance(known, dict) and not all(
                _HOUSEHOLD.fullmatch(pk) and _is_digest(digest) for pk, digest in known.items()
            ):
                raise Unreadable("grids: households with their digests")
        return cls(grids, telephones, known_categories)


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST_DIGEST


def taken(cadre: Cadre, asked: Asked) -> dict[str, object]:
    """All of it, for a phone of the cadre's. Raises TooMany."""
    mine = places_of(cadre).filter(level=Level.GRID, pk__in=list(asked.grids)).select_related("parent")
    grids = {grid.pk: grid for grid in mine}
    doors = Doors(cadre, _households(cadre, list(grids)), telephones=asked.telephones)
    now = contact.now()
    found, differ = _grids(grids, doors, asked)
    return {
        "schema": SCHEMA,
        "taken_at": now,
        "expires_at": now + KEPT // timedelta(milliseconds=1),
        "cadre": _person(cadre),
        "campaign": _campaign(doors),
        "colleagues": [_person(one) for one in colleagues_of(cadre)],
        "last_cadres": [one.pk for one in last_companions(cadre)],
        "recent": [category.pk for category in recent_categories(cadre)],
        "grids": found,
        # Another digest than the phone's: it asks once more, with those of the households.
        "differ": differ,
        "refused": [code for code in asked.grids if code not in grids],
    } | _categories(asked)


def _categories(asked: Asked) -> dict[str, object]:
    """Their digest; the list itself only if the phone holds another one."""
    offered = categories.offered()
    digest = wire.digest(offered)
    known = {"categories_digest": digest}
    return known if asked.categories == digest else known | {"categories": offered}


def too_many() -> str:
    return _("More than %s households at once: choose fewer grids.") % f"{MOST_HOUSEHOLDS:,}"


def _households(cadre: Cadre, grids: list[str]) -> list[Household]:
    living = Household.objects.visible_to(cadre).filter(grid__in=grids, gone_on=None)
    found = list(living.defer("search_text")[: MOST_HOUSEHOLDS + 1])
    if len(found) > MOST_HOUSEHOLDS:
        raise TooMany
    return found


def _person(cadre: Cadre) -> dict[str, object]:
    return {"pk": cadre.pk, "label": both.person(cadre)}


def _campaign(doors: Doors) -> dict[str, object] | None:
    """The one in which most of them are visited; a phone shows one."""
    found: list[Campaign] = [c for one in doors.households if (c := doors.campaign_at(one.grid_id))]
    if not found:
        return None
    most, _households = Counter(found).most_common(1)[0]
    return {"label": both.named(most), "ends": most.ends.isoformat()}


def _grids(grids: dict[str, Region], doors: Doors, asked: Asked) -> tuple[dict[str, object], list[str]]:
    """What has changed in each; and those of which the phone holds something else than it thinks to be the whole."""
    told: dict[str, dict[str, dict]] = {code: {} for code in grids}
    for household in doors.households:
        told[household.grid_id][str(household.pk)] = doors.told(household)
    blamed = accusable(grids)
    words = _Blamed()
    found, differ = {}, []
    for code, grid in grids.items():
        whole = wire.digest({pk: one["digest"] for pk, one in told[code].items()})
        if isinstance(asked.grids[code], str) and asked.grids[code] != whole:
            differ.append(code)
            continue
        found[code] = {
            "label": both.named(grid),
            "village": {"code": grid.parent_id, "label": both.named(grid.parent)},
            "accusable": words.of(*blamed[code]),
            "digest": whole,
        } | _changed(asked.grids[code], told[code])
    return found, differ


def _changed(known: str | dict[str, str], told: dict[str, dict]) -> dict[str, object]:
    """The households of which the phone holds another digest, and those that aren't there any more."""
    if isinstance(known, str):
        return {"households": {}, "gone": []}
    return {
        "households": {pk: one for pk, one in told.items() if known.get(pk) != one["digest"]},
        "gone": [int(pk) for pk in known if pk not in told],
    }


class _Blamed:
    """Whom opinions can complain about, each said once however many grids there are."""

    def __init__(self) -> None:
        self.said: dict[str, dict[str, object]] = {}

    def of(self, units: list[Unit], posts: list[Post]) -> list[dict[str, object]]:
        for unit in units:
            self.said.setdefault(f"unit:{unit.pk}", {"value": f"unit:{unit.pk}", "label": both.named(unit)})
        for post in posts:
            value = f"cadre:{post.cadre_id}"
            if value not in self.said:
                label = both.said(lambda post=post: post.cadre.label + bracketed(post.unit.label))
                self.said[value] = {"value": value, "label": label}
        people = dict.fromkeys(f"cadre:{post.cadre_id}" for post in posts)
        return [self.said[value] for value in (*(f"unit:{unit.pk}" for unit in units), *people)]
