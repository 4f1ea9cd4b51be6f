"""Categories whose opinions are assigned by their dispatch rule, without a coordinator: off, until an administrator
switches it on.

Never an accusation, and nothing confidential or anonymous: an assignment seconds after would tell when an anonymous
one was written down.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grievances import models
from grievances.dispatching.proposals import local_units, named, rule_for, rules, unit_of
from grievances.errors import StepRefused
from grievances.flow.duties import head_of
from grievances.sight.access import DISTRICT_DIGITS
from grievances.workflow import State
from villages.jobs import job
from villages.models import Cadre, Unit

if TYPE_CHECKING:
    from grievances.models import Opinion


@dataclass(frozen=True)
class Choice:
    """Unit and person, and what the rule is called."""

    unit: Unit
    person: Cadre
    rule: str


def order(opinion: "Opinion") -> None:
    """Have an opinion that was just written down assigned in the background, if its category says so: ordered in the
    same transaction, so that there is never one without the other."""
    if _waits(opinion):
        assign_by_rule.enqueue(opinion.pk)


def _waits(opinion: "Opinion") -> bool:
    return (
        opinion.category.assigns_itself
        and not opinion.accusing
        and opinion.informant_kind == models.InformantKind.NAMED
        and opinion.state == State.COLLECTED
        and not opinion.was_assigned
    )


@job(gettext_lazy("Assignments by rule"))
def assign_by_rule(opinion: int) -> None:
    """What can't be assigned, for whatever reason, stays with the coordinator."""
    found = models.Opinion.objects.filter(pk=opinion).first()
    if found:
        with suppress(StepRefused, ValidationError):
            found.assign_by_rule(by=None)


def choice(opinion: "Opinion") -> Choice:
    """What the first rule that fits says, in the opinion's own district. Raises StepRefused where a coordinator has
    to decide."""
    rule = rule_for(opinion, rules()) if _waits(opinion) else None
    unit = unit_of(rule, opinion, local_units([opinion.region_id])) if rule else None
    own = unit is not None and unit.region_id.startswith(opinion.region_id[:DISTRICT_DIGITS])
    person = head_of(unit) if own else None
    if person is None:
        raise StepRefused(_("No rule may assign it: it waits for the coordinator."))
    return Choice(unit, person, named(rule))
