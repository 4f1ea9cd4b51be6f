"""The official tree of regions, keyed by the statistical code."""

from typing import Self

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from villages.scope import within
from villages.search import Pairs, SearchText, joined_fields
from villages.search.pinyin import initials

from .named import Named


class Level(models.TextChoices):
    PROVINCE = "province", _("province")
    CITY = "city", _("city")
    DISTRICT = "district", _("district")
    TOWN = "town", _("town")
    VILLAGE = "village", _("village")
    GRID = "grid", _("grid")


# Digits of a code at each level (National Bureau of Statistics, 12 digits); a grid adds three of ours.
CODE_LENGTH = {
    Level.PROVINCE: 2,
    Level.CITY: 4,
    Level.DISTRICT: 6,
    Level.TOWN: 9,
    Level.VILLAGE: 12,
    Level.GRID: 15,
}
LEVEL_OF_LENGTH = {length: level for level, length in CODE_LENGTH.items()}


class RegionQuerySet(models.QuerySet):
    def open(self) -> Self:
        """Regions that exist today."""
        return self.filter(closed_on=None)

    def within(self, region: "Region | str") -> Self:
        """The region itself and all that it contains."""
        return self.filter(within(getattr(region, "code", region), field="code"))

    def level(self, level: Level) -> Self:
        return self.filter(level=level)


class Region(Named):
    """A province, city, district, town, village or grid. It contains what starts with its code."""

    code = models.CharField(_("code"), primary_key=True, max_length=15, db_collation="C")
    level = models.CharField(_("level"), max_length=10, choices=Level.choices)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )
    # Two letters or more that begin the numbers of a district's opinions, such as DF.
    abbreviation = models.CharField(_("abbreviation"), max_length=6, null=True, blank=True, unique=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    continued_as = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="continues",
        verbose_name=_("continued as"),
    )

    # Empty also in the database: what a district publishes to its province leaves it out.
    search_text = SearchText(db_default="")

    objects = RegionQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        indexes = [GinIndex(Pairs("search_text"), name="region_words")]
        constraints = [
            models.CheckConstraint(
                name="region_code_fits_level",
                condition=models.Q(
                    *(
                        models.Q(level=level, code__regex=rf"^[0-9]{{{length}}}$")
                        for level, length in CODE_LENGTH.items()
                    ),
                    _connector=models.Q.OR,
                ),
                violation_error_message=_("The code's length does not fit the level."),
            )
        ]

    def to_search(self) -> str:
        """The names, the initials, and the code; a grid is found as a part of its village only."""
        if self.level == Level.GRID:
            return ""
        return joined_fields(self.name, self.name_en, initials(self.name), self.code)

    @property
    def is_empty_place(self) -> bool:
        """A "virtual" place of the official file, where nobody lives."""
        return "虚拟" in self.name

    def at(self, level: Level) -> str:
        """The code of this region's ancestor (or itself) at a level: the first digits."""
        return self.code[: CODE_LENGTH[level]]

    @property
    def place_label(self) -> str:
        """The village's name for a grid, which says little by itself; else the region's own."""
        return self.parent.label if self.level == Level.GRID else self.label


class RegionName(models.Model):
    """A name that a region had until a day."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="old_names")
    name = models.CharField(_("name"), max_length=100)
    until = models.DateField(_("until"))

    class Meta:
        ordering = ["region", "until"]
        verbose_name = _("old name")
        verbose_name_plural = _("old names")

    def __str__(self) -> str:
        return self.name
