"""A province's dashboard: the same figures, one level higher, of what its districts publish."""

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grievances.measures import figures
from grievances.measures.boards import Board, Row
from grievances.models import Category
from grievances.province.news import News, news_of
from villages.models import CODE_LENGTH, Level, Region

_DISTRICT = CODE_LENGTH[Level.DISTRICT]


@dataclass
class ProvinceBoard(Board):
    """One place and day. Lists lie at the districts' own sites: only from a district down is there one.

    Places are compared with the whole's rate as it is: what accuses somebody is told of whole districts only, and
    by category a hundred districts would be a hundred times as much to read.
    """

    adjusts = False
    # Units are the districts' own matter.
    tells_units = False

    @cached_property
    def news(self) -> list[News]:
        """Of all districts that the place holds, or of the one that it lies in."""
        return news_of(self.region.pk[:_DISTRICT])

    @cached_property
    def _sites(self) -> dict[str, str]:
        return {one.code: one.address for one in self.news}

    @property
    def opens_lists(self) -> bool:
        """Whether some number on the page leads to a district's own site."""
        level = len(self.region.pk) >= CODE_LENGTH[Level.CITY]
        return level and any(self._sites.values())

    def url(self, figure: str, **more: object) -> str:
        """The list at the district's own site; above it the dashboard of the place, or what is split below."""
        place = str(more.pop("region", self.region.pk))
        if len(place) >= _DISTRICT:
            return self._list_there(place, figure, more)
        if place != self.region.pk:
            return self._address(place)
        return "" if more else "#places"

    def _list_there(self, place: str, figure: str, more: dict[str, object]) -> str:
        site = self._sites.get(place[:_DISTRICT])
        if not site:
            return ""
        # Of the places below a district the province knows what accuses nobody, and no more.
        known = {} if len(place) == _DISTRICT else {"unaccusing": "on"}
        asked = {"figure": figure, "region": place, **known, **self._day(), **more}
        return f"{site}{reverse('opinion-list')}?{urlencode(asked)}"

    def place_url(self, place: Region) -> str:
        return self._address(place.pk)

    def _address(self, code: str) -> str:
        asked = urlencode(self._day())
        return reverse("dashboard-place", args=[code]) + (f"?{asked}" if asked else "")

    def _day(self) -> dict[str, object]:
        return {"as_of": self.as_of} if figures.is_past(self.as_of) else {}

    def category_key(self, category: Category) -> object:
        """Ids mean something at home only; codes are the same everywhere."""
        return category.code

    def by_place(self) -> list[Row]:
        rows = super().by_place()
        for row in rows:
            if len(row.place) <= _DISTRICT:
                row.note, row.warning = _told([one for one in self.news if one.code.startswith(row.place)])
        return rows


def _told(news: list[News]) -> tuple[str, str]:
    """What a row says of the age of its figures, and what is wrong with it."""
    if not news:
        return _("no district here publishes yet"), ""
    oldest = max(news, key=lambda one: (one.age is None, one.age))
    if len(news) == 1:
        return oldest.lag, oldest.warning or ("" if oldest.is_well else oldest.words)
    silent = sum(not one.is_well for one in news)
    number = ngettext("%(n)d district", "%(n)d districts", len(news)) % {"n": len(news)}
    return number, _("%(n)d of them without news") % {"n": silent} if silent else ""
