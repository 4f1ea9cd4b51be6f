"""What helps to write an answer: ready texts, and the answer while it is being written."""

from typing import Self

from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grievances.sight.access import DISTRICT_DIGITS, paths_above
from grievances.workflow import Ground, Outcome, TellMeans, Verb
from villages.models import Cadre, Region, Role, Unit
from villages.scope import any_of, under, within

from .category import Category
from .opinion import Opinion

LONGEST_TEXT = 2000
_ANSWERS = (Verb.RESOLVE, Verb.EXPLAIN)


class ModelAnswerQuerySet(models.QuerySet):
    """A model answer is kept by a unit, by the coordinators of a region, or came with the product."""

    def for_unit(self, unit: Unit) -> Self:
        """Those that a unit may use: its own, of units above it, of the regions that it serves."""
        return self.filter(_reaches(unit) | _OF_THE_PRODUCT)

    def readable_by(self, cadre: Cadre) -> Self:
        """Those that reach the cadre's units, and those that the cadre may change."""
        reaching = [_reaches(post.unit) for post in cadre.posts_as(Role.HANDLER, Role.HEAD, Role.COORDINATOR)]
        return self.filter(any_of([*reaching, _kept_by(cadre), _OF_THE_PRODUCT]))

    def kept_by(self, cadre: Cadre) -> Self:
        """Those that the cadre may change: of units that they work in, of regions that they coordinate."""
        return self.filter(_kept_by(cadre))


class ModelAnswer(models.Model):
    """A ready text of an answer, with places that the case fills. One that was used is retired, never deleted."""

    # Of those that came with the product: loaded again, only what is missing is added.
    code = models.SlugField(max_length=50, blank=True, editable=False)
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="model_answers", verbose_name=_("unit")
    )
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("region")
    )
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("category"),
        help_text=_("Left empty: every category."),
    )  # fmt: skip
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices)
    ground = models.CharField(
        _("ground"), max_length=8, choices=Ground.choices, blank=True,
        help_text=_("Only where it is explained; left empty: every ground."),
    )  # fmt: skip
    title = models.CharField(_("title"), max_length=60)
    text = models.TextField(_("text"), max_length=LONGEST_TEXT, validators=[MinLengthValidator(5)])
    retired = models.BooleanField(_("no longer offered"), default=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    changed_by = models.ForeignKey(
        Cadre, models.PROTECT, null=True, related_name="+", db_index=False, editable=False
    )
    changed_at = models.DateTimeField(null=True, editable=False)

    objects = ModelAnswerQuerySet.as_manager()

    class Meta:
        ordering = ["title", "id"]
        verbose_name = _("model answer")
        verbose_name_plural = _("model answers")
        constraints = [
            models.CheckConstraint(
                name="model_answer_outcome_known", condition=Q(outcome__in=Outcome.values)
            ),
            models.CheckConstraint(
                name="model_answer_ground_known", condition=Q(ground__in=["", *Ground.values])
            ),
            models.CheckConstraint(
                name="model_answer_ground_only_of_explained",
                condition=Q(ground="") | Q(outcome=Outcome.EXPLAINED),
                violation_error_message=_("Only what is explained has a ground."),
            ),
            models.CheckConstraint(name="model_answer_one_keeper", condition=Q(unit=None) | Q(region=None)),
            models.UniqueConstraint(fields=["code"], condition=~Q(code=""), name="model_answer_code_once"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def keeper(self) -> str:
        """Who keeps it, in words."""
        return (self.unit or self.region).label if self.unit_id or self.region_id else str(_("the district"))


class ModelAnswerUse(models.Model):
    """How often the answers of a unit began with a model answer, in a month; by unit, never by person."""

    model_answer = models.ForeignKey(ModelAnswer, models.PROTECT, related_name="uses")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    month = models.DateField()
    times = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("use of a model answer")
        verbose_name_plural = _("uses of model answers")
        constraints = [
            models.UniqueConstraint(
                fields=["model_answer", "unit", "month"], name="model_answer_use_once_a_month"
            )
        ]

    def __str__(self) -> str:
        return f"{self.model_answer} {self.times}"


class AnswerDraft(models.Model):
    """The answer to a case while the lead unit writes it. It goes when the case is no longer in hand, and is
    no part of the history."""

    opinion = models.OneToOneField(Opinion, models.PROTECT, primary_key=True, related_name="draft")
    verb = models.CharField(max_length=20, choices=[(verb.value, verb.label) for verb in _ANSWERS])
    account = models.TextField(blank=True)
    public = models.TextField(blank=True)
    ground = models.CharField(max_length=8, choices=Ground.choices, blank=True)
    planned_for = models.DateField(null=True)
    passed_to = models.CharField(max_length=100, blank=True)
    told = models.CharField(max_length=10, choices=TellMeans.choices, blank=True)
    version = models.PositiveIntegerField()
    by = models.ForeignKey(Cadre, models.PROTECT, related_name="+", db_index=False)
    changed_at = models.DateTimeField()
    # Who was asked last to look through it.
    checker = models.ForeignKey(Cadre, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("draft of an answer")
        verbose_name_plural = _("drafts of answers")
        constraints = [
            models.CheckConstraint(name="answer_draft_verb_answers", condition=Q(verb__in=_ANSWERS)),
            models.CheckConstraint(
                name="answer_draft_ground_known", condition=Q(ground__in=["", *Ground.values])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.opinion_id} {self.version}"

    @property
    def address(self) -> str:
        """The name of the page on which it is written."""
        return Verb(self.verb).address


_OF_THE_PRODUCT = Q(unit=None, region=None)


def _reaches(unit: Unit) -> Q:
    """Kept by the unit or one above it, or by coordinators of a region that the unit's region lies in."""
    around = [unit.region_id[:length] for length in range(2, len(unit.region_id) + 1)]
    return Q(unit__path__in=paths_above(unit.path)) | Q(region__in=around)


def _kept_by(cadre: Cadre) -> Q:
    units = [under(post.unit.path, field="unit__path") for post in cadre.posts_as(Role.HANDLER, Role.HEAD)]
    posts = cadre.posts_as(Role.COORDINATOR)
    regions = [within(post.region_id) for post in posts]
    districts = any(len(post.region_id) <= DISTRICT_DIGITS for post in posts)
    return any_of([*units, *regions, *([_OF_THE_PRODUCT] if districts else [])])
