"""How an opinion stands: what it and each of its spans have in common."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from grievances.workflow import Ground, Outcome, State
from villages.models import Cadre, Region, Unit

from .campaign import Campaign
from .category import Category


class Source(models.TextChoices):
    BIG_VISIT = "big_visit", _("big visit")
    SERVICE_CENTRE = "service_centre", _("service centre")
    STUDIO = "studio", _("studio")
    PHONE = "phone", _("telephone")
    LETTER = "letter", _("letter")
    SUPERIOR = "superior", _("superior office")
    PUBLIC = "public", _("the public page")


class Snapshot(models.Model):
    """What a figure, a queue or a filter asks about an opinion, now or on a past day."""

    # No index by itself on any of these: each list and figure has its own, in the right order.
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("campaign")
    )
    source = models.CharField(_("source"), max_length=14, choices=Source.choices, default=Source.BIG_VISIT)
    region = models.ForeignKey(
        Region, models.PROTECT, related_name="+", db_index=False, verbose_name=_("place")
    )
    category = models.ForeignKey(
        Category, models.PROTECT, related_name="+", db_index=False, verbose_name=_("category")
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.COLLECTED)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, blank=True)
    ground = models.CharField(_("ground"), max_length=8, choices=Ground.choices, blank=True)
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("lead unit")
    )
    person = models.ForeignKey(
        Cadre,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("responsible person"),
    )
    # The earliest deadline that is running, null when none is.
    due_at = models.DateTimeField(_("deadline"), null=True)
    answered_at = models.DateTimeField(null=True)
    round = models.PositiveSmallIntegerField(default=1)
    was_assigned = models.BooleanField(default=False)
    supervised = models.BooleanField(default=False)
    # The latest call-back since the latest answer; null before there is one.
    contacted = models.BooleanField(null=True)
    solved = models.BooleanField(null=True)
    satisfied = models.BooleanField(null=True)

    class Meta:
        abstract = True


SNAPSHOT_FIELDS = tuple(field.attname for field in Snapshot._meta.local_fields)
