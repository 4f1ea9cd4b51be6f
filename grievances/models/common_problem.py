"""Common problems: several opinions with one cause, one plan for them, and an answer to each person."""

import uuid
from datetime import datetime
from typing import Self

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grievances.errors import RequestReused, StepRefused
from grievances.problems.common_problems import smallest_region, visible_problems
from villages.models import Cadre, Region, Unit

from .campaign import Campaign
from .category import Category
from .opinion import Opinion


class CommonProblemQuerySet(models.QuerySet):
    def visible_to(self, cadre: Cadre) -> Self:
        """The only door: coordinators of its place, its lead unit, and whoever sees one of its opinions."""
        return self.filter(visible_problems(cadre))

    def open(self) -> Self:
        return self.filter(closed_at=None)

    def held(self, problem: "CommonProblem", *, by: Cadre) -> "CommonProblem":
        """The problem with its row locked; one that isn't saved yet is made, once for its key."""
        if problem.pk is None:
            values = {name: getattr(problem, name) for name in _FIRST}
            found, made = self.get_or_create(key=problem.key, defaults=values)
            if found.opened_by_id != by.pk:
                raise RequestReused(_("This form was sent before, with something else."))
            if made:
                found.note(ProblemVerb.OPEN, by=by, at=found.opened_at)
            problem = found
        elif not self.visible_to(by).filter(pk=problem.pk).exists():
            raise StepRefused(_("This common problem is not yours to see."))
        rows = self.select_for_update(of=("self",)).select_related("unit", "person")
        return rows.get(pk=problem.pk)


