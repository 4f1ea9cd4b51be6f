"""How notices leave the program: what each cadre chose, and what was sent."""

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from villages.models import Cadre

from .notice import Notice

MORNING = 8


class How(models.TextChoices):
    """When a cadre is told of something outside the program; within it, notices always stand."""

    AT_ONCE = "at_once", _("at once")
    DIGEST = "digest", _("once a day, together")
    PROGRAM = "program", _("only in the program")


class MessageSettings(models.Model):
    """One cadre's choices; whoever has chosen nothing, and never signed in, has no row."""

    cadre = models.OneToOneField(Cadre, models.CASCADE, related_name="message_settings", primary_key=True)
    # The language that the person last used.
    language = models.CharField(max_length=10, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE)
    digest_hour = models.PositiveSmallIntegerField(default=MORNING, validators=[MaxValueValidator(23)])
    # Kind → how, where the person chose something else than the kind's own.
    choices = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("message settings")
        verbose_name_plural = _("message settings")
        constraints = [
            models.CheckConstraint(name="message_settings_hour_of_a_day", condition=Q(digest_hour__lte=23))
        ]

    def __str__(self) -> str:
        return str(self.cadre)


class DeliveryState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    SENT = "sent", _("sent")
    DROPPED = "dropped", _("not sent: no longer theirs to know, or no address")
    FAILED = "failed", _("failed")


class Delivery(models.Model):
    """One notice on its way out by one channel: once, whoever asks.

    Whoever sends it first moves ``next_at`` on to the next attempt: of two at once one sends, and what a killed
    worker had begun is tried again then.
    """

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="deliveries")
    cadre = models.ForeignKey(Cadre, models.CASCADE, related_name="+", db_index=False)
    channel = models.CharField(max_length=10)
    how = models.CharField(max_length=7, choices=How.choices)
    state = models.CharField(max_length=7, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField()
    next_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=250, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        indexes = [
            models.Index(fields=["next_at", "id"], name="delivery_due", condition=Q(state="waiting")),
            models.Index(
                fields=["cadre", "channel", "how", "next_at"],
                name="delivery_together",
                condition=Q(state="waiting"),
            ),
            models.Index(fields=["-id"], name="delivery_failed", condition=Q(state="failed")),
            models.Index(fields=["made_at"], name="delivery_age"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["notice", "channel"], name="delivery_once_a_channel"),
            models.CheckConstraint(name="delivery_how_known", condition=Q(how__in=["at_once", "digest"])),
            models.CheckConstraint(name="delivery_state_known", condition=Q(state__in=DeliveryState.values)),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.notice_id} {self.state}"
