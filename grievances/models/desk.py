"""How a cadre likes to work at the desk."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from villages.models import Cadre


class AfterStep(models.TextChoices):
    """What the desk shows when a step is done."""

    STAY = "stay", _("stay with the case")
    BACK = "back", _("back to the list")
    NEXT = "next", _("the next case")


class Density(models.TextChoices):
    COMFORTABLE = "comfortable", _("comfortable")
    COMPACT = "compact", _("compact")


class DeskSettings(models.Model):
    """One cadre's choices; whoever has chosen nothing has no row."""

    cadre = models.OneToOneField(Cadre, models.CASCADE, related_name="desk_settings", primary_key=True)
    after_step = models.CharField(max_length=4, choices=AfterStep.choices, default=AfterStep.STAY)
    # The optional columns that are shown, in their order; empty: those that the list shows by itself.
    columns = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    density = models.CharField(max_length=11, choices=Density.choices, default=Density.COMFORTABLE)
    # The view that opens after signing in, by its key; empty, gone or no longer theirs: the usual page.
    start = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name = _("desk settings")
        verbose_name_plural = _("desk settings")
        constraints = [
            models.CheckConstraint(
                name="desk_settings_after_step_known", condition=Q(after_step__in=AfterStep.values)
            ),
            models.CheckConstraint(
                name="desk_settings_density_known", condition=Q(density__in=Density.values)
            ),
        ]

    def __str__(self) -> str:
        return str(self.cadre)
