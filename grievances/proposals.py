"""Whom the dispatch form proposes, by editable rules, and why."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from grievances.duties import KEPT_ABOVE, head_of, is_kept_above, may_dispatch_to, may_hold
from villages.models import Cadre, Unit

if TYPE_CHECKING:
    from grievances.models import DispatchRule, Opinion


@dataclass(frozen=True)
class Proposal:
    """A unit and person with the reason, or only the reason why nobody was found."""

    unit: Unit | None
    person: Cadre | None
    reason: str


def propose(opinion: "Opinion", *, coordinator: Cadre) -> Proposal:
    """The unit of the first rule that fits category and place, and its head."""
    rule = next((rule for rule in _rules() if _fits(rule, opinion)), None)
    if rule is None:
        return Proposal(None, None, _("No rule fits this category and place."))
    named = rule.note or str(rule)
    unit = rule.unit or _local_unit(rule.local, opinion)
    if unit is None:
        return Proposal(None, None, _("The rule “%s” finds no unit here.") % named)
    if not may_dispatch_to(coordinator, unit, opinion.region_id):
        reason = _("The rule “%s” proposes %s: refer the opinion to the level that dispatches there.")
        return Proposal(None, None, reason % (named, unit.label))
    person = head_of(unit)
    if not may_hold(opinion, unit, person):
        return Proposal(None, None, _("The rule “%s” proposes a unit that it complains about.") % named)
    if is_kept_above(opinion, unit, person):
        return Proposal(None, None, str(KEPT_ABOVE))
    return Proposal(unit, person, _("Proposed by the rule “%s”.") % named)


def _rules() -> list["DispatchRule"]:
    from grievances.models import DispatchRule

    return list(DispatchRule.objects.select_related("category", "unit"))


def _fits(rule: "DispatchRule", opinion: "Opinion") -> bool:
    wanted = {None, opinion.category_id, opinion.category.parent_id}
    return rule.category_id in wanted and opinion.region_id.startswith(rule.region_id or "")


def _local_unit(kind: str, opinion: "Opinion") -> Unit | None:
    """The committee or town unit that serves the place most closely."""
    return Unit.objects.serving(opinion.region_id).filter(kind=kind).last()
