"""Saved views: a list with its filter under a name, for oneself, one's unit, or everyone of a place."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grievances.sight.access import paths_above
from villages.models import CODE_LENGTH, Cadre, Region, Unit


class Sharing(models.TextChoices):
    """Who finds a view in their lists; each runs it with their own rights."""

    MINE = "mine", _("only me")
    UNIT = "unit", _("my unit")
    PLACE = "place", _("everyone of the place that I coordinate")


class Calls(models.TextChoices):
    """When a view tells its owner that something is in it."""

    NEVER = "never", _("never")
    DAILY = "daily", _("every day, if something is in it")
    GROWN = "grown", _("when it has grown")


class SavedViewQuerySet(models.QuerySet):
    def shown_to(self, cadre: Cadre) -> Self:
        """The cadre's own, those of the units that the cadre belongs to now, and everyone's of their places."""
        paths = {path for post in cadre.posts_in_force for path in paths_above(post.unit.path)}
        codes = {post.region_id for post in cadre.posts_in_force}
        places = {code[:length] for code in codes for length in CODE_LENGTH.values() if length <= len(code)}
        shared = Q(sharing=Sharing.UNIT, unit__path__in=sorted(paths))
        shared |= Q(sharing=Sharing.PLACE, region__in=sorted(places))
        return self.filter(Q(owner=cadre) | shared).select_related("unit", "region", "owner")


class SavedView(models.Model):
    """A list – a queue of the desk, or all opinions – with the filter that is set in it."""

    owner = models.ForeignKey(Cadre, models.CASCADE, related_name="saved_views", db_index=False)
    name = models.CharField(_("name"), max_length=40)
    # The name of the desk's queue; empty: all opinions.
    queue = models.CharField(max_length=20, blank=True)
    # The filter and the order, as they stand in an address. Read anew each time, with the reader's rights.
    query = models.CharField(max_length=1000, blank=True)
    # Empty: those that each reader has chosen.
    columns = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    sharing = models.CharField(_("who finds it"), max_length=5, choices=Sharing.choices, default=Sharing.MINE)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", db_index=False)
    region = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+", db_index=False)
    calls = models.CharField(_("calls me"), max_length=5, choices=Calls.choices, default=Calls.NEVER)
    grow_by = models.PositiveSmallIntegerField(_("grown by"), default=1)
    # From how many on growth is counted; unknown until it was counted first.
    base_count = models.PositiveIntegerField(null=True, editable=False)
    called_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        indexes = [
            models.Index(fields=["unit"], name="saved_view_of_unit", condition=Q(sharing="unit")),
            models.Index(fields=["region"], name="saved_view_of_place", condition=Q(sharing="place")),
            models.Index(fields=["id"], name="saved_view_calling", condition=~Q(calls="never")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"],
                name="saved_view_one_of_a_name",
                violation_error_message=_("You have a view of this name already."),
            ),
            models.CheckConstraint(name="saved_view_calls_known", condition=Q(calls__in=Calls.values)),
            models.CheckConstraint(
                name="saved_view_shared_with_somebody",
                condition=Q(sharing="mine", unit=None, region=None)
                | Q(sharing="unit", unit__isnull=False, region=None)
                | Q(sharing="place", unit=None, region__isnull=False),
            ),
            models.CheckConstraint(
                name="saved_view_grows_by_some", condition=Q(grow_by__gte=1, grow_by__lte=500)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """How an address and the settings name it; ready-made views have words."""
        return str(self.pk)

    @property
    def label(self) -> str:
        return self.name
