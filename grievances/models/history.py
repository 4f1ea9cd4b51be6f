"""What is only ever appended: events, and who looked."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grievances.workflow import State, Verb
from villages.models import Cadre, Household, Unit

from .opinion import Opinion


class Channel(models.TextChoices):
    DESK = "desk", _("desk")
    PHONE = "phone", _("phone")
    IMPORT = "import", _("import")


class Event(models.Model):
    """One step of an opinion's life. Never changed: the database refuses."""

    append_only = True

    opinion = models.ForeignKey(Opinion, models.PROTECT, related_name="events")
    verb = models.CharField(max_length=20, choices=Verb.choices)
    from_state = models.CharField(max_length=10, choices=State.choices, blank=True)
    to_state = models.CharField(max_length=10, choices=State.choices)
    round = models.PositiveSmallIntegerField()
    actor = models.ForeignKey(Cadre, models.PROTECT, null=True, related_name="+", db_index=False)
    actor_unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", db_index=False)
    said_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    channel = models.CharField(max_length=6, choices=Channel.choices, default=Channel.DESK)
    text = models.TextField(blank=True)
    details = models.JSONField(default=dict)
    # True where a past recorded time was put in: the sample, and the import of an old ledger.
    imported = models.BooleanField(default=False)
    # The request that made it, so that the same request twice is one step.
    key = models.UUIDField(null=True)
    # What that request asked for: the same key with another content is refused.
    digest = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        ordering = ["id"]
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [
            models.Index(fields=["actor", "-recorded_at"], name="event_by_actor"),
            models.Index(fields=["-recorded_at"], name="event_by_time"),
            models.Index(
                fields=["-recorded_at", "-id"],
                name="event_withdrawn",
                condition=Q(verb=Verb.WITHDRAW),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(key__isnull=False), name="event_once_a_request"
            ),
            models.CheckConstraint(name="event_verb_known", condition=Q(verb__in=Verb.values)),
            models.CheckConstraint(name="event_channel_known", condition=Q(channel__in=Channel.values)),
        ]

    def __str__(self) -> str:
        return f"{self.opinion_id} {self.verb}"


class LookKind(models.TextChoices):
    CASE = "case", _("looked at the case")
    REVEAL = "reveal", _("revealed who spoke")
    EXPORT = "export", _("exported")
    FILE = "file", _("opened a file")
    PHONE = "phone", _("showed a telephone number")


class Look(models.Model):
    """A look at what is protected: a confidential case, an accusation, an informant, a household's telephone
    number, an export."""

    append_only = True

    opinion = models.ForeignKey(Opinion, models.PROTECT, null=True, related_name="looks")
    household = models.ForeignKey(Household, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=6, choices=LookKind.choices)
    cadre = models.ForeignKey(Cadre, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField(blank=True)
    rows = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("look")
        verbose_name_plural = _("looks")
        indexes = [models.Index(fields=["-at"], name="look_by_time")]
        constraints = [
            models.CheckConstraint(name="look_kind_known", condition=Q(kind__in=LookKind.values)),
            models.CheckConstraint(
                name="look_at_one_thing",
                condition=Q(kind="phone", opinion=None, household__isnull=False)
                | Q(kind="export", opinion=None, household=None)
                | Q(kind__in=["case", "reveal", "file"], opinion__isnull=False, household=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cadre} {self.get_kind_display()}"
