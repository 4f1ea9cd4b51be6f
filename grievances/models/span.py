"""Spans: how an opinion stood from one moment to the next."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grievances.workflow import OPEN

from .opinion import Opinion
from .snapshot import Snapshot


class OpinionSpanQuerySet(models.QuerySet):
    def standing(self, *, at: datetime) -> Self:
        """How each opinion stood at a moment."""
        return self.filter(Q(until=None) | Q(until__gt=at), since__lte=at)

    def for_rows(self) -> Self:
        """With what a list row shows, in one query."""
        return self.select_related("opinion", "region__parent", "category", "person")


class OpinionSpan(Snapshot):
    """How an opinion stood from a moment until a moment: the answer to any question about a past day."""

    opinion = models.ForeignKey(Opinion, models.PROTECT, related_name="spans")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    # Of the opinion, as it is today, also on the spans of past days: who may count it is asked of today.
    recorded_at = models.DateTimeField()
    # Whom it accuses, as far as figures must know: "" for nobody, else ",c12,u5," – cadres and units by id,
    # "?" where nobody is known yet, "!" where that was released. A trigger on Accusation keeps it.
    accused = models.TextField(blank=True, db_collation="C")

    objects = OpinionSpanQuerySet.as_manager()

    class Meta:
        verbose_name = _("span")
        verbose_name_plural = _("spans")
        indexes = [
            models.Index(fields=["-since", "-opinion", "until", "region"], name="span_latest"),
            models.Index(fields=["region", "since", "until"], name="span_by_place"),
            models.Index(fields=["region", "since"], name="span_accusing", condition=~Q(accused="")),
            # Only spans that came to be late: few, whatever the number of opinions.
            models.Index(
                fields=["-due_at", "-opinion", "until", "region"],
                name="span_late",
                condition=Q(state__in=sorted(OPEN), due_at__isnull=False)
                & (Q(until=None) | Q(until__gt=F("due_at"))),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["opinion"], condition=Q(until=None), name="span_one_open_an_opinion"
            ),
            models.CheckConstraint(
                name="span_ends_after_it_starts", condition=Q(until=None) | Q(until__gte=F("since"))
            ),
        ]

    @property
    def case(self) -> Opinion:
        return self.opinion

    def __str__(self) -> str:
        return f"{self.opinion_id} {self.state} {self.since:%Y-%m-%d %H:%M}"
