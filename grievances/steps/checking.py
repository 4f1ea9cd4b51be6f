"""What somebody else does after an answer: call back, check, close or reopen."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from grievances import models
from grievances.errors import StepRefused
from grievances.flow import clocks
from grievances.flow.duties import may_hold
from grievances.workflow import Outcome, Relation, State, Verb

from .dispatch import find_who_answers, return_to_dispatch
from .returns import came_back
from .step import Step, step

if TYPE_CHECKING:
    from grievances.models import Opinion

ATTEMPTS_BEFORE_A_CHECK = 3


class CheckingSteps:
    """Call-back, check on the spot, reopening, review."""

    @step(Verb.CALL_BACK)
    def call_back(
        self: "Opinion",
        done: Step,
        *,
        contacted: bool,
        solved: bool | None = None,
        satisfied: bool | None = None,
        remark: str = "",
        means: str = "telephone",
    ) -> None:
        """Ask the informant. "Solved" (or, for an explained one, reached) closes; "not solved" reopens.

        Whoever was reached is asked both: whether it is solved (of a resolved one), and whether they are
        satisfied.
        """
        if self.informant_kind == models.InformantKind.ANONYMOUS:
            raise StepRefused(_("Nobody can be called back: check on the spot instead."))
        if contacted:
            _check_asked(self, solved, satisfied)
        note_call_back(self, done, means, contacted, solved if contacted else None, satisfied, remark)
        if contacted:
            close_or_reopen(self, done, reopen=self.outcome == Outcome.RESOLVED and not solved)

    @step(Verb.SPOT_CHECK)
    def spot_check(
        self: "Opinion", done: Step, *, solved: bool, remark: str, means: str = "on_the_spot"
    ) -> None:
        """Check on the spot or by a village notice, where nobody can be asked."""
        if self.informant_kind != models.InformantKind.ANONYMOUS and not self.three_attempts_failed():
            raise StepRefused(_("First try to reach the informant three times, on three days."))
        note_call_back(self, done, means, False, solved, None, remark)
        close_or_reopen(self, done, reopen=self.outcome == Outcome.RESOLVED and not solved)

    def three_attempts_failed(self: "Opinion") -> bool:
        """Whether calls in vain were recorded on three different days since the answer: days that may be
        written down at will would prove nothing."""
        days = {
            timezone.localdate(row.at)
            for row in self.file.rows(models.CallBack)
            if not row.contacted and self.answered_at and row.at >= self.answered_at
        }
        return len(days) >= ATTEMPTS_BEFORE_A_CHECK

    def is_before_the_answer(self: "Opinion", said_at: datetime) -> bool:
        """Whether something was said before the minute of the latest answer."""
        return self.answered_at is not None and said_at < self.answered_at.replace(second=0, microsecond=0)

    @step(Verb.REOPEN)
    def reopen(self: "Opinion", done: Step, *, reason: str) -> None:
        """Work on it again, in a new round, with a new deadline."""
        always = {Relation.CALLER, Relation.COORDINATOR}
        if not always & done.relations and not self.within_days_of_answer(done):
            raise StepRefused(_("More than 30 days have passed since the answer."))
        done.text = reason
        start_new_round(self, done)

    @step(Verb.REQUEST_REVIEW)
    def request_review(self: "Opinion", done: Step, *, reason: str) -> None:
        """The informant asks the level above to review the answer, within 30 days of it."""
        if not self.within_days_of_answer(done):
            raise StepRefused(_("More than 30 days have passed since the answer."))
        if clocks.running(self, "review"):
            raise StepRefused(_("A review is under way."))
        clocks.start(self, "review", at=done.at)
        done.text = reason

    @step(Verb.ANSWER_REVIEW)
    def answer_review(self: "Opinion", done: Step, *, text: str) -> None:
        """The level above answers the review."""
        if not clocks.running(self, "review"):
            raise StepRefused(_("No review was asked for."))
        clocks.stop(self, "review", at=done.at)
        done.text = text

    def within_days_of_answer(self: "Opinion", done: Step) -> bool:
        """Whether the informant's 30 days to come back are still running."""
        return self.answered_at is not None and done.at <= self.answered_at + timedelta(
            days=clocks.REQUEST_DAYS
        )


def _check_asked(opinion: "Opinion", solved: bool | None, satisfied: bool | None) -> None:
    missing = {}
    if opinion.outcome == Outcome.RESOLVED and solved is None:
        missing["solved"] = _("Say whether it is solved.")
    if satisfied is None:
        missing["satisfied"] = _("Say whether the informant is satisfied.")
    if missing:
        raise ValidationError(missing)


def note_call_back(
    opinion: "Opinion",
    done: Step,
    means: str,
    contacted: bool,
    solved: bool | None,
    satisfied: bool | None,
    remark: str,
) -> None:
    if means not in models.CallBackMeans.values:
        raise ValidationError({"means": _("Choose how.")})
    if opinion.is_before_the_answer(done.said_at):
        raise ValidationError({"said_at": _("That was before the answer: it can't be about it.")})
    satisfied = satisfied if contacted else None
    opinion.file.add(
        models.CallBack(
            opinion=opinion,
            round=opinion.round,
            means=means,
            contacted=contacted,
            solved=solved,
            satisfied=satisfied,
            remark=remark,
            by=done.by,
            said_at=done.said_at,
            at=done.at,
        )
    )
    opinion.contacted, opinion.solved, opinion.satisfied = contacted, solved, satisfied
    done.text = remark
    done.details = {"means": means, "contacted": contacted, "solved": solved, "satisfied": satisfied}


def close_or_reopen(opinion: "Opinion", done: Step, *, reopen: bool) -> None:
    if reopen:
        start_new_round(opinion, done)
        return
    review = clocks.running(opinion, "review")
    clocks.stop(opinion, *(set(models.ClockKind.values) - {"review"}), at=done.at)
    opinion.state = State.CLOSED
    done.details |= {"review": bool(review)}


def start_new_round(opinion: "Opinion", done: Step) -> None:
    """The same unit and person, a new round, 15 days, no extension.

    If the person has left, the head of the unit answers for it. If unit or person have come to be accused since, or
    nobody is left there, it goes back to dispatch instead.
    """
    clocks.stop(opinion, *(set(models.ClockKind.values) - {"review"}), at=done.at)
    came_back(opinion, done)
    opinion.round += 1
    if not may_hold(opinion, opinion.unit, opinion.person) or not find_who_answers(opinion, done):
        return_to_dispatch(opinion, done)
        return
    clocks.start(opinion, "handling", at=done.at, term=clocks.handling_term(opinion))
    opinion.state, opinion.outcome, opinion.ground, opinion.answered_at = State.HANDLING, "", "", None
