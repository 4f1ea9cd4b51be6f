"""What a coordinator does: give an opinion its unit and person, and rule on hand-backs."""

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from grievances import models
from grievances.dispatching import self_dispatch
from grievances.errors import StepRefused
from grievances.flow import clocks
from grievances.flow.duties import (
    ACCUSED_MAY_NOT,
    KEPT_ABOVE,
    desk_for,
    has_coordinator_for,
    head_of,
    is_kept_above,
    is_unreleased,
    may_dispatch_to,
    may_hold,
)
from grievances.sight.access import DISTRICT_DIGITS
from grievances.workflow import Ground, Outcome, State, Verb
from villages.models import Cadre, Region, Unit

from .joining import end_membership, follow_category
from .step import Step, step

if TYPE_CHECKING:
    from grievances.models import Opinion


class DispatchSteps:
    """Assigning, referring, ruling, withdrawing, and what was done on the spot."""

    @step(Verb.ASSIGN)
    def assign(
        self: "Opinion", done: Step, *, unit: Unit, person: Cadre | None = None, reason: str = ""
    ) -> None:
        """Give the opinion to a lead unit and person; without a person, to the unit's head."""
        hand_over(self, done, unit, person, reason)

    @step(Verb.ASSIGN_BY_RULE)
    def assign_by_rule(self: "Opinion", done: Step) -> None:
        """The program's own step: the unit of the first rule that fits, and its head, where the category's
        opinions are assigned so. Raises StepRefused where a coordinator has to do it."""
        found = self_dispatch.choice(self)
        give_anew(self, done, found.unit, found.person)
        if not found.unit.region_id.startswith(self.desk_id):
            # A department's hand-back comes to those who may dispatch to departments.
            self.desk = Region.objects.get(code=self.region_id[:DISTRICT_DIGITS])
        done.details |= {"rule": found.rule, "switched_on_by": self.category.switched_on_by_id}

    @step(Verb.REASSIGN)
    def reassign(
        self: "Opinion", done: Step, *, unit: Unit, person: Cadre | None = None, reason: str
    ) -> None:
        """Change the lead unit, with a new objection period and acceptance clock."""
        objection = self.file.one(models.Objection, upheld=None)
        if objection:
            self.file.change(objection, upheld=True)
        hand_over(self, done, unit, person, reason)

    @step(Verb.REFER)
    def refer(self: "Opinion", done: Step, *, to: Region, reason: str) -> None:
        """Refer to the coordinators of another level up or down; the clock runs on."""
        if not self.region_id.startswith(to.code) or to.pk == self.desk_id:
            raise ValidationError({"to": _("Choose another level of the same place.")})
        if not has_coordinator_for(self, to.code):
            raise ValidationError({"to": _("No coordinator there can see it: it would lie with nobody.")})
        self.desk = to
        done.text, done.details = reason, {"region": to.pk}

    @step(Verb.SOLVE_ON_THE_SPOT)
    def solve_on_the_spot(self: "Opinion", done: Step, *, account: str, public: str = "") -> None:
        """Solved while the informant was there: by the one who heard it, and their unit."""
        answer_on_the_spot(self, done, Outcome.RESOLVED, account=account, public=public or account)

    @step(Verb.EXPLAIN_ON_THE_SPOT)
    def explain_on_the_spot(
        self: "Opinion", done: Step, *, account: str, ground: str, public: str = ""
    ) -> None:
        """Explained while the informant was there."""
        if ground not in Ground.values:
            raise ValidationError({"ground": _("Choose the ground.")})
        answer_on_the_spot(
            self, done, Outcome.EXPLAINED, account=account, public=public or account, ground=ground
        )

    @step(Verb.WITHDRAW)
    def withdraw(self: "Opinion", done: Step, *, reason: str) -> None:
        """Take back a mistake, a test or a double; never because the informant gave up."""
        done.text = reason
        self.end_assignment(done)
        end_membership(self, done, reason)
        clocks.stop(self, at=done.at)
        self.state = State.WITHDRAWN

    @step(Verb.UPHOLD)
    def uphold(self: "Opinion", done: Step, *, reason: str = "") -> None:
        """Agree to a hand-back: the opinion is to be dispatched again, in the days that were left."""
        done.text = reason
        self.file.change(self.file.one(models.Objection, upheld=None), upheld=True)
        return_to_dispatch(self, done)

    @step(Verb.REFUSE)
    def refuse(self: "Opinion", done: Step, *, reason: str) -> None:
        """Refuse a hand-back: the unit keeps the case, its acceptance clock resumes."""
        done.text = reason
        self.file.change(self.file.one(models.Objection, upheld=None), upheld=False)
        clocks.stop(self, "objection_review", at=done.at)
        clocks.resume(self, "acceptance", at=done.at)
        self.state = State.ASSIGNED
        find_who_answers(self, done)

    @step(Verb.RECATEGORISE)
    def recategorise(self: "Opinion", done: Step, *, category: "models.Category", reason: str = "") -> None:
        """Put the opinion under another category; running clocks keep their deadlines."""
        if category.parent_id is None or (category.demands_accused and not self.accusing):
            raise ValidationError({"category": _("Choose a category of the second level that fits.")})
        done.text, done.details = reason, {"from": self.category_id, "category": category.pk}
        self.category = category
        follow_category(self)

    @step(Verb.NAME_ACCUSED)
    def name_accused(
        self: "Opinion", done: Step, *, unit: Unit | None = None, cadre: Cadre | None = None
    ) -> None:
        """Say whom the opinion complains about. A case that they hold goes back to dispatch at once."""
        if (unit is None) == (cadre is None):
            raise ValidationError({"unit": _("Name a unit or a cadre.")})
        # They may know the common problem; from now on it isn't about what accuses them.
        end_membership(self, done)
        self.accusing = True
        self.file.add(models.Accusation(opinion=self, unit=unit, cadre=cadre, named_at=done.at))
        self.desk_id = desk_for(self, lowest=self.desk_id)
        if self.unit and not may_hold(self, self.unit, self.person):
            return_to_dispatch(self, done)

    @step(Verb.TAKE_AWAY)
    def take_away(self: "Opinion", done: Step) -> None:
        """The program's own step: unit or person has come to belong to those whom it complains about."""
        return_to_dispatch(self, done)

    @step(Verb.RELEASE)
    def release(self: "Opinion", done: Step) -> None:
        """Having looked at an accusation of nobody known: let the levels below see it."""
        if not is_unreleased(self):
            raise StepRefused(_("There is nothing to release: the levels below see it already."))
        for row in self.file.rows(models.Accusation):
            if row.unit_id is None and row.cadre_id is None and row.released_by_id is None:
                self.file.change(row, released_by=done.by)

    def end_assignment(self: "Opinion", done: Step) -> None:
        """Unit and person no longer answer for the opinion."""
        current = self.file.one(models.Assignment, ended_at=None)
        if current:
            self.file.change(current, ended_at=done.at)
        self.unit = self.person = None


