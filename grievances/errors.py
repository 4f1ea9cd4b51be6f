"""Why a step was not done. Each carries a sentence for the person who tried."""

import re
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from grievances.models import Event


# What the database calls its refusal to let a case lie with those whom it complains about.
ACCUSED_CONSTRAINT = "case_not_held_by_the_accused"
_IN_MESSAGE = re.compile(r'constraint "(.+?)(?:_\d{6,})?"')


def broken_constraint(error: IntegrityError) -> str:
    """The name of the constraint that the database refused by; "" when it doesn't say.

    Where districts are spread over servers, the name can stand in the message alone, and behind it the number of
    the part that refused.
    """
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    if name:
        return name
    told = _IN_MESSAGE.search(str(error))
    return told[1] if told else ""


class StepRefused(Exception):
    """The step is not allowed in this state, by this person, or at this moment."""


class RequestReused(StepRefused):
    """The same request key came again with another content."""


class ChangedMeanwhile(StepRefused):
    """Somebody else did a step after this person opened the page. Holds their last event."""

    def __init__(self, event: "Event") -> None:
        self.event = event
        who = event.actor.label if event.actor else _("the program")
        super().__init__(
            _("Changed meanwhile by %(who)s: %(what)s.") % {"who": who, "what": event.get_verb_display()}
        )


def in_words(error: StepRefused | ValidationError) -> str:
    """Why a step was refused, as one text."""
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
