"""The counts of a place on a day, for one viewer: from tallies wherever they can tell."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.utils import timezone

from grievances.measures import figures
from grievances.models import COUNTS, Campaign, Dimension
from grievances.sight.access import sees_districts
from grievances.tallies.reading import Asked, Counts, Told, added, merged, read
from grievances.tallies.rows import read_rows
from grievances.tallies.sight import Sight, covers
from villages.models import CODE_LENGTH, Cadre, Level, Region

_VILLAGE, _DISTRICT = CODE_LENGTH[Level.VILLAGE], CODE_LENGTH[Level.DISTRICT]


def share_seen(cadre: Cadre) -> float:
    """Which part of all opinions, from 0 to 1, lies in the districts that the cadre sees as a whole; a hint."""
    if not sees_districts(cadre):
        return 0.0
    by_district = Counting(None, "").below(_DISTRICT, names=("collected",))
    seen = sum(counts["collected"] for code, counts in by_district.items() if covers(cadre, code))
    return seen / max(sum(counts["collected"] for counts in by_district.values()), 1)


@dataclass
class Counting:
    """What a viewer may count of a place and campaign on a day; ``cadre`` None counts all. On request without what
    accuses somebody, as a province counts below its districts."""

    cadre: Cadre | None
    place: str
    campaign: Campaign | None = None
    as_of: date | None = None
    without_accusations: bool = False

    @cached_property
    def sight(self) -> Sight:
        return Sight(("",)) if self.without_accusations else Sight.of(self.cadre)

    @property
    def day(self) -> date:
        return self.as_of if figures.is_past(self.as_of) else timezone.localdate()

    def by(
        self, *dimensions: str, keys: tuple[str, ...] | None = None, names: tuple[str, ...] = COUNTS
    ) -> Told:
        """The place's counts by these dimensions; ``names`` are the ones wanted."""
        return self._told(Asked(self._whole(), self.day, dimensions, 0, self.campaign, keys, names=names))

    def below(
        self, digits: int, *, among: Collection[str] | None = None, names: tuple[str, ...] = COUNTS
    ) -> dict[str, Counts]:
        """{code: counts} of the places of a level below, whose codes have so many digits: all, or ``among`` these."""
        parts = self._parts(digits) if among is None or digits < _DISTRICT else tuple(among)
        told = self._told(Asked(parts, self.day, (Dimension.ALL,), digits, self.campaign, names=names))
        return {place: counts for (_dimension, place, _key), counts in told.items()}

    def mixes(self, codes: Iterable[str]) -> dict[str, dict[str, int]]:
        """{code: {category: collected}} of places on one level. Today whole years are read: nothing is collected
        ahead."""
        places = tuple(codes)
        asked = Asked(
            places, self.day, (Dimension.CATEGORY,), max(map(len, places), default=0), self.campaign,
            names=("collected",), whole_years=not figures.is_past(self.as_of),
        )  # fmt: skip
        mixes: dict[str, dict[str, int]] = {}
        for (_dimension, place, key), counts in self._told(asked).items():
            mixes.setdefault(place, {})[key] = counts["collected"]
        return mixes

    def total(self) -> Counts:
        return added(self.by(Dimension.ALL).values())

    def _told(self, asked: Asked) -> Told:
        if not self._has_tallies:
            return self._one_by_one(asked, accusing=False if self.without_accusations else None)
        told = read(asked, self.sight)
        if self.sight.accusing or self.without_accusations:
            return told
        return merged(told, self._one_by_one(asked, accusing=True))

    @property
    def _has_tallies(self) -> bool:
        return len(self.place) <= _VILLAGE and covers(self.cadre, self.place)

    def _whole(self) -> tuple[str, ...]:
        """The places that the place is the sum of: itself, or its districts where it is more than one."""
        return (self.place,) if len(self.place) >= _DISTRICT else self._parts(_DISTRICT)

    def _parts(self, digits: int) -> tuple[str, ...]:
        level = next(level for level, n in CODE_LENGTH.items() if n == max(digits, _DISTRICT))
        return tuple(Region.objects.level(level).within(self.place).values_list("pk", flat=True))

    def _one_by_one(self, asked: Asked, *, accusing: bool | None) -> Told:
        found = figures.rows(
            cadre=self.cadre, as_of=self.as_of, region=self.place, campaign=self.campaign, accusing=accusing
        )
        told = read_rows(found, *asked.dimensions, digits=asked.digits, as_of=self.as_of)
        return told if asked.keys is None else {key: n for key, n in told.items() if key[2] in asked.keys}
