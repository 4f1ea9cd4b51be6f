"""Opinions: one thing said by one informant."""

from functools import cached_property
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grievances.flow.casefile import CaseFile
from grievances.sight.access import visible
from grievances.steps import (
    AsideSteps,
    CheckingSteps,
    DispatchSteps,
    HandlingSteps,
    JoiningSteps,
    OversightSteps,
    RecordSteps,
)
from grievances.workflow import COUNTED, OPEN, RESPONSIBLE, Ground, Outcome, State
from villages.models import Cadre, Region
from villages.scope import within
from villages.search import SearchText, joined_fields

from .opinion_indexes import INDEXES, SLIP_FIELDS
from .snapshot import SNAPSHOT_FIELDS, Snapshot, Source


class Kind(models.TextChoices):
    COMPLAINT = "complaint", _("complaint")
    REQUEST = "request", _("request")
    SUGGESTION = "suggestion", _("suggestion")
    PRAISE = "praise", _("praise")


class Urgency(models.TextChoices):
    NORMAL = "normal", _("normal")
    URGENT = "urgent", _("urgent")
    DANGER = "danger", _("danger to people")


class InformantKind(models.TextChoices):
    NAMED = "named", _("named")
    CONFIDENTIAL = "confidential", _("confidential")
    ANONYMOUS = "anonymous", _("anonymous")


# All that a step may change on the opinion itself; the text as it was said is not among it.
STEP_FIELDS = (
    *SNAPSHOT_FIELDS,
    "version",
    "news_at",
    "waits_until",
    "due_kind",
    "back_twice",
    *SLIP_FIELDS,
    "problem_id",
    "desk_id",
    "accusing",
    "corrected_text",
    "search_text",
)


class OpinionQuerySet(models.QuerySet):
    """The words of the queues; figures are in ``grievances.measures.figures``."""

    def visible_to(self, cadre: Cadre) -> Self:
        """The only door: what this cadre may see today."""
        return self.filter(visible(cadre))

    def within(self, code: str) -> Self:
        return self.filter(within(code))

    def open(self) -> Self:
        return self.filter(state__in=OPEN)

    def counted(self) -> Self:
        return self.filter(state__in=COUNTED)

    def in_problem(self, problem: models.Model) -> Self:
        """Those that a common problem holds now."""
        return self.filter(problem_memberships__problem=problem, problem_memberships__left_at__isnull=True)

    def for_rows(self) -> Self:
        """With what a list row shows, in one query."""
        return self.select_related("region__parent", "category", "person")


