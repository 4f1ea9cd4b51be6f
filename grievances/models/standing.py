"""Standing in and succeeding: who worked on a case for somebody else, and who took cases over for good."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from villages.models import Cadre

from .opinion import Opinion


class StoodIn(models.Model):
    """A cadre worked on a case in the lead unit for somebody who was away: they never confirm its answer, also when
    they stand in no longer."""

    opinion = models.ForeignKey(Opinion, models.PROTECT, related_name="+", db_index=False)
    cadre = models.ForeignKey(Cadre, models.PROTECT, related_name="+", db_index=False)
    absent = models.ForeignKey(Cadre, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        verbose_name = _("case worked on for somebody else")
        verbose_name_plural = _("cases worked on for somebody else")
        constraints = [models.UniqueConstraint(fields=["cadre", "opinion"], name="stood_in_once")]
        indexes = [models.Index(fields=["opinion"], name="stood_in_opinion")]

    def __str__(self) -> str:
        return f"{self.opinion_id} {self.cadre_id}"


class SuccessionQuerySet(models.QuerySet):
    def waiting(self) -> Self:
        """Neither answered nor accepted by the days that have passed."""
        return self.filter(answered_at=None, until__gt=timezone.now())


class Succession(models.Model):
    """Cases that were handed on to one colleague when somebody left. The colleague answers for them from the first
    moment, and may hand them back to the head of the unit until ``until``; who says nothing has accepted."""

    leaving = models.ForeignKey(Cadre, models.PROTECT, related_name="+", db_index=False)
    successor = models.ForeignKey(Cadre, models.PROTECT, related_name="successions", db_index=False)
    by = models.ForeignKey(Cadre, models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(_("reason"), max_length=200)
    made_at = models.DateTimeField()
    until = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    objects = SuccessionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("succession")
        verbose_name_plural = _("successions")
        indexes = [
            models.Index(
                fields=["successor", "until"], name="succession_waiting", condition=Q(answered_at=None)
            )
        ]
        constraints = [
            models.CheckConstraint(name="succession_to_somebody_else", condition=~Q(leaving=F("successor")))
        ]

    def __str__(self) -> str:
        return f"{self.leaving} → {self.successor}"

    def is_waiting(self, now: datetime | None = None) -> bool:
        """Whether it can still be accepted or handed back."""
        return self.answered_at is None and (now or timezone.now()) < self.until


class SuccessionCase(models.Model):
    """One case of a succession."""

    succession = models.ForeignKey(Succession, models.CASCADE, related_name="cases", db_index=False)
    opinion = models.ForeignKey(Opinion, models.PROTECT, related_name="+")
    handed_back = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]
        verbose_name = _("case of a succession")
        verbose_name_plural = _("cases of successions")
        constraints = [models.UniqueConstraint(fields=["succession", "opinion"], name="succession_case_once")]

    def __str__(self) -> str:
        return f"{self.succession_id} {self.opinion_id}"
