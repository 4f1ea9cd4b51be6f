"""Visits that came from a phone and can't be written down by today's rights: they wait for a decision."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from grievances.sight.access import sees_unreleased
from grievances.tallies.signatures import UNRELEASED, of_cadre, of_unit
from villages.models import Cadre, Region, Role, Unit
from villages.scope import any_of, paths_above, within
from villages.secrets import EncryptedTextField

from .opinion import Opinion


class Why(models.TextChoices):
    """Why a visit waits for a decision."""

    VILLAGE = "village", _("the place is no longer one of the author's")
    PLACE = "place", _("the village or grid was closed or merged")
    HOUSEHOLD = "household", _("the household has moved away or was merged")
    CAMPAIGN = "campaign", _("the campaign has ended")
    CATEGORY = "category", _("a category is no longer offered")
    QUESTION = "question", _("a question that was answered is no longer asked")
    ACCUSED = "accused", _("whom it complains about no longer serves there")
    MATTER = "matter", _("a matter of last time can't be answered any more")
    COLLEAGUE = "colleague", _("somebody who went along is no longer a colleague")
    FILE = "file", _("somebody else brought it as a file")


# Of the place alone: another one puts it right.
OF_PLACES = {Why.VILLAGE, Why.PLACE, Why.HOUSEHOLD}


class Decided(models.TextChoices):
    """What became of it."""

    WAITS = "waits", _("needs a decision")
    WRITTEN = "written", _("written down")
    DISCARDED = "discarded", _("discarded")


class UndecidedQuerySet(models.QuerySet):
    def waiting(self) -> Self:
        return self.filter(state=Decided.WAITS)

    def visible_to(self, cadre: Cadre) -> Self:
        """The cadre's own, and those of the places that the cadre coordinates. One in which somebody complains
        about the coordinator, or a unit that he ever belonged to, isn't there for him: not even its number.

        Nor is what he brought as a file: anybody can seal something in somebody else's name, so that another one
        has to decide; and one of several that is missing would tell him that it accuses him.
        """
        places = [within(post.region_id) for post in cadre.own_posts if post.role == Role.COORDINATOR]
        if not places:
            return self.filter(author=cadre)
        hidden = Q(accused__overlap=own_units(cadre)) | Q(accused__contains=[of_cadre(cadre.pk)])
        if not sees_unreleased(cadre):
            hidden |= Q(accused__contains=[UNRELEASED])
        return self.filter(Q(author=cadre) | any_of(places) & ~hidden & ~Q(brought_by=cadre))


def own_units(cadre: Cadre) -> models.QuerySet:
    """The units of all of a cadre's posts and those above them, as the accused are written."""
    above = {path for post in cadre.posts_ever for path in paths_above(post.unit.path)}
    token = Concat(Value(of_unit("")), Cast("pk", TextField()), output_field=TextField())
    return Unit.objects.filter(path__in=sorted(above)).order_by().annotate(token=token).values("token")


class UndecidedVisit(models.Model):
    """One visit as the phone sent it. The content is encrypted, and gone once it is written down; that of a
    discarded one is kept."""

    # The visit's own, made on the phone.
    key = models.UUIDField(unique=True, editable=False)
    author = models.ForeignKey(
        Cadre, models.PROTECT, related_name="+", db_index=False, verbose_name=_("author")
    )
    # Who brought it as a file, where that wasn't the author.
    brought_by = models.ForeignKey(Cadre, models.PROTECT, null=True, related_name="+", db_index=False)
    region = models.ForeignKey(
        Region, models.PROTECT, related_name="+", db_index=False, verbose_name=_("place")
    )
    received_on = models.DateField(_("received"))
    said_at = models.DateTimeField(_("when"))
    phone_said_at = models.DateTimeField()
    content = EncryptedTextField(blank=True)
    digest = models.CharField(max_length=64)
    reasons = ArrayField(models.CharField(max_length=10, choices=Why.choices))
    opinions = models.PositiveSmallIntegerField(default=0)
    # Whom its opinions complain about, as ``grievances.tallies.signatures`` writes them.
    accused = ArrayField(models.CharField(max_length=24), default=list)
    state = models.CharField(max_length=9, choices=Decided.choices, default=Decided.WAITS)
    decided_by = models.ForeignKey(Cadre, models.PROTECT, null=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)
    # Why it was discarded.
    remark = EncryptedTextField(blank=True)

    objects = UndecidedQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("visit that needs a decision")
        verbose_name_plural = _("visits that need a decision")
        indexes = [
            models.Index(fields=["author"], name="undecided_by_author", condition=Q(state="waits")),
            models.Index(fields=["region"], name="undecided_by_place", condition=Q(state="waits")),
            models.Index(fields=["author", "-id"], name="undecided_of_author"),
            models.Index(fields=["region", "-id"], name="undecided_of_place"),
        ]
        constraints = [
            models.CheckConstraint(name="undecided_state_known", condition=Q(state__in=Decided.values)),
            models.CheckConstraint(
                name="undecided_by_somebody",
                condition=Q(state="waits", decided_by=None, decided_at=None)
                | ~Q(state="waits") & Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.key)

    @property
    def waits(self) -> bool:
        return self.state == Decided.WAITS

    @property
    def why(self) -> list[str]:
        """The reasons in words."""
        return [Why(reason).label for reason in self.reasons]


class ArrivingPhoto(models.Model):
    """A photograph that a visit from a phone announced and that isn't kept yet; its parts lie in a file."""

    key = models.UUIDField(unique=True, editable=False)
    visit_key = models.UUIDField(db_index=True, editable=False)
    # On the phone, within the visit.
    said = models.UUIDField(editable=False)
    author = models.ForeignKey(Cadre, models.PROTECT, related_name="+", db_index=False)
    # Null as long as its visit needs a decision.
    opinion = models.ForeignKey(Opinion, models.PROTECT, null=True, related_name="+")
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    announced_on = models.DateField()
    # It came whole, and was a photograph.
    whole = models.BooleanField(default=False)
    # How often it came whole and could not be opened; and that it is no photograph.
    broken = models.PositiveSmallIntegerField(default=0)
    refused = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]
        verbose_name = _("arriving photograph")
        verbose_name_plural = _("arriving photographs")

    def __str__(self) -> str:
        return str(self.key)
