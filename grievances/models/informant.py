"""Who said it, apart from what was said. An anonymous informant has no row at all."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from villages.models import Cadre, Household, Unit
from villages.secrets import EncryptedTextField, keyed_hash

from .opinion import Opinion
from .visit import Visit

MOST_REPRESENTATIVES = 5


class InformantQuerySet(models.QuerySet):
    def called(self, name: str) -> Self:
        """By the whole name."""
        return self.filter(name_hash=keyed_hash(name))

    def known_by(self, value: str) -> Self:
        """By the whole name or the whole telephone number; by nothing less."""
        sealed = keyed_hash(value)
        return self.filter(Q(name_hash=sealed) | Q(telephone_hash=sealed)) if sealed else self.none()


class Informant(models.Model):
    """A named or confidential informant, or one of up to five representatives of a joint petition."""

    # The constraint below has the index.
    opinion = models.ForeignKey(Opinion, models.CASCADE, related_name="informants", db_index=False)
    position = models.PositiveSmallIntegerField(default=1)
    household = models.ForeignKey(Household, models.SET_NULL, null=True, related_name="+")
    visit = models.ForeignKey(Visit, models.SET_NULL, null=True, related_name="+")
    name = EncryptedTextField(_("name"), blank=True)
    telephone = EncryptedTextField(_("telephone"), blank=True)
    address = EncryptedTextField(_("address"), blank=True)
    remarks = EncryptedTextField(_("remarks on identity"), blank=True)
    name_hash = models.CharField(max_length=64, blank=True)
    telephone_hash = models.CharField(max_length=64, blank=True)

    objects = InformantQuerySet.as_manager()

    class Meta:
        ordering = ["opinion", "position"]
        verbose_name = _("informant")
        verbose_name_plural = _("informants")
        indexes = [
            models.Index(fields=["name_hash"], name="informant_by_name", condition=~Q(name_hash="")),
            models.Index(
                fields=["telephone_hash"], name="informant_by_telephone", condition=~Q(telephone_hash="")
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["opinion", "position"], name="informant_position_once"),
            models.CheckConstraint(
                name="informant_at_most_five",
                condition=Q(position__gte=1, position__lte=MOST_REPRESENTATIVES),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.opinion_id}/{self.position}"

    def seal(self) -> None:
        """Set the hashes by which the whole name or number is found."""
        self.name_hash, self.telephone_hash = keyed_hash(self.name), keyed_hash(self.telephone)

    def save(self, *args: object, **kwargs: object) -> None:
        self.seal()
        super().save(*args, **kwargs)


class Accusation(models.Model):
    """Whom an opinion complains about: a unit, a cadre, or not known yet."""

    opinion = models.ForeignKey(Opinion, models.PROTECT, related_name="accusations")
    # Nobody of the unit or its sub-units may see or hold the case.
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    cadre = models.ForeignKey(Cadre, models.PROTECT, null=True, related_name="+")
    named_at = models.DateTimeField()
    # When nobody is known: who above the town has looked, and let the levels below see it.
    released_by = models.ForeignKey(Cadre, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["id"]
        verbose_name = _("accusation")
        verbose_name_plural = _("accusations")
        constraints = [
            models.UniqueConstraint(fields=["opinion", "unit", "cadre"], name="accusation_once"),
            models.CheckConstraint(
                name="accusation_of_a_unit_or_a_cadre", condition=Q(unit=None) | Q(cadre=None)
            ),
        ]

    def __str__(self) -> str:
        return str(self.opinion_id)
