"""Who else is told when a deadline comes near or has passed: the rules, and which cases reached whom."""

from django.db import models
from django.db.models import F, Q
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from villages.models import Cadre

from .case import ClockKind
from .category import Category
from .opinion import Opinion

MOST_DAYS = 60


class BeforeAfter(models.TextChoices):
    BEFORE = "before", _("before the last day")
    AFTER = "after", _("after the last day")


class EscalationLevel(models.TextChoices):
    """Whom a case is escalated to; where there is nobody, it goes to the next."""

    PERSON = "person", _("responsible person")
    HEAD = "head", _("head of the lead unit")
    COORDINATOR = "coordinator", _("coordinator of its level")
    LEADER = "leader", _("leader of the place")


class EscalationRule(models.Model):
    """So many working days before or after the last day of a clock, a case reaches a level."""

    clock = models.CharField(_("deadline of"), max_length=16, choices=ClockKind.choices)
    category = models.ForeignKey(
        Category,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("category"),
        help_text=_("Left empty: every category. A category above stands for all below it."),
    )
    days = models.PositiveSmallIntegerField(
        _("working days"), help_text=_("0 after the last day: as soon as it is late.")
    )
    when = models.CharField(_("when"), max_length=6, choices=BeforeAfter.choices)
    level = models.CharField(_("to whom"), max_length=11, choices=EscalationLevel.choices)
    retired = models.BooleanField(_("no longer used"), default=False)
    # The last day on which every case was looked at by this rule.
    swept_on = models.DateField(null=True, editable=False)

    class Meta:
        ordering = ["clock", "when", "days", "level", "id"]
        verbose_name = _("escalation rule")
        verbose_name_plural = _("escalation rules")
        constraints = [
            models.CheckConstraint(
                name="escalation_rule_clock_known", condition=Q(clock__in=ClockKind.values)
            ),
            models.CheckConstraint(
                name="escalation_rule_when_known", condition=Q(when__in=BeforeAfter.values)
            ),
            models.CheckConstraint(
                name="escalation_rule_level_known", condition=Q(level__in=EscalationLevel.values)
            ),
            models.CheckConstraint(
                name="escalation_rule_days",
                condition=Q(days__lte=MOST_DAYS) & ~Q(when="before", days=0),
                violation_error_message=_("Working days: 1 to 60 before the last day, or 0 to 60 after it."),
            ),
            models.UniqueConstraint(
                fields=["clock", "category", "days", "when", "level"],
                name="escalation_rule_once",
                nulls_distinct=False,
                violation_error_message=_("This rule is there already."),
            ),
        ]

    @property
    def words(self) -> str:
        """ "Handling: 3 working days left", as deadlines are said everywhere."""
        if self.when == BeforeAfter.BEFORE:
            words = ngettext("%d working day left", "%d working days left", self.days) % self.days
        elif self.days:
            words = ngettext("%d working day late", "%d working days late", self.days) % self.days
        else:
            words = str(_("late"))
        return _("%(clock)s: %(words)s") % {"clock": capfirst(self.get_clock_display()), "words": words}

    def __str__(self) -> str:
        return f"{self.words} → {self.get_level_display()}"


class EscalationDay(models.Model):
    """A day on which cases were escalated; whoever escalates holds its row. Told once everything was looked at."""

    day = models.DateField(primary_key=True)
    told_at = models.DateTimeField(null=True)
    # How far the rule that is being looked at has come: the deadline and the clock of its last batch.
    rule = models.ForeignKey(EscalationRule, models.SET_NULL, null=True, related_name="+", db_index=False)
    due_at = models.DateTimeField(null=True)
    clock = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("day of escalations")
        verbose_name_plural = _("days of escalations")
        indexes = [models.Index(fields=["day"], name="escalation_day_untold", condition=Q(told_at=None))]

    def __str__(self) -> str:
        return f"{self.day}"


class Escalation(models.Model):
    """A case that a rule escalated, once a round."""

    opinion = models.ForeignKey(Opinion, models.PROTECT, related_name="escalations", db_index=False)
    rule = models.ForeignKey(EscalationRule, models.PROTECT, related_name="+", db_index=False)
    round = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        verbose_name = _("escalation")
        verbose_name_plural = _("escalations")
        constraints = [
            models.UniqueConstraint(fields=["opinion", "rule", "round"], name="escalation_once_a_round")
        ]

    def __str__(self) -> str:
        return f"{self.opinion_id} {self.rule_id} {self.round}"


class Reach(models.Model):
    """That an escalation reached a cadre, on a day."""

    escalation = models.ForeignKey(Escalation, models.CASCADE, related_name="reached", db_index=False)
    cadre = models.ForeignKey(Cadre, models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()

    class Meta:
        ordering = ["-day", "-id"]
        verbose_name = _("reached by an escalation")
        verbose_name_plural = _("reached by escalations")
        indexes = [
            models.Index(F("cadre"), F("day").desc(), F("id").desc(), name="reach_newest"),
            models.Index(fields=["day", "cadre"], name="reach_by_day"),
        ]
        constraints = [models.UniqueConstraint(fields=["escalation", "cadre"], name="reach_once")]

    def __str__(self) -> str:
        return f"{self.cadre_id} {self.escalation_id}"
