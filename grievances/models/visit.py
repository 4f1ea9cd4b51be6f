"""Visits: somebody came to a household, or met a villager on the way."""

import uuid
from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grievances.flow.calendar import midnight
from villages.models import Cadre, Household, Region, Role
from villages.scope import any_of, within

from .campaign import Campaign

_CLOCKS_DIFFER = timedelta(minutes=5)


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

    def counted(self) -> Self:
        """Each visit once: of those that somebody found to be the same, the first."""
        return self.filter(same_as=None)

    def on_the_day_of(self, visit: "Visit") -> Self:
        """All visits to the household of a visit on its day, that one among them."""
        begins = midnight(timezone.localdate(visit.said_at))
        day = {"said_at__gte": begins, "said_at__lt": begins + timedelta(days=1)}
        return self.filter(household=visit.household_id, **day) if visit.household_id else self.none()


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
    # As the phone's clock had it, which may be years off; null for what was typed into a page of the server.
    phone_said_at = models.DateTimeField(null=True, editable=False)
    # Of what the phone sent, to know it again; and what became of each matter of last time, by its number.
    digest = models.CharField(max_length=64, blank=True, default="", editable=False)
    became = models.JSONField(default=dict, editable=False)
    # Two cadres wrote the same visit down: figures count the one that this leads to.
    same_as = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="same", editable=False, verbose_name=_("the same as")
    )

    objects = VisitQuerySet.as_manager()

    class Meta:
        ordering = ["-said_at", "-id"]
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        indexes = [
            models.Index(fields=["region", "-said_at"], name="visit_by_place"),
            models.Index(fields=["household", "-said_at"], name="visit_by_household"),
            models.Index(fields=["campaign", "household", "nobody_home"], name="visit_met"),
            models.Index(
                fields=["campaign", "said_at", "region"], name="visit_by_week", condition=Q(same_as=None)
            ),
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
            models.CheckConstraint(
                name="visit_is_not_the_same_as_itself", condition=Q(same_as=None) | ~Q(same_as=models.F("id"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household or self.region} {self.said_at:%Y-%m-%d}"

    @property
    def phone_is_off(self) -> bool:
        """Whether the phone's clock was so wrong that a page says both times."""
        return bool(self.phone_said_at) and abs(self.phone_said_at - self.said_at) > _CLOCKS_DIFFER


class VisitPair(models.Model):
    """What somebody said of two visits to one household on one day: the same, or two. The latest word counts."""

    first = models.ForeignKey(Visit, models.PROTECT, related_name="+")
    second = models.ForeignKey(Visit, models.PROTECT, related_name="+")
    same = models.BooleanField()
    by = models.ForeignKey(Cadre, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        verbose_name = _("pair of visits")
        verbose_name_plural = _("pairs of visits")
        constraints = [
            models.CheckConstraint(name="visit_pair_in_order", condition=Q(first__lt=models.F("second")))
        ]

    def __str__(self) -> str:
        return f"{self.first_id} {self.second_id}"
