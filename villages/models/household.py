"""Households: who is visited."""

from typing import Self

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Func, Value
from django.utils.translation import gettext_lazy as _

from villages.scope import any_of, within
from villages.search import Pairs, SearchText, begins_or_has, holds_all, joined_fields, words_of
from villages.search.pinyin import initials
from villages.secrets import EncryptedTextField, keyed_hash
from villages.written import rows_of

from .cadre import Cadre
from .named import Named
from .post import Role
from .region import Level, Region

# A house number has at most twenty characters.
_DIGITS = 20
_LARGEST = models.BigAutoField.MAX_BIGINT
_AT_DOOR = """SELECT {columns} FROM villages_household
    JOIN villages_region ON villages_region.code = villages_household.grid_id
    LEFT JOIN villages_householdcontact ON villages_householdcontact.household_id = villages_household.id
    WHERE villages_household.id = %(pk)s"""


class Need(Named):
    """What a visitor must know about a household, such as an elderly person living alone."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    retired = models.BooleanField(_("no longer offered"), default=False)

    class Meta:
        ordering = ["position", "code"]
        verbose_name = _("need")
        verbose_name_plural = _("needs")


class HouseholdQuerySet(models.QuerySet):
    def visible_to(self, cadre: Cadre) -> Self:
        """Households of the regions that the cadre visits or coordinates."""
        return self.filter(any_of([within(place, field="grid_id") for place in _places_of(cadre)]))

    def search(self, words: str) -> Self:
        """Households whose number, head, pinyin initials or address hold every one of the words."""
        return self.filter(holds_all("search_text", words_of(words), by=begins_or_has))


def _places_of(cadre: Cadre) -> list[str]:
    # Of a desk that is lent the cases go along, not the households of the place.
    return [post.region_id for post in cadre.own_posts if post.role in (Role.VISITOR, Role.COORDINATOR)]


def _in_counting_order(field: str) -> Func:
    """An expression that sorts house numbers as people count: 3 before 10, 10-2 before 10-11.

    Every run of digits is filled up with zeros, and of these the last twenty are kept.
    """
    filled = Func(field, Value(r"(\d+)"), Value("0" * _DIGITS + r"\1"), Value("g"), function="regexp_replace")
    return Func(filled, Value(rf"\d*(\d{{{_DIGITS}}})"), Value(r"\1"), Value("g"), function="regexp_replace")


class Household(models.Model):
    """A household in a grid."""

    grid = models.ForeignKey(
        Region,
        models.PROTECT,
        related_name="households",
        limit_choices_to={"level": Level.GRID},
        verbose_name=_("grid"),
    )
    number = models.CharField(_("house number"), max_length=20)
    number_order = models.GeneratedField(
        expression=_in_counting_order("number"),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )
    head = models.CharField(_("head of household"), max_length=40)
    initials = models.CharField(max_length=40, editable=False, db_collation="C")
    search_text = SearchText()
    address = models.CharField(_("address"), max_length=200, blank=True)
    members = models.PositiveSmallIntegerField(_("people"), default=1)
    is_centre = models.BooleanField(_("party member's centre household"), default=False)
    gone_on = models.DateField(_("moved away on"), null=True, blank=True)
    needs = models.ManyToManyField(Need, blank=True, related_name="households", verbose_name=_("needs"))

    objects = HouseholdQuerySet.as_manager()

    class Meta:
        ordering = ["grid", "number_order", "number"]
        verbose_name = _("household")
        verbose_name_plural = _("households")
        indexes = [
            models.Index(fields=["grid", "initials"], name="household_initials"),
            models.Index(fields=["grid", "number_order", "number"], name="household_number_order"),
            GinIndex(Pairs("search_text"), name="household_words"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["grid", "number"],
                name="household_number_once_a_grid",
                violation_error_message=_("This grid already has a household with this number."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.head}"

    @classmethod
    def at_door(cls, pk: int, cadre: Cadre) -> Self | None:
        """The household with its grid and contact, if the cadre may see it: as ``visible_to`` says."""
        # No key is larger; to compare with a number that no index holds, all rows would be read.
        found = next(rows_of(_AT_DOOR, {"pk": min(pk, _LARGEST)}, cls, Region, HouseholdContact), None)
        if found is None or not found[0].grid_id.startswith(tuple(_places_of(cadre))):
            return None
        household, grid, contact = found
        household.grid = grid
        cls.contact.related.set_cached_value(household, contact)
        return household

    def save(self, *args: object, **kwargs: object) -> None:
        self.initials = initials(self.head)
        super().save(*args, **kwargs)

    def to_search(self) -> str:
        """Number (20 号 is also found as 20号), head, initials and address."""
        return joined_fields("".join(self.number.split()), self.head, self.initials, self.address)


class HouseholdContact(models.Model):
    """How to reach a household; apart from it, encrypted, found by the whole number only."""

    household = models.OneToOneField(Household, models.CASCADE, primary_key=True, related_name="contact")
    telephone = EncryptedTextField(_("telephone"), blank=True)
    telephone_hash = models.CharField(max_length=64, blank=True, editable=False, db_index=True)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")

    def __str__(self) -> str:
        return str(self.household)

    def save(self, *args: object, **kwargs: object) -> None:
        self.telephone_hash = keyed_hash(self.telephone)
        super().save(*args, **kwargs)
