"""What colleagues write to each other on a case."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from villages.models import Cadre, Unit

from .opinion import Opinion


class NoteKind(models.TextChoices):
    NOTE = "note", _("note")
    CHECK = "check", _("please look through the draft of the answer")


class Note(models.Model):
    """An internal note on a case: no step, and never told the informant. Never changed: the database refuses."""

    append_only = True

    opinion = models.ForeignKey(Opinion, models.PROTECT, related_name="notes")
    kind = models.CharField(max_length=5, choices=NoteKind.choices, default=NoteKind.NOTE)
    by = models.ForeignKey(Cadre, models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()
    text = models.TextField(blank=True)
    # The names of those who were told, as they were called then.
    told = ArrayField(models.CharField(max_length=40), default=list)
    # The request that made it, so that the same request twice is one note.
    key = models.UUIDField(unique=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        constraints = [
            models.CheckConstraint(name="note_kind_known", condition=Q(kind__in=NoteKind.values)),
            models.CheckConstraint(name="note_says_something", condition=~Q(text="") | Q(kind="check")),
        ]

    def __str__(self) -> str:
        return self.text[:60]
