"""What can be responsible: departments, towns, committees, teams."""

from typing import Self

from django.contrib.postgres.indexes import GinIndex
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext_lazy as _

from villages.scope import under
from villages.search import Pairs, SearchText, joined_fields
from villages.search.pinyin import initials
from villages.signals import unit_moving

from .named import Named
from .region import Region


class UnitKind(models.TextChoices):
    DEPARTMENT = "department", _("department")
    TOWN = "town", _("town")
    COMMITTEE = "committee", _("village committee")
    TEAM = "team", _("service team")


class UnitQuerySet(models.QuerySet):
    def under(self, unit: "Unit") -> Self:
        """The unit itself and its sub-units."""
        return self.filter(under(unit.path))

    def serving(self, code: str) -> Self:
        """Units whose region contains the region ``code`` or is it, from the widest down."""
        ancestors = [code[:length] for length in (2, 4, 6, 9, 12, 15) if length <= len(code)]
        return self.filter(region_id__in=ancestors).order_by("region_id", "code")


class Unit(Named):
    """A unit that can be responsible for an opinion. Its path holds the codes from its topmost unit down."""

    code = models.SlugField(
        _("code"),
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9-]+$", _("Small letters, digits and hyphens only."))],
    )
    kind = models.CharField(_("kind"), max_length=12, choices=UnitKind.choices)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="sub_units", verbose_name=_("part of")
    )
    path = models.CharField(max_length=250, unique=True, editable=False, db_collation="C")
    region = models.ForeignKey(Region, models.PROTECT, related_name="units", verbose_name=_("region served"))
    telephone = models.CharField(_("telephone"), max_length=30, blank=True)

    search_text = SearchText()

    objects = UnitQuerySet.as_manager()

    class Meta:
        ordering = ["path"]
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        indexes = [GinIndex(Pairs("search_text"), name="unit_words")]
        constraints = [
            models.CheckConstraint(name="unit_kind_known", condition=models.Q(kind__in=UnitKind.values)),
            models.CheckConstraint(
                name="unit_path_ends_with_its_code",
                condition=models.Q(path__endswith=Concat(Value("/"), models.F("code"), Value("/"))),
            ),
        ]

    def save(self, *args: object, **kwargs: object) -> None:
        if self._state.adding:
            self.path = self._path_under(self.parent)
        super().save(*args, **kwargs)

    def to_search(self) -> str:
        """The names, the initials, and the code."""
        return joined_fields(self.name, self.name_en, initials(self.name), self.code)

    def _path_under(self, parent: "Unit | None") -> str:
        return f"{parent.path if parent else '/'}{self.code}/"

    def contains(self, other: "Unit") -> bool:
        """Whether ``other`` is this unit or one of its sub-units."""
        return other.path.startswith(self.path)

    @transaction.atomic
    def move(self, *, parent: "Unit | None") -> None:
        """Put the unit, with its sub-units, under another one. Raises ValueError for a circle."""
        if parent and self.contains(parent):
            raise ValueError(f"{self.code} can't be moved under its own sub-unit {parent.code}")
        old, new = self.path, self._path_under(parent)
        unit_moving.send(Unit, unit=self, path=new)
        moved = Unit.objects.under(self)
        moved.update(path=Concat(Value(new), Substr("path", len(old) + 1)))
        self.parent, self.path = parent, new
        self.save(update_fields=["parent"])
