"""Posts: all permission comes from those in force."""

from datetime import date
from typing import Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from villages.signals import post_ending, post_starting

from .region import CODE_LENGTH, Level, Region
from .unit import Unit


class Role(models.TextChoices):
    VISITOR = "visitor", _("visitor")
    HANDLER = "handler", _("handler")
    HEAD = "head", _("head of unit")
    COORDINATOR = "coordinator", _("coordinator")
    CALLER = "caller", _("caller")
    LEADER = "leader", _("leader")
    AUDITOR = "auditor", _("auditor")
    ADMINISTRATOR = "administrator", _("administrator")


# The desks that a substitute keeps. Whoever visits, leads, audits or administers does so in person.
LENT = frozenset({Role.HANDLER, Role.HEAD, Role.COORDINATOR, Role.CALLER})


class PostQuerySet(models.QuerySet):
    def in_force(self, on: date | None = None) -> Self:
        """Posts that give rights on a day, by default today; the last day still counts."""
        day = on or timezone.localdate()
        return self.filter(Q(until=None) | Q(until__gte=day), since__lte=day)


class Post(models.Model):
    """A role of a cadre in a unit, for a region, from a day until a day."""

    cadre = models.ForeignKey("villages.Cadre", models.PROTECT, related_name="posts", verbose_name=_("cadre"))
    role = models.CharField(_("role"), max_length=14, choices=Role.choices)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="posts", verbose_name=_("unit"))
    region = models.ForeignKey(
        Region,
        models.PROTECT,
        blank=True,
        related_name="posts",
        verbose_name=_("region"),
        help_text=_("Left empty: the region that the unit serves."),
    )
    since = models.DateField(_("from"), default=timezone.localdate)
    until = models.DateField(_("until"), null=True, blank=True, help_text=_("The last day in force."))

    objects = PostQuerySet.as_manager()

    class Meta:
        ordering = ["cadre", "since", "id"]
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        indexes = [models.Index(fields=["unit", "role"], name="post_unit_role")]
        constraints = [
            models.CheckConstraint(name="post_role_known", condition=Q(role__in=Role.values)),
            models.CheckConstraint(
                name="post_ends_after_it_starts",
                condition=Q(until=None) | Q(until__gte=F("since")),
                violation_error_message=_("The last day lies before the first."),
            ),
        ]

    def is_in_force(self) -> bool:
        """Whether it gives rights today; the last day still counts."""
        today = timezone.localdate()
        return self.since <= today and self.lasts_until(today)

    def lasts_until(self, day: date) -> bool:
        """Whether it ends on the day or later, or never."""
        return self.until is None or self.until >= day

    def __str__(self) -> str:
        return f"{self.cadre} · {self.get_role_display()} · {self.unit}"

    def clean(self) -> None:
        if self.unit_id and not self.region_id:
            self.region = self.unit.region
        if settings.PROVINCE and self.region_id and len(self.region_id) >= CODE_LENGTH[Level.DISTRICT]:
            # Whom an opinion accuses is known at home only: a district's figures there could be compared with these.
            raise ValidationError(
                {"region": _("At the province, posts are those of the province or of a city.")}
            )
        if self.pk and self._ends_earlier():
            post_ending.send(Post, post=self)

    def _ends_earlier(self) -> bool:
        """Whether it would end before the day on which it was to end so far."""
        longer = Q(until=None) | Q(until__gt=self.until)
        return self.until is not None and Post.objects.filter(longer, pk=self.pk).exists()

    def save(self, *args: object, **kwargs: object) -> None:
        if not self.region_id:
            self.region_id = self.unit.region_id
        if self._state.adding:
            post_starting.send(Post, post=self)
        super().save(*args, **kwargs)

    def end(self, *, on: date) -> None:
        """Let the post end with a day. Raises ValidationError while open work hangs on its cadre."""
        self.until = on
        post_ending.send(Post, post=self)
        self.save(update_fields=["until"])
