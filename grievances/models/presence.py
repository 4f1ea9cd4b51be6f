"""Who has a case open just now, so that two don't do the same work."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from villages.models import Cadre

from .opinion import Opinion


class CasePresence(models.Model):
    """The one case that a cadre has open, for some two minutes. No history: the next case takes its place in the
    same row, and a row that is over is deleted. See ``grievances.desk.presence`` for whom none is written."""

    cadre = models.OneToOneField(Cadre, models.CASCADE, related_name="+", primary_key=True)
    opinion = models.ForeignKey(Opinion, models.CASCADE, related_name="+")
    until = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("case that is open")
        verbose_name_plural = _("cases that are open")

    def __str__(self) -> str:
        return f"{self.cadre_id} {self.opinion_id}"
