"""Many cases at once: an order for a step on each of them, and what became of it case by case."""

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from grievances.workflow import Verb
from villages.models import Cadre

from .opinion import Opinion


class BulkOrder(models.Model):
    """One cadre's wish that the same step be done on many cases."""

    # The form that made it: sent twice, it is one order. Each case's step has a key derived from it.
    key = models.UUIDField(unique=True)
    by = models.ForeignKey(Cadre, models.PROTECT, related_name="+", db_index=False)
    verb = models.CharField(max_length=20, choices=Verb.choices)
    # What the form asked for: rows by their ids, days as 2026-11-25.
    arguments = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-made_at", "-id"]
        verbose_name = _("bulk order")
        verbose_name_plural = _("bulk orders")
        indexes = [models.Index(fields=["by", "-made_at", "-id"], name="bulk_order_by_whom")]
        constraints = [
            models.CheckConstraint(name="bulk_order_verb_known", condition=Q(verb__in=Verb.values))
        ]

    def __str__(self) -> str:
        return f"{self.get_verb_display()} {self.made_at:%Y-%m-%d %H:%M}"


class BulkResult(models.TextChoices):
    WAITING = "waiting", _("waiting")
    DONE = "done", pgettext_lazy("bulk", "done")
    REFUSED = "refused", pgettext_lazy("bulk", "not done")
    # No longer theirs to see when its turn came: the order's page doesn't know it any more.
    LEFT_OUT = "left_out", _("left out")


class BulkItem(models.Model):
    """One case of an order, as it stood when it was chosen."""

    order = models.ForeignKey(BulkOrder, models.CASCADE, related_name="items", db_index=False)
    opinion = models.ForeignKey(Opinion, models.PROTECT, related_name="+", db_index=False)
    version = models.PositiveIntegerField()
    # What is asked for of this case alone, beside what the order asks for of all.
    arguments = models.JSONField(default=dict)
    result = models.CharField(max_length=8, choices=BulkResult.choices, default=BulkResult.WAITING)
    # Why it was refused, in each language.
    reasons = models.JSONField(default=dict)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("case of a bulk order")
        verbose_name_plural = _("cases of bulk orders")
        indexes = [
            models.Index(fields=["order", "-result", "id"], name="bulk_item_by_result"),
            models.Index(fields=["order", "-done_at"], name="bulk_item_latest"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["order", "opinion"], name="bulk_item_once_an_order"),
            models.CheckConstraint(name="bulk_item_result_known", condition=Q(result__in=BulkResult.values)),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.opinion_id}"

    @property
    def reason(self) -> str:
        """Why it was refused, in the reader's language."""
        return self.reasons.get(get_language(), next(iter(self.reasons.values()), ""))
