"""Photographs and PDF files of an opinion."""

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from .opinion import Opinion


def private_name(attachment: "Attachment", filename: str) -> str:
    """A name that tells nothing, in one of 256 folders."""
    token = secrets.token_hex(16)
    return f"attachments/{token[:2]}/{token}{attachment.extension}"


class Attachment(models.Model):
    """A file, re-encoded when it came in; reached only through its opinion."""

    opinion = models.ForeignKey(Opinion, models.PROTECT, related_name="attachments")
    file = models.FileField(upload_to=private_name, max_length=80)
    media_type = models.CharField(max_length=20)
    size = models.PositiveIntegerField(_("bytes"))
    added_at = models.DateTimeField()
    # Of a photograph that a phone sent: whatever is sent again is there once.
    key = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        ordering = ["id"]
        verbose_name = _("file")
        verbose_name_plural = _("files")

    def __str__(self) -> str:
        return f"{self.opinion_id} {self.media_type}"

    @property
    def extension(self) -> str:
        return ".pdf" if self.media_type == "application/pdf" else ".jpg"
