"""What opinions are about, and what is asked about it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from villages.models import Cadre, Named, Region, Unit, UnitKind


class DayKind(models.TextChoices):
    CALENDAR = "calendar", _("calendar days")
    WORKING = "working", _("working days")


class Category(Named):
    """A matter of the two-level tree; only the second level is chosen for an opinion."""

    code = models.SlugField(_("code"), max_length=50, unique=True)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("part of"),
        limit_choices_to={"parent": None},
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    handling_days = models.PositiveSmallIntegerField(
        _("days to handle"), null=True, blank=True, help_text=_("Left empty: the statutory 60 calendar days.")
    )
    day_kind = models.CharField(
        _("kind of days"), max_length=8, choices=DayKind.choices, default=DayKind.CALENDAR
    )
    demands_accused = models.BooleanField(_("asks whom it complains about"), default=False)
    retired = models.BooleanField(_("no longer offered"), default=False)
    assigns_itself = models.BooleanField(
        _("is assigned by its dispatch rule"),
        default=False,
        help_text=_(
            "Named opinions of this category go to the unit of the first rule that fits as soon as they are written "
            "down. Accusations, confidential and anonymous ones always wait for the coordinator."
        ),
    )
    # Who switched that on: the history of each case that is so assigned says it.
    switched_on_by = models.ForeignKey(
        Cadre, models.PROTECT, null=True, editable=False, related_name="+", db_index=False
    )

    class Meta:
        ordering = ["position", "code"]
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        constraints = [
            models.CheckConstraint(
                name="category_within_the_statutory_days",
                condition=Q(handling_days=None) | Q(handling_days__gte=1, handling_days__lte=60),
                violation_error_message=_("Between 1 and 60 days: the law sets the longest."),
            ),
            models.CheckConstraint(name="category_day_kind_known", condition=Q(day_kind__in=DayKind.values)),
            models.CheckConstraint(
                name="category_switched_on_by_somebody",
                condition=Q(assigns_itself=False) | Q(switched_on_by__isnull=False),
            ),
        ]


class QuestionKind(models.TextChoices):
    TEXT = "text", _("text")
    CHOICE = "choice", _("choice")
    DATE = "date", _("date")
    NUMBER = "number", _("number")
    YES_NO = "yes_no", _("yes or no")


class Question(models.Model):
    """A short optional question that a category asks."""

    category = models.ForeignKey(
        Category, models.CASCADE, related_name="questions", verbose_name=_("category")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    kind = models.CharField(_("kind"), max_length=8, choices=QuestionKind.choices)
    wording = models.CharField(_("wording"), max_length=120)
    wording_en = models.CharField(_("wording in English"), max_length=200, blank=True)
    choices = models.CharField(
        _("choices"), max_length=400, blank=True, help_text=_("中文=English, separated by |")
    )

    class Meta:
        ordering = ["category", "position", "id"]
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        constraints = [
            models.CheckConstraint(name="question_kind_known", condition=Q(kind__in=QuestionKind.values))
        ]

    def __str__(self) -> str:
        return self.wording


class LocalUnit(models.TextChoices):
    """A responsible unit that depends on the place."""

    COMMITTEE = UnitKind.COMMITTEE.value, _("the village's own committee")
    TOWN = UnitKind.TOWN.value, _("the town's own unit")


class DispatchRule(models.Model):
    """Which unit is proposed for a category in a place. The first rule that fits decides."""

    position = models.PositiveSmallIntegerField(_("position"), default=0)
    category = models.ForeignKey(
        Category,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="rules",
        verbose_name=_("category"),
        help_text=_("Left empty: every category."),
    )
    region = models.ForeignKey(
        Region,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("region"),
        help_text=_("Left empty: everywhere."),
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit")
    )
    local = models.CharField(_("or the local unit"), max_length=10, choices=LocalUnit.choices, blank=True)
    note = models.CharField(_("reason shown"), max_length=100, blank=True)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("dispatch rule")
        verbose_name_plural = _("dispatch rules")
        constraints = [
            models.CheckConstraint(
                name="dispatch_rule_names_one_unit",
                condition=Q(unit=None, local__in=LocalUnit.values) | Q(unit__isnull=False, local=""),
                violation_error_message=_("Give either a unit or a local unit."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.category or '*'} → {self.unit or self.get_local_display()}"
