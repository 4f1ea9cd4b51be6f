"""What the program tells a cadre: that a case needs them, or has changed."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from villages.models import Cadre

from .history import Event
from .note import Note
from .opinion import Opinion


class Notice(models.Model):
    """One event that concerns one cadre, or one note that mentions them."""

    cadre = models.ForeignKey(Cadre, models.CASCADE, related_name="notices")
    event = models.ForeignKey(Event, models.PROTECT, null=True, related_name="+")
    note = models.ForeignKey(Note, models.PROTECT, null=True, related_name="+", db_index=False)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        indexes = [models.Index(fields=["cadre"], name="notice_unseen", condition=Q(seen_at=None))]
        constraints = [
            models.UniqueConstraint(fields=["cadre", "event"], name="notice_once"),
            models.UniqueConstraint(
                fields=["note", "cadre"], condition=Q(note__isnull=False), name="notice_once_a_note"
            ),
            models.CheckConstraint(
                name="notice_has_one_cause",
                condition=Q(event=None, note__isnull=False) | Q(event__isnull=False, note=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cadre} {self.cause}"

    @property
    def cause(self) -> Event | Note:
        """What it tells of."""
        return self.event or self.note

    @property
    def opinion(self) -> Opinion:
        return self.cause.opinion
