"""What is taken along: files that were asked for, and printed lists whose cases are called back."""

import secrets
from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from villages.models import Cadre

# A file that is ready is kept for so long.
KEPT = timedelta(days=1)


class FileFormat(models.TextChoices):
    XLSX = "xlsx", _("Excel (XLSX)")
    CSV = "csv", _("text (CSV)")
    PDF = "pdf", "PDF"


class FileState(models.TextChoices):
    WAITING = "waiting", _("being made")
    READY = "ready", _("ready")
    FAILED = "failed", _("not made")


def private_name(made: "MadeFile", filename: str) -> str:
    """A name that tells nothing and that nobody can guess."""
    return f"made/{secrets.token_hex(16)}.{made.format}"


class MadeFile(models.Model):
    """A file that somebody asked for and that takes longer than a page may. Only they get it, for a day."""

    # The form that asked for it: sent twice, it is one file.
    key = models.UUIDField(unique=True)
    owner = models.ForeignKey(Cadre, models.PROTECT, related_name="+", db_index=False)
    # What it is made of, for the job: a list with its filters, or chosen cases.
    asked = models.JSONField(default=dict)
    title = models.CharField(max_length=200)
    format = models.CharField(max_length=4, choices=FileFormat.choices)
    language = models.CharField(max_length=10)
    reason = models.TextField(blank=True)
    state = models.CharField(max_length=7, choices=FileState.choices, default=FileState.WAITING)
    made_at = models.DateTimeField()
    told_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField()
    # Why there is none, in the owner's language.
    problem = models.TextField(blank=True)
    # The owner's rights when it was made (``making.rights_of``): with others, it is no longer theirs.
    posts = models.CharField(max_length=64, blank=True)
    file = models.FileField(upload_to=private_name, max_length=80, blank=True)

    class Meta:
        ordering = ["-made_at", "-id"]
        verbose_name = _("made file")
        verbose_name_plural = _("made files")
        indexes = [
            models.Index(fields=["owner", "-made_at", "-id"], name="made_file_by_owner"),
            models.Index(fields=["made_at"], name="made_file_by_age"),
        ]
        constraints = [
            models.CheckConstraint(name="made_file_format_known", condition=Q(format__in=FileFormat.values)),
            models.CheckConstraint(name="made_file_state_known", condition=Q(state__in=FileState.values)),
            models.CheckConstraint(
                name="made_file_ready_is_there",
                condition=~Q(state="ready") | (~Q(file="") & Q(finished_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class CallList(models.Model):
    """A call-back list that was printed: which cases stand on it, in their order."""

    number = models.CharField(max_length=8, unique=True)
    by = models.ForeignKey(Cadre, models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    cases = ArrayField(models.BigIntegerField())

    class Meta:
        ordering = ["-made_at", "-id"]
        verbose_name = _("call-back list")
        verbose_name_plural = _("call-back lists")
        indexes = [models.Index(fields=["made_at"], name="call_list_by_age")]

    def __str__(self) -> str:
        return self.number
