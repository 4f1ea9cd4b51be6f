"""What happens to an opinion: who answers for it, by when, what was answered, and what was confirmed."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grievances.workflow import Ground, Outcome
from villages.models import Cadre, Unit

from .category import DayKind
from .opinion import Opinion


class Assignment(models.Model):
    """A lead unit and person for an opinion; the current one has no end."""

    opinion = models.ForeignKey(Opinion, models.PROTECT, related_name="assignments")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(Cadre, models.PROTECT, related_name="+", db_index=False)
    # Nobody where a rule assigned it.
    by = models.ForeignKey(Cadre, models.PROTECT, null=True, related_name="+", db_index=False)
    assigned_at = models.DateTimeField()
    object_until = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints = [
            models.UniqueConstraint(
                fields=["opinion"], condition=Q(ended_at=None), name="assignment_one_current_an_opinion"
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit} · {self.person}"


class AssistingUnit(models.Model):
    """A unit that helps the lead unit, and answers to it."""

    opinion = models.ForeignKey(Opinion, models.PROTECT, related_name="assisting")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        verbose_name = _("assisting unit")
        verbose_name_plural = _("assisting units")
        # What a unit assists in is asked by nearly every list of its people.
        indexes = [models.Index(fields=["unit", "opinion"], name="assisting_by_unit")]
        constraints = [models.UniqueConstraint(fields=["opinion", "unit"], name="assisting_unit_once")]

    def __str__(self) -> str:
        return str(self.unit)


class Objection(models.Model):
    """A unit hands a case back with reasons; a coordinator agrees (upheld) or not."""

    opinion = models.ForeignKey(Opinion, models.PROTECT, related_name="objections")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    by = models.ForeignKey(Cadre, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField()
    upheld = models.BooleanField(null=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        constraints = [
            models.UniqueConstraint(
                fields=["opinion"], condition=Q(upheld=None), name="objection_one_pending_an_opinion"
            )
        ]

    def __str__(self) -> str:
        return self.reason[:60]


class Extension(models.Model):
    """More time asked for, once a case, at most 30 days."""

    opinion = models.ForeignKey(Opinion, models.PROTECT, related_name="extensions")
    by = models.ForeignKey(Cadre, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    days = models.PositiveSmallIntegerField(_("days"))
    reason = models.TextField()
    approved = models.BooleanField(null=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        indexes = [
            # Those that a head still has to decide: few of all.
            models.Index(fields=["opinion"], name="extension_asked", condition=Q(approved=None)),
        ]
        constraints = [
            models.CheckConstraint(name="extension_at_most_30_days", condition=Q(days__gte=1, days__lte=30)),
            models.UniqueConstraint(
                fields=["opinion"],
                condition=Q(approved=None) | Q(approved=True),
                name="extension_once_an_opinion",
            ),
        ]

    def __str__(self) -> str:
        return f"+{self.days}"


class Answer(models.Model):
    """What a unit reports (internal account) and what the informant is told (public answer)."""

    opinion = models.ForeignKey(Opinion, models.PROTECT, related_name="answers")
    round = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    ground = models.CharField(_("ground"), max_length=8, choices=Ground.choices, blank=True)
    account = models.TextField(_("what was done (internal)"))
    public = models.TextField(_("answer to the informant"))
    planned_for = models.DateField(_("planned for"), null=True, blank=True)
    passed_to = models.CharField(_("passed on to"), max_length=100, blank=True)
    on_the_spot = models.BooleanField(default=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    by = models.ForeignKey(Cadre, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [
            models.CheckConstraint(
                name="answer_explained_has_a_ground",
                condition=Q(outcome=Outcome.RESOLVED, ground="")
                | Q(outcome=Outcome.EXPLAINED, ground__in=Ground.values),
            )
        ]

    def __str__(self) -> str:
        return self.public[:60]


class CallBackMeans(models.TextChoices):
    TELEPHONE = "telephone", _("by telephone")
    DOOR = "door", _("at the door")
    ON_THE_SPOT = "on_the_spot", _("a check on the spot")
    NOTICE = "notice", _("a notice in the village")


class CallBack(models.Model):
    """Somebody else asks the informant, or checks on the spot."""

    opinion = models.ForeignKey(Opinion, models.PROTECT, related_name="call_backs")
    round = models.PositiveSmallIntegerField()
    means = models.CharField(_("means"), max_length=11, choices=CallBackMeans.choices)
    contacted = models.BooleanField(_("reached"))
    solved = models.BooleanField(_("solved"), null=True)
    satisfied = models.BooleanField(_("satisfied"), null=True)
    remark = models.TextField(_("remark"), blank=True)
    by = models.ForeignKey(Cadre, models.PROTECT, related_name="+", db_index=False)
    said_at = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        verbose_name = _("call-back")
        verbose_name_plural = _("call-backs")
        constraints = [
            models.CheckConstraint(
                name="call_back_asks_only_who_was_reached",
                condition=Q(contacted=True) | Q(contacted=False, satisfied=None),
            )
        ]

    def __str__(self) -> str:
        return self.get_means_display()


class ClockKind(models.TextChoices):
    DISPATCH = "dispatch", _("dispatch")
    ACCEPTANCE = "acceptance", _("accept and tell")
    OBJECTION_REVIEW = "objection_review", _("review of the hand-back")
    HANDLING = "handling", _("handling")
    CALL_BACK = "call_back", _("call-back")
    SUPERVISION = "supervision", _("supervision")
    REVIEW = "review", _("review")


class Clock(models.Model):
    """A deadline of a stage: ``days`` of its kind after the day of ``base_at``; runs until stopped."""

    opinion = models.ForeignKey(Opinion, models.PROTECT, related_name="clocks")
    kind = models.CharField(max_length=16, choices=ClockKind.choices)
    round = models.PositiveSmallIntegerField()
    base_at = models.DateTimeField()
    days = models.PositiveSmallIntegerField()
    day_kind = models.CharField(max_length=8, choices=DayKind.choices)
    due_at = models.DateTimeField()
    started_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("clock")
        verbose_name_plural = _("clocks")
        indexes = [
            models.Index(fields=["due_at"], name="clock_running", condition=Q(stopped_at=None)),
            models.Index(
                fields=["due_at", "id"],
                name="clock_supervision",
                condition=Q(kind="supervision", stopped_at=None),
            ),
            models.Index(
                fields=["-stopped_at", "-id"],
                name="clock_supervision_over",
                condition=Q(kind="supervision", stopped_at__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(name="clock_kind_known", condition=Q(kind__in=ClockKind.values)),
            models.CheckConstraint(name="clock_day_kind_known", condition=Q(day_kind__in=DayKind.values)),
            models.UniqueConstraint(
                fields=["opinion", "kind"],
                condition=Q(stopped_at=None) & ~Q(kind=ClockKind.SUPERVISION),
                name="clock_one_running_of_a_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} → {self.due_at:%Y-%m-%d}"


class CalendarDay(models.Model):
    """A day that differs from Monday–Friday: a holiday, or a weekend day that is worked."""

    day = models.DateField(_("day"), primary_key=True)
    working = models.BooleanField(_("working day"))
    name = models.CharField(_("name"), max_length=60, blank=True)

    class Meta:
        ordering = ["day"]
        verbose_name = _("calendar day")
        verbose_name_plural = _("working calendar")

    def __str__(self) -> str:
        return f"{self.day} {self.name}"
