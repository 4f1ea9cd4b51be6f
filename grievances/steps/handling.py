"""What the lead unit does: take the case or hand it back, work on it, answer it."""

from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grievances import models
from grievances.answering import drafts
from grievances.answering.filling import refuse_left_over
from grievances.errors import StepRefused
from grievances.flow import clocks
from grievances.flow.calendar import last_day
from grievances.flow.duties import ACCUSED_MAY_NOT, KEPT_ABOVE, is_kept_above, may_hold
from grievances.workflow import Ground, Outcome, Relation, State, Verb
from villages.models import Cadre, Unit

from .dispatch import find_who_answers
from .returns import came_back
from .step import Step, step

if TYPE_CHECKING:
    from grievances.models import Opinion

NOT_PAST = gettext_lazy("This day is over: choose today or a later day.")


class HandlingSteps:
    """Accepting, objecting, transferring, more time, answering."""

    @step(Verb.ACCEPT)
    def accept(self: "Opinion", done: Step, *, told: str = "") -> None:
        """Take the case and accept it; who takes it becomes the responsible person.

        ``told`` is how the informant was told (TellMeans); without it the acceptance clock runs on until
        that is recorded. For an anonymous informant there is nobody to tell.
        """
        refuse_telling_nobody(self, told)
        assignment = self.file.one(models.Assignment, ended_at=None)
        self.file.change(assignment, accepted_at=done.at)
        if Relation.HEAD not in done.relations and Relation.PERSON not in done.relations:
            self.person = done.answers
            self.file.change(assignment, person=done.answers)
        if told or self.informant_kind == models.InformantKind.ANONYMOUS:
            clocks.stop(self, "acceptance", at=done.at)
        clocks.start(self, "handling", at=done.at, term=clocks.handling_term(self))
        self.state, self.untold_since = State.HANDLING, done.at
        done.details = {"person": self.person_id, "told": told}

    @step(Verb.OBJECT)
    def object(self: "Opinion", done: Step, *, reason: str) -> None:
        """Hand the case back with reasons, within five working days of the dispatch, once a unit."""
        assignment = self.file.one(models.Assignment, ended_at=None)
        if assignment.object_until and done.at >= assignment.object_until:
            raise StepRefused(_("The five working days to hand it back are over."))
        if self.file.one(models.Objection, unit_id=self.unit_id, upheld=False):
            raise StepRefused(_("The hand-back was refused before: it can't be asked for again."))
        self.file.add(models.Objection(opinion=self, unit=self.unit, by=done.by, at=done.at, reason=reason))
        clocks.stop(self, "acceptance", at=done.at)
        clocks.start(self, "objection_review", at=done.at)
        self.state = State.OBJECTED
        done.text, done.details = reason, {"unit": self.unit_id}

    @step(Verb.TRANSFER)
    def transfer(
        self: "Opinion", done: Step, *, person: Cadre, unit: Unit | None = None, reason: str = ""
    ) -> None:
        """Pass the case on within the unit or to a sub-unit; the clocks don't change."""
        unit = unit or self.unit
        if not self.unit.contains(unit):
            raise ValidationError({"unit": _("Choose your unit or one of its sub-units.")})
        if not person.is_active or not person.belongs_to(unit):
            raise ValidationError({"person": _("This person has no post in the unit.")})
        if (unit.pk, person.pk) == (self.unit_id, self.person_id):
            raise ValidationError({"person": _("This person answers for it already.")})
        if not may_hold(self, unit, person):
            raise ValidationError({"person": ACCUSED_MAY_NOT})
        if is_kept_above(self, unit, person):
            raise ValidationError({"person": KEPT_ABOVE})
        self.file.change(self.file.one(models.Assignment, ended_at=None), unit=unit, person=person)
        done.text, done.details = reason, {"from": self.person_id, "unit": unit.pk, "person": person.pk}
        self.unit, self.person = unit, person

    @step(Verb.ASK_EXTENSION)
    def ask_extension(self: "Opinion", done: Step, *, days: int, reason: str) -> None:
        """Ask the head for more time: once, at most 30 days, not after a reopening. The clock runs on."""
        if self.round > 1:
            raise StepRefused(_("A reopened case can't be extended."))
        if any(row.approved is not False for row in self.file.rows(models.Extension)):
            raise StepRefused(_("More time was asked for already."))
        if not 1 <= days <= clocks.MOST_EXTENSION_DAYS:
            raise ValidationError({"days": _("Between 1 and 30 days.")})
        self.file.add(models.Extension(opinion=self, by=done.by, at=done.at, days=days, reason=reason))
        done.text, done.details = reason, {"days": days}

    @step(Verb.APPROVE_EXTENSION)
    def approve_extension(self: "Opinion", done: Step, *, reason: str = "", told: str = "") -> None:
        """Approve more time; the informant is told."""
        refuse_telling_nobody(self, told)
        extension = pending_extension(self)
        self.file.change(extension, approved=True)
        for clock in clocks.running(self, "handling"):
            clocks.extend(self, clock, days=extension.days)
            done.details["until"] = last_day(clock.due_at).isoformat()
        done.text = reason
        done.details |= {"days": extension.days, "told": told}

    @step(Verb.REFUSE_EXTENSION)
    def refuse_extension(self: "Opinion", done: Step, *, reason: str) -> None:
        """Refuse more time."""
        extension = pending_extension(self)
        self.file.change(extension, approved=False)
        done.text, done.details = reason, {"days": extension.days}

    @step(Verb.RESOLVE)
    def resolve(
        self: "Opinion", done: Step, *, account: str, public: str, told: str = "", draft: int | None = None
    ) -> None:
        """Report the case resolved: what was done, and the words that the informant gets.

        ``draft`` is the version of the draft that the writer saw: words of others that they never saw would be
        lost with it, and the step is refused (DraftChanged).
        """
        self.report(done, Outcome.RESOLVED, account=account, public=public, told=told, draft=draft)

    @step(Verb.EXPLAIN)
    def explain(
        self: "Opinion",
        done: Step,
        *,
        account: str,
        public: str,
        ground: str,
        planned_for: date | None = None,
        passed_to: str = "",
        told: str = "",
        draft: int | None = None,
    ) -> None:
        """Report that it can't be solved, on which ground, and the words that the informant gets; ``draft`` as of
        ``resolve``."""
        if ground not in Ground.values:
            raise ValidationError({"ground": _("Choose the ground.")})
        if ground == Ground.PLANNED and not planned_for:
            raise ValidationError({"planned_for": _("Say for when it is planned.")})
        if planned_for and planned_for < timezone.localdate(done.at):
            raise ValidationError({"planned_for": NOT_PAST})
        if ground == Ground.OUTSIDE and not passed_to:
            raise ValidationError({"passed_to": _("Say to whom it was passed on.")})
        if ground == Ground.NOTED and self.kind not in (models.Kind.SUGGESTION, models.Kind.PRAISE):
            raise ValidationError({"ground": _("Only a suggestion or praise is noted with thanks.")})
        self.report(
            done, Outcome.EXPLAINED, account=account, public=public, ground=ground, told=told,
            planned_for=planned_for, passed_to=passed_to, draft=draft,
        )  # fmt: skip

    def report(
        self: "Opinion",
        done: Step,
        outcome: Outcome,
        *,
        account: str,
        public: str,
        ground: str = "",
        told: str = "",
        draft: int | None = None,
        **more: object,
    ) -> None:
        """The answer of either kind: stops handling, starts the call-back clock, clears the call-back."""
        refuse_telling_nobody(self, told)
        if draft is not None:
            drafts.check(self, draft, by=done.by)
        for name, text in (("account", account), ("public", public)):
            if not text.strip():
                raise ValidationError({name: _("This can't be empty.")})
        refuse_left_over(public)
        refuse_left_over(account, field="account")
        extension = self.file.one(models.Extension, approved=None)
        if extension:
            self.file.change(extension, approved=False)
        self.file.add(
            models.Answer(
                opinion=self,
                round=self.round,
                outcome=outcome,
                ground=ground,
                account=account,
                public=public,
                unit=self.unit,
                by=done.by,
                at=done.at,
                **more,
            )
        )
        clocks.stop(self, "handling", "acceptance", at=done.at)
        clocks.start(self, "call_back", at=done.at)
        self.state, self.outcome, self.ground = State(outcome), outcome, ground
        self.answered_at = done.at
        self.promised_for = more.get("planned_for") if ground == Ground.PLANNED else None
        self.contacted = self.solved = self.satisfied = None
        done.text, done.details = public, done.details | {"ground": ground, "told": told}

    @step(Verb.REWORK)
    def rework(self: "Opinion", done: Step, *, reason: str) -> None:
        """The head sends an answer back to work before it is called back; the old deadline counts on."""
        if self.contacted is not None:
            raise StepRefused(_("It has been called back already."))
        clocks.stop(self, "call_back", at=done.at)
        if self.file.one(models.Clock, kind="handling"):
            clocks.again(self, "handling", at=done.at)
        else:
            clocks.start(self, "handling", at=done.at, term=clocks.handling_term(self))
        self.state, self.outcome, self.ground, self.answered_at = State.HANDLING, "", "", None
        done.text = reason
        came_back(self, done)
        find_who_answers(self, done)

    @step(Verb.TELL)
    def tell(self: "Opinion", done: Step, *, about: str, means: str, remark: str = "") -> None:
        """Record that the informant was told something: what, and by what means."""
        refuse_telling_nobody(self, means)
        if about == "answered" and self.answered_at is None:
            raise StepRefused(_("No answer stands that anybody could be told of."))
        if about == "accepted" and self.state != State.ASSIGNED:
            clocks.stop(self, "acceptance", at=done.at)
        done.text, done.details = remark, {"about": about, "told": means}

    @step(Verb.CONTRIBUTE)
    def contribute(self: "Opinion", done: Step, *, text: str) -> None:
        """An assisting unit reports to the lead unit."""
        done.text = text


def refuse_telling_nobody(opinion: "Opinion", told: str) -> None:
    """Nobody was told by any means where nobody is known."""
    if told and opinion.informant_kind == models.InformantKind.ANONYMOUS:
        raise StepRefused(_("Anonymous: there is nobody to tell."))


def pending_extension(opinion: "Opinion") -> "models.Extension":
    extension = opinion.file.one(models.Extension, approved=None)
    if extension is None:
        raise StepRefused(_("No request for more time is waiting."))
    return extension
