"""Visits: somebody came to a household, or met a villager on the way."""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from villages.models import Cadre, Household, Region, Role
from villages.scope import any_of, within

from .campaign import Campaign


class VisitKind(models.TextChoices):
    HOUSEHOLD = "household", _("at the door")
    ON_THE_WAY = "on_the_way", _("met on the way")
    TEAM = "team", _("a leader's talk with a team")
    SECRETARY = "secretary", _("a leader's talk with the village secretary")


class VisitQuerySet(models.QuerySet):
    def visible_to(self, cadre: Cadre) -> Self:
        """Visits to the cadre's places, and those that the cadre recorded or went on."""
        roles = (Role.VISITOR, Role.COORDINATOR, Role.LEADER, Role.AUDITOR)
        posts = [post for post in cadre.own_posts if post.role in roles]
        own = Q(recorded_by=cadre) | Q(
            pk__in=Visit.cadres.through.objects.filter(cadre=cadre).values("visit")
        )
        return self.filter(any_of([within(post.region_id) for post in posts]) | own)


class Visit(models.Model):
    """One visit. A visit without opinions counts as a visit; so does one where nobody was at home."""

    # Made by whoever fills in the form, so that a repeated request is one visit.
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(
        Campaign,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="visits",
        db_index=False,
        verbose_name=_("campaign"),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=VisitKind.choices, default=VisitKind.HOUSEHOLD)
    household = models.ForeignKey(
        Household,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="visits",
        db_index=False,
        verbose_name=_("household"),
    )
    region = models.ForeignKey(
        Region, models.PROTECT, related_name="visits", db_index=False, verbose_name=_("place")
    )
    said_at = models.DateTimeField(_("when"))
    recorded_at = models.DateTimeField(_("recorded"), editable=False)
    recorded_by = models.ForeignKey(Cadre, models.PROTECT, related_name="+", editable=False)
    cadres = models.ManyToManyField(Cadre, related_name="visits", verbose_name=_("who went"))
    nobody_home = models.BooleanField(_("nobody at home"), default=False)
    # All that is kept of anonymous opinions: how many there were.
    anonymous_opinions = models.PositiveSmallIntegerField(default=0, editable=False)
    remarks = models.TextField(_("remarks"), blank=True, max_length=2000)

    objects = VisitQuerySet.as_manager()

    class Meta:
        ordering = ["-said_at", "-id"]
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        indexes = [
            models.Index(fields=["region", "-said_at"], name="visit_by_place"),
            models.Index(fields=["household", "-said_at"], name="visit_by_household"),
            models.Index(fields=["campaign", "household"], name="visit_coverage"),
        ]
        constraints = [
            models.CheckConstraint(name="visit_kind_known", condition=Q(kind__in=VisitKind.values)),
            models.CheckConstraint(
                name="visit_at_a_door_has_a_household",
                condition=~Q(kind=VisitKind.HOUSEHOLD) | Q(household__isnull=False),
                violation_error_message=_("Choose the household."),
            ),
            models.CheckConstraint(
                name="visit_is_not_in_the_future",
                condition=Q(said_at__lte=models.F("recorded_at")),
                violation_error_message=_("The visit lies in the future."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household or self.region} {self.said_at:%Y-%m-%d}"
