"""What the program tells a cadre: that a case needs them, or has changed."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from villages.models import Cadre

from .history import Event


class Notice(models.Model):
    """One event that concerns one cadre."""

    cadre = models.ForeignKey(Cadre, models.CASCADE, related_name="notices")
    event = models.ForeignKey(Event, models.PROTECT, related_name="+")
    seen_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        indexes = [models.Index(fields=["cadre"], name="notice_unseen", condition=Q(seen_at=None))]
        constraints = [models.UniqueConstraint(fields=["cadre", "event"], name="notice_once")]

    def __str__(self) -> str:
        return f"{self.cadre} {self.event}"
