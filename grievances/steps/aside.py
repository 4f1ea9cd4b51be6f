"""A case in hand that waits for something outside: put aside until a day, and taken up again."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from grievances.errors import StepRefused
from grievances.flow.calendar import last_day, midnight
from grievances.workflow import Verb

from .step import Step, step

if TYPE_CHECKING:
    from grievances.models import Opinion

LONGEST_ASIDE = 90


class AsideSteps:
    """Putting aside and taking up. No clock stops meanwhile, and lateness shows as ever."""

    @step(Verb.PUT_ASIDE)
    def put_aside(self: "Opinion", done: Step, *, waits_for: str, until: date, despite: bool = False) -> None:
        """Out of "in hand" until the morning of a day, or until any other step is done.

        ``despite`` is that somebody knows that the deadline passes meanwhile; without it such a day is refused.
        """
        if not waits_for.strip():
            raise ValidationError({"waits_for": _("This can't be empty.")})
        today = timezone.localdate(done.at)
        if not today < until <= today + timedelta(days=LONGEST_ASIDE):
            days = {"days": LONGEST_ASIDE}
            raise ValidationError({"until": _("Choose a day after today, within %(days)d days.") % days})
        if self.due_at and until > last_day(self.due_at) and not despite:
            raise ValidationError({"until": _passes(last_day(self.due_at), today)})
        self.waits_until = midnight(until)
        done.text, done.details = waits_for, {"waits_until": until.isoformat()}

    @step(Verb.TAKE_UP)
    def take_up(self: "Opinion", done: Step) -> None:
        """Back to "in hand" before the day."""
        if self.waits_until is None or self.waits_until <= done.at:
            raise StepRefused(_("It is not put aside."))


def _passes(due: date, today: date) -> str:
    words = (
        _(
            "The deadline passed on %(day)s: it is late already. Tick the box below if it is put aside all the same."
        )
        if due < today
        else _(
            "The deadline is %(day)s: put aside longer, it gets late. Tick the box below if you mean that."
        )
    )
    return words % {"day": due.isoformat()}
