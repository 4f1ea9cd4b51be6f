"""The counts of a place on a day, for one viewer: from tallies wherever they can tell."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.utils import timezone

from grievances import figures
from grievances.models import COUNTS, Campaign, Dimension
from grievances.tallies.reading import Asked, Counts, Told, added, merged, read
from grievances.tallies.rows import read_rows
from grievances.tallies.sight import Sight, covers
from villages.models import CODE_LENGTH, Cadre, Level, Region

_VILLAGE, _DISTRICT = CODE_LENGTH[Level.VILLAGE], CODE_LENGTH[Level.DISTRICT]


@dataclass
class Counting:
    """What a viewer may count of a place and campaign on a day; ``cadre`` None counts all."""

    cadre: Cadre | None
    place: str
    campaign: Campaign | None = None
    as_of: date | None = None

    @cached_property
    def sight(self) -> Sight:
        return Sight.of(self.cadre)

    @property
    def day(self) -> date:
        return self.as_of if figures.is_past(self.as_of) else timezone.localdate()

    def by(
        self, *dimensions: str, keys: tuple[str, ...] | None = None, names: tuple[str, ...] = COUNTS
    ) -> Told:
        """The place's counts by these dimensions; ``names`` are the ones wanted."""
        return self._told(Asked(self._whole(), self.day, dimensions, 0, self.campaign, keys, names=names))

    def below(self, digits: int, *, names: tuple[str, ...] = COUNTS) -> dict[str, Counts]:
        """{code: counts} of the places of a level below, whose codes have so many digits."""
        told = self.below_by(digits, Dimension.ALL, names=names)
        return {place: counts for (_dimension, place, _key), counts in told.items()}

    def below_by(self, digits: int, *dimensions: str, names: tuple[str, ...] = COUNTS) -> Told:
        """The same by several dimensions, in one reading."""
        return self._told(
            Asked(self._parts(digits), self.day, dimensions, digits, self.campaign, names=names)
        )

    def total(self) -> Counts:
        return added(self.by(Dimension.ALL).values())

    def _told(self, asked: Asked) -> Told:
        if not self._has_tallies:
            return self._one_by_one(asked)
        told = read(asked, self.sight)
        return told if self.sight.accusing else merged(told, self._one_by_one(asked, accusing=True))

    @property
    def _has_tallies(self) -> bool:
        return len(self.place) <= _VILLAGE and covers(self.cadre, self.place)

    def _whole(self) -> tuple[str, ...]:
        """The places that the place is the sum of: itself, or its districts where it is more than one."""
        return (self.place,) if len(self.place) >= _DISTRICT else self._parts(_DISTRICT)

    def _parts(self, digits: int) -> tuple[str, ...]:
        level = next(level for level, n in CODE_LENGTH.items() if n == max(digits, _DISTRICT))
        return tuple(Region.objects.level(level).within(self.place).values_list("pk", flat=True))

    def _one_by_one(self, asked: Asked, *, accusing: bool = False) -> Told:
        found = figures.rows(
            cadre=self.cadre, as_of=self.as_of, region=self.place, campaign=self.campaign, accusing=accusing
        )
        told = read_rows(found, *asked.dimensions, digits=asked.digits, as_of=self.as_of)
        return told if asked.keys is None else {key: n for key, n in told.items() if key[2] in asked.keys}
