"""What leaders and coordinators push, who helps, and what is noted beside the flow."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from grievances import models
from grievances.errors import StepRefused
from grievances.flow import clocks
from grievances.flow.calendar import midnight
from grievances.flow.duties import ACCUSED_MAY_NOT, KEPT_ABOVE, is_kept_above, may_hold
from grievances.workflow import Relation, Verb
from villages.models import Unit

from .step import Step, step

if TYPE_CHECKING:
    from grievances.models import Opinion


class OversightSteps:
    """Supervision, instruction, assisting units, remarks, corrections, deadlines."""

    @step(Verb.SUPERVISE)
    def supervise(self: "Opinion", done: Step, *, text: str, due: date) -> None:
        """Push the case (督办): the unit has to answer by the day. A coordinator has then decided what came back."""
        ask_for_answer(self, done, text, due)
        self.back_twice = self.back_twice and Relation.COORDINATOR not in done.relations

    @step(Verb.INSTRUCT)
    def instruct(self: "Opinion", done: Step, *, text: str, due: date) -> None:
        """A leader's instruction (批示): the unit has to answer by the day."""
        ask_for_answer(self, done, text, due)

    @step(Verb.ANSWER_SUPERVISION)
    def answer_supervision(self: "Opinion", done: Step, *, text: str) -> None:
        """The lead unit answers what it was pushed or instructed to do."""
        if not clocks.running(self, "supervision"):
            raise StepRefused(_("No answer is asked for."))
        clocks.stop(self, "supervision", at=done.at)
        done.text = text

    @step(Verb.LEAVE_WITH_UNIT)
    def leave_with_unit(self: "Opinion", done: Step, *, reason: str) -> None:
        """The coordinator's decision on what came back twice: unit and person stay as they are, and why."""
        if not self.back_twice:
            raise StepRefused(_("It waits for no decision."))
        self.back_twice = False
        done.text = reason

    @step(Verb.ASSIST)
    def assist(self: "Opinion", done: Step, *, unit: Unit, reason: str = "") -> None:
        """Add a unit that helps the lead unit."""
        if unit.pk == self.unit_id or self.file.one(models.AssistingUnit, unit_id=unit.pk):
            raise ValidationError({"unit": _("This unit is on the case already.")})
        if not may_hold(self, unit, None):
            raise ValidationError({"unit": ACCUSED_MAY_NOT})
        if is_kept_above(self, unit):
            raise ValidationError({"unit": KEPT_ABOVE})
        self.file.add(models.AssistingUnit(opinion=self, unit=unit, added_at=done.at))
        done.text, done.details = reason, {"unit": unit.pk}

    @step(Verb.REMARK)
    def remark(self: "Opinion", done: Step, *, text: str) -> None:
        """Note something; changes nothing else."""
        done.text = text

    @step(Verb.CORRECT)
    def correct(self: "Opinion", done: Step, *, text: str, reason: str = "") -> None:
        """A new version of the text; the original stays as it was said."""
        if text.strip() == self.words.strip():
            raise ValidationError({"text": _("Nothing is changed.")})
        self.corrected_text = text
        done.text, done.details = text, {"reason": reason}

    @step(Verb.ATTACH)
    def attach(self: "Opinion", done: Step, *, files: list["models.Attachment"]) -> None:
        """Add photographs or PDF files, re-encoded already."""
        for file in files:
            file.opinion, file.added_at = self, done.at
            self.file.add(file)
        done.details = {"files": len(files)}

    @step(Verb.RECKON)
    def reckon(self: "Opinion", done: Step) -> None:
        """Recompute the running clocks after the working calendar has changed."""
        for clock in clocks.running(self):
            working = clock.day_kind == models.DayKind.WORKING
            due = self.file.calendar.due(clock.base_at, days=clock.days, working=working)
            if working and due != clock.due_at:
                self.file.change(clock, due_at=due)


def ask_for_answer(opinion: "Opinion", done: Step, text: str, due: date) -> None:
    today = timezone.localdate(done.at)
    if due < today:
        raise ValidationError({"due": _("The day lies in the past.")})
    clock = clocks.start(opinion, "supervision", at=done.at, term=clocks.Term((due - today).days))
    opinion.file.change(clock, due_at=midnight(due + timedelta(days=1)))
    done.text, done.details = text, {"due": due.isoformat()}