class CommonProblem(models.Model):
    """One cause behind several opinions. Its words never name who spoke."""

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    title = models.CharField(gettext_lazy("title"), max_length=100)
    description = models.TextField(gettext_lazy("what the cause is"), blank=True)
    plan = models.TextField(gettext_lazy("plan"), blank=True)
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", db_index=False,
        verbose_name=gettext_lazy("lead unit"),
    )  # fmt: skip
    person = models.ForeignKey(
        Cadre, models.PROTECT, null=True, blank=True, related_name="+", db_index=False,
        verbose_name=gettext_lazy("responsible person"),
    )  # fmt: skip
    # Of its opinions: the smallest place from the village up that holds all, the campaign if it is one.
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False, editable=False)
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, related_name="+", db_index=False, editable=False
    )
    category = models.ForeignKey(Category, models.PROTECT, related_name="+", db_index=False, editable=False)
    # Whom its opinions accuse, all of them the same people, as OpinionSpan says it; "" where nobody.
    accused = models.TextField(blank=True, db_collation="C", editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)
    opened_at = models.DateTimeField(editable=False)
    opened_by = models.ForeignKey(Cadre, models.PROTECT, related_name="+", db_index=False, editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)

    objects = CommonProblemQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-id"]
        verbose_name = gettext_lazy("common problem")
        verbose_name_plural = gettext_lazy("common problems")
        indexes = [
            models.Index(fields=["-opened_at", "-id", "region"], name="common_problem_newest"),
            models.Index(fields=["region", "-opened_at"], name="common_problem_by_place"),
            models.Index(fields=["unit", "-opened_at"], name="common_problem_by_unit"),
        ]
        constraints = [
            models.CheckConstraint(
                name="common_problem_person_of_a_unit", condition=Q(person=None) | Q(unit__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def label(self) -> str:
        """The title and the place; of one that isn't saved yet, only the title."""
        return f"{self.title} · {self.region.place_label}" if self.region_id else self.title

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    def begin(self, opinion: Opinion, *, by: Cadre, at: datetime, accused: str) -> None:
        """Take from its first opinion what that knows."""
        self.region_id, self.campaign_id = smallest_region(opinion.region_id), opinion.campaign_id
        self.category_id, self.accused = opinion.category_id, accused
        self.unit_id, self.person_id = opinion.unit_id, opinion.person_id
        self.opened_at, self.opened_by = at, by

    def widen(self, opinion: Opinion) -> None:
        """Hold one opinion more; whoever has the row locked saves it."""
        self.region_id = smallest_region(self.region_id, opinion.region_id)
        if self.campaign_id != opinion.campaign_id:
            self.campaign = None

    def narrow(self, *, without: Opinion) -> None:
        """Hold one opinion less, with the row locked. The place of an empty one stays."""
        rest = self.memberships.filter(left_at=None).exclude(opinion=without)
        ends = rest.aggregate(first=models.Min("opinion__region_id"), last=models.Max("opinion__region_id"))
        if ends["first"]:
            self.region_id = smallest_region(ends["first"], ends["last"])
            self.save(update_fields=["region"])

    @transaction.atomic
    def change(self, *, by: Cadre, version: int, **values: object) -> bool:
        """Change words, plan, unit or person; False, with nothing changed, if somebody else did meanwhile."""
        return self._changed(ProblemVerb.EDIT, values.get("plan", ""), by=by, version=version, **values)

    @transaction.atomic
    def close(self, *, by: Cadre, version: int, text: str) -> bool:
        """Say that it is over, and how. Its opinions stay in it and go on as they stand."""
        return self._changed(ProblemVerb.CLOSE, text, by=by, version=version, closed_at=timezone.now())

    @transaction.atomic
    def open_again(self, *, by: Cadre, version: int, text: str) -> bool:
        return self._changed(ProblemVerb.OPEN_AGAIN, text, by=by, version=version, closed_at=None)

    def _changed(self, verb: "ProblemVerb", text: str, *, by: Cadre, version: int, **values: object) -> bool:
        current = CommonProblem.objects.select_for_update().values_list("version", flat=True).get(pk=self.pk)
        if current != version:
            return False
        self.version = version + 1
        for name, value in values.items():
            setattr(self, name, value)
        self.save(update_fields=["version", *values])
        self.note(verb, by=by, at=timezone.now(), text=text)
        return True

    def note(self, verb: "ProblemVerb", *, by: Cadre, at: datetime, text: str = "") -> None:
        """Append to its history."""
        ProblemChange.objects.create(problem=self, verb=verb, by=by, at=at, text=text)


_FIRST = (
    "title", "description", "region_id", "campaign_id", "category_id", "accused", "unit_id", "person_id",
    "opened_at", "opened_by",
)  # fmt: skip


class ProblemMembership(models.Model):
    """That an opinion belongs to a common problem, from a moment until a moment: to one at a time."""

    problem = models.ForeignKey(CommonProblem, models.PROTECT, related_name="memberships", db_index=False)
    opinion = models.ForeignKey(Opinion, models.PROTECT, related_name="problem_memberships")
    joined_at = models.DateTimeField()
    joined_by = models.ForeignKey(Cadre, models.PROTECT, related_name="+", db_index=False)
    reason = models.TextField(blank=True)
    left_at = models.DateTimeField(null=True)
    left_by = models.ForeignKey(Cadre, models.PROTECT, null=True, related_name="+", db_index=False)
    left_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = gettext_lazy("opinion of a common problem")
        verbose_name_plural = gettext_lazy("opinions of common problems")
        indexes = [models.Index(fields=["problem", "left_at", "opinion"], name="membership_by_problem")]
        constraints = [
            models.UniqueConstraint(
                fields=["opinion"], condition=Q(left_at=None), name="membership_one_an_opinion"
            ),
            models.CheckConstraint(
                name="membership_ends_after_it_starts",
                condition=Q(left_at=None) | Q(left_at__gte=models.F("joined_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.problem_id} {self.opinion_id}"


class ProblemVerb(models.TextChoices):
    OPEN = "open", gettext_lazy("began it")
    EDIT = "edit", gettext_lazy("changed it")
    CLOSE = "close", gettext_lazy("closed it")
    OPEN_AGAIN = "open_again", gettext_lazy("opened it again")


class ProblemChange(models.Model):
    """One line of a common problem's own history. Never changed: the database refuses."""

    append_only = True

    problem = models.ForeignKey(CommonProblem, models.PROTECT, related_name="changes")
    verb = models.CharField(max_length=10, choices=ProblemVerb.choices)
    by = models.ForeignKey(Cadre, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    # The plan as it was from then on, or why.
    text = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = gettext_lazy("change of a common problem")
        verbose_name_plural = gettext_lazy("changes of common problems")
        constraints = [
            models.CheckConstraint(name="problem_change_known", condition=Q(verb__in=ProblemVerb.values))
        ]

    def __str__(self) -> str:
        return f"{self.problem_id} {self.verb}"
