"""What the program tells a cadre: that a case needs them, or has changed, or that a list awaits them."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from villages.models import Cadre

from .history import Event
from .opinion import Opinion


class Notice(models.Model):
    """One thing told to one cadre: of an event, of a case, or of a list at an address of ours.

    ``kind`` is the name of a kind of ``grievances.messaging.kinds``. The ``key`` says what is told, so that it is
    told once however often somebody asks for it.
    """

    cadre = models.ForeignKey(Cadre, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=20, default="step")
    key = models.CharField(max_length=60, blank=True, default="")
    event = models.ForeignKey(Event, models.PROTECT, null=True, related_name="+")
    opinion = models.ForeignKey(Opinion, models.PROTECT, null=True, related_name="+", db_index=False)
    address = models.CharField(max_length=200, blank=True, default="")
    count = models.PositiveIntegerField(null=True)
    made_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at", "-id"]
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        indexes = [
            models.Index(fields=["cadre"], name="notice_unseen", condition=Q(seen_at=None)),
            models.Index(F("cadre"), F("made_at").desc(), F("id").desc(), name="notice_newest"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["cadre", "event"], name="notice_once"),
            models.UniqueConstraint(fields=["cadre", "key"], name="notice_once_a_key", condition=~Q(key="")),
            models.CheckConstraint(
                name="notice_leads_somewhere", condition=Q(opinion__isnull=False) | Q(address__startswith="/")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cadre} {self.kind}"