class Opinion(
    RecordSteps,
    DispatchSteps,
    HandlingSteps,
    AsideSteps,
    CheckingSteps,
    JoiningSteps,
    OversightSteps,
    Snapshot,
):
    """One thing said by one informant, and where it stands."""

    number = models.CharField(_("number"), max_length=24, unique=True, db_collation="C")
    version = models.PositiveIntegerField(default=0, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.REQUEST)
    urgency = models.CharField(_("urgency"), max_length=7, choices=Urgency.choices, default=Urgency.NORMAL)
    text = models.TextField(_("what was said"))
    corrected_text = models.TextField(_("corrected text"), blank=True)
    place = models.CharField(_("place in words"), max_length=120, blank=True)
    # Answers to the category's questions, each with the wording that was asked.
    particulars = models.JSONField(default=list, blank=True)
    informant_kind = models.CharField(
        _("informant"), max_length=12, choices=InformantKind.choices, default=InformantKind.NAMED
    )
    people = models.PositiveSmallIntegerField(_("number of people"), default=1)
    # Whether it complains about a unit or a cadre; whom stands in Accusation.
    accusing = models.BooleanField(default=False, editable=False)
    # The level whose coordinator dispatches it: a town, or the district after a referral.
    desk = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False, editable=False)
    said_at = models.DateTimeField(_("said"))
    recorded_at = models.DateTimeField(_("recorded"), editable=False)
    recorded_by = models.ForeignKey(
        Cadre, models.PROTECT, null=True, related_name="+", db_index=False, editable=False
    )
    # When somebody else than who recorded it last did something with it.
    news_at = models.DateTimeField(null=True, editable=False)
    # Put aside until then, while something is waited for; the clocks run on.
    waits_until = models.DateTimeField(null=True, editable=False)
    due_kind = models.CharField(max_length=8, blank=True, editable=False)
    # Its answers were taken back twice or more, and the coordinator hasn't decided yet what that calls for.
    back_twice = models.BooleanField(default=False, editable=False)
    # In hand: when anybody last recorded something. Accepted: since when the informant has not been told. Explained:
    # the day for which the answer that holds is planned.
    untouched_since = models.DateTimeField(null=True, editable=False)
    untold_since = models.DateTimeField(null=True, editable=False)
    promised_for = models.DateField(null=True, editable=False)
    # The common problem that it is part of now, as its open ProblemMembership says, which also holds the constraint.
    problem = models.ForeignKey(
        "grievances.CommonProblem", models.PROTECT, null=True, related_name="+", db_index=False,
        db_constraint=False, editable=False,
    )  # fmt: skip
    search_text = SearchText()

    objects = OpinionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("opinion")
        verbose_name_plural = _("opinions")
        indexes = INDEXES
        constraints = [
            models.CheckConstraint(name="opinion_state_known", condition=Q(state__in=State.values)),
            models.CheckConstraint(
                name="opinion_outcome_known", condition=Q(outcome__in=["", *Outcome.values])
            ),
            models.CheckConstraint(name="opinion_ground_known", condition=Q(ground__in=["", *Ground.values])),
            models.CheckConstraint(name="opinion_source_known", condition=Q(source__in=Source.values)),
            models.CheckConstraint(name="opinion_kind_known", condition=Q(kind__in=Kind.values)),
            models.CheckConstraint(name="opinion_urgency_known", condition=Q(urgency__in=Urgency.values)),
            models.CheckConstraint(
                name="opinion_informant_kind_known", condition=Q(informant_kind__in=InformantKind.values)
            ),
            models.CheckConstraint(
                name="opinion_has_unit_and_person",
                condition=Q(unit=None, person=None) & ~Q(state__in=RESPONSIBLE)
                | Q(unit__isnull=False, person__isnull=False),
                violation_error_message=_("A responsible unit and a responsible person are needed."),
            ),
            models.CheckConstraint(
                name="opinion_put_aside_is_in_hand", condition=Q(waits_until=None) | Q(state="handling")
            ),
            models.CheckConstraint(
                name="opinion_answered_has_an_outcome",
                condition=~Q(state__in=["resolved", "explained", "closed"]) | ~Q(outcome=""),
            ),
            models.CheckConstraint(
                name="opinion_anonymous_has_no_recorder",
                condition=~Q(informant_kind="anonymous") | Q(recorded_by=None),
            ),
            models.CheckConstraint(
                name="opinion_protected_is_not_found_by_words",
                condition=Q(search_text="") | Q(accusing=False) & ~Q(informant_kind="confidential"),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @cached_property
    def file(self) -> CaseFile:
        """The rows that belong to this opinion, read as they are needed."""
        return CaseFile(self)

    @property
    def case(self) -> "Opinion":
        """The opinion itself; a span's is the opinion that it belongs to. Lists show either."""
        return self

    @property
    def words(self) -> str:
        """What was said, in its latest corrected version."""
        return self.corrected_text or self.text

    @property
    def is_protected(self) -> bool:
        """Whether every look at it leaves a trace: confidential, or an accusation."""
        return self.accusing or self.informant_kind == InformantKind.CONFIDENTIAL

    def to_search(self) -> str:
        """The words and the place in words; none of a protected one, which only its number finds: whoever
        found it by its words would know them without the trace."""
        return "" if self.is_protected else joined_fields(self.corrected_text, self.text, self.place)

    @property
    def words_in_lists(self) -> str:
        """What was said; of a protected one only by opening the case, which leaves the trace."""
        return str(_("Protected: open the case to read it.")) if self.is_protected else self.words

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_put_aside(self) -> bool:
        """Whether it waits for something outside, and lies in no queue "in hand" until then."""
        return self.waits_until is not None and self.waits_until > timezone.now()

    @property
    def is_settled(self) -> bool:
        """Whether it is closed, and whoever spoke did not say that they aren't satisfied."""
        return self.state == State.CLOSED and self.satisfied is not False

    @property
    def is_late(self) -> bool:
        return self.is_open and self.due_at is not None and self.due_at <= timezone.now()