def hand_over(opinion: "Opinion", done: Step, unit: Unit, person: Cadre | None, reason: str) -> None:
    """A new lead unit and person, with an objection period and an acceptance clock."""
    if not may_dispatch_to(done.by, unit, opinion.region_id):
        raise ValidationError({"unit": _("You can't dispatch to this unit.")})
    person = person or head_of(unit, opinion) or head_of(unit)
    if person is None:
        raise ValidationError({"person": _("This unit has no head: choose a person.")})
    if not person.is_active or not person.belongs_to(unit):
        raise ValidationError({"person": _("This person has no post in the unit.")})
    _check_accusation(opinion, unit, person, field="unit")
    if opinion.file.one(models.Objection, unit_id=unit.pk, upheld=True) and not reason:
        raise ValidationError({"reason": _("This unit handed the case back, and you agreed: say why.")})
    opinion.back_twice = False
    give_anew(opinion, done, unit, person, reason)


def give_anew(opinion: "Opinion", done: Step, unit: Unit, person: Cadre, reason: str = "") -> None:
    """Unit and person from now on, whoever had it before, with the clocks of a dispatch."""
    opinion.end_assignment(done)
    clocks.stop(opinion, "dispatch", "acceptance", "handling", "objection_review", at=done.at)
    give(opinion, done, unit, person, reason)
    clocks.start(opinion, "acceptance", at=done.at)
    opinion.state = State.ASSIGNED
    done.text, done.details = reason, {"unit": unit.pk, "person": person.pk}


def _check_accusation(opinion: "Opinion", unit: Unit, person: Cadre, *, field: str) -> None:
    """Neither those whom it complains about, nor those from whom it is kept, answer for it."""
    if not may_hold(opinion, unit, person):
        raise ValidationError({field: ACCUSED_MAY_NOT})
    if is_kept_above(opinion, unit, person):
        raise ValidationError({field: KEPT_ABOVE})


def give(opinion: "Opinion", done: Step, unit: Unit, person: Cadre, reason: str = "") -> None:
    """Write the assignment and set unit and person."""
    calendar = opinion.file.calendar
    opinion.file.add(
        models.Assignment(
            opinion=opinion,
            unit=unit,
            person=person,
            by=done.by,
            assigned_at=done.at,
            reason=reason,
            object_until=calendar.due(done.at, days=clocks.OBJECTION_WORKING_DAYS, working=True),
        )
    )
    opinion.unit, opinion.person, opinion.was_assigned = unit, person, True


def return_to_dispatch(opinion: "Opinion", done: Step) -> None:
    """Back to the coordinators, with the days that were left, at least three.

    Who coordinates may have changed, or be accused by now: an accusation may go up a level.
    """
    if opinion.accusing:
        opinion.desk_id = desk_for(opinion, lowest=opinion.desk_id)
    opinion.end_assignment(done)
    clocks.stop(opinion, at=done.at)
    clocks.resume(opinion, "dispatch", at=done.at, least=clocks.LEAST_DAYS_AFTER_HAND_BACK)
    opinion.state, opinion.outcome, opinion.ground, opinion.answered_at = State.COLLECTED, "", "", None


def find_who_answers(opinion: "Opinion", done: Step) -> bool:
    """A case that comes back to somebody who has left falls to the head of the unit; whether anybody answers."""
    person, unit = opinion.person, opinion.unit
    if person.is_active and person.belongs_to(unit):
        return True
    head = head_of(unit, opinion)
    assignment = opinion.file.one(models.Assignment, ended_at=None)
    if head is None or assignment is None:
        return False
    opinion.file.change(assignment, person=head)
    done.details = done.details | {"from": person.pk, "fell_to": head.pk}
    opinion.person = head
    return True


def answer_on_the_spot(
    opinion: "Opinion", done: Step, outcome: Outcome, *, account: str, public: str, ground: str = ""
) -> None:
    unit = done.by.unit
    if unit is None:
        raise StepRefused(_("You have no post in a unit."))
    _check_accusation(opinion, unit, done.by, field="account")
    give(opinion, done, unit, done.by)
    clocks.stop(opinion, at=done.at)
    opinion.report(done, outcome, account=account, public=public, ground=ground, on_the_spot=True)
    done.details |= {"unit": unit.pk, "person": done.by.pk}
