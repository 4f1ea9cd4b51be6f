"""Whom the dispatch form proposes, and why: by editable rules, else by what was decided in like cases.

However many the opinions, a fixed number of queries.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from grievances.dispatching.like_cases import LikeCases, like_cases, winners
from grievances.flow.duties import KEPT_ABOVE, heads_of, is_kept_above, may_dispatch_to, may_hold
from villages.models import Cadre, Unit

if TYPE_CHECKING:
    from grievances.models import DispatchRule, Opinion

Opinions = Iterable["Opinion"]


@dataclass(frozen=True)
class Count:
    """A number and the address of the list that it counts."""

    value: int
    url: str


@dataclass(frozen=True)
class Proposal:
    """A unit and person with the reason, or only the reason why nobody was found.

    Where like cases are the reason: how many of them (``agreeing`` of ``of``) went to the unit, in the same
    village or, if they are too few, in the same ``town``; ``by_words`` where as many went elsewhere.
    """

    unit: Unit | None
    person: Cadre | None
    reason: str
    agreeing: Count | None = None
    of: Count | None = None
    town: bool = False
    by_words: bool = False


def propose(opinion: "Opinion", *, coordinator: Cadre) -> Proposal:
    """The unit of the first rule that fits category and place, or of most like cases; and its head."""
    [found] = _all([opinion], coordinator).values()
    if found.unit and not may_hold(opinion, found.unit, found.person):
        return Proposal(None, None, _("The unit that fits best is one that it complains about."))
    if found.unit and is_kept_above(opinion, found.unit, found.person):
        return Proposal(None, None, str(KEPT_ABOVE))
    return found


def propose_all(opinions: Opinions, *, coordinator: Cadre) -> dict[int, Proposal]:
    """{opinion: proposal}; none for accusations, which somebody opens and looks at before they go anywhere."""
    opinions = list(opinions)
    found = _all([opinion for opinion in opinions if not opinion.accusing], coordinator)
    by_hand = Proposal(None, None, _("It complains about somebody: open it, and decide yourself."))
    return {opinion.pk: found.get(opinion.pk, by_hand) for opinion in opinions}


def _all(opinions: list["Opinion"], coordinator: Cadre) -> dict[int, Proposal]:
    found = _by_rules(opinions, coordinator)
    open_ones = [opinion for opinion in opinions if opinion.pk not in found]
    found |= _by_like_cases(open_ones, coordinator)
    heads = heads_of({one.unit for one in found.values() if one.unit})
    return {pk: _with_head(one, heads) for pk, one in found.items()}


def _with_head(found: Proposal, heads: dict[int, Cadre]) -> Proposal:
    """The post's duty, not somebody's record: the head passes it on to whoever has the time."""
    if found.unit is None:
        return found
    person = heads.get(found.unit.pk)
    if person is None:
        return Proposal(None, None, _("%s has no head: choose a person.") % found.unit.label)
    return replace(found, person=person)


def _by_rules(opinions: list["Opinion"], coordinator: Cadre) -> dict[int, Proposal]:
    """What a rule says of each opinion that one fits."""
    every = rules() if opinions else []
    fitting = {opinion.pk: rule_for(opinion, every) for opinion in opinions}
    chosen = [(opinion, fitting[opinion.pk]) for opinion in opinions if fitting[opinion.pk]]
    local = local_units([opinion.region_id for opinion, rule in chosen if rule.unit is None])
    return {opinion.pk: _by_rule(opinion, rule, local, coordinator) for opinion, rule in chosen}


def _by_rule(opinion: "Opinion", rule: "DispatchRule", local: list[Unit], coordinator: Cadre) -> Proposal:
    unit = unit_of(rule, opinion, local)
    if unit is None:
        return Proposal(None, None, _("The rule “%s” finds no unit here.") % named(rule))
    if not may_dispatch_to(coordinator, unit, opinion.region_id):
        reason = _("The rule “%s” proposes %s: refer the opinion to the level that dispatches there.")
        return Proposal(None, None, reason % (named(rule), unit.label))
    return Proposal(unit, None, _("Proposed by the rule “%s”.") % named(rule))


def _by_like_cases(opinions: list["Opinion"], coordinator: Cadre) -> dict[int, Proposal]:
    """Where most like cases went, if the opinion can go there too."""
    nothing = Proposal(None, None, _("No rule fits this category and place, and too few like cases agree."))
    won = winners(opinions, like_cases(opinions, coordinator=coordinator))
    units = Unit.objects.in_bulk([one.unit for one in won.values()]) if won else {}
    found = {opinion.pk: nothing for opinion in opinions}
    for opinion in opinions:
        like = won.get(opinion.pk)
        if like and _goes(opinion, units[like.unit], coordinator):
            found[opinion.pk] = _like(opinion, units[like.unit], like)
    return found


def _goes(opinion: "Opinion", unit: Unit, coordinator: Cadre) -> bool:
    """Whether the unit serves the place, and the coordinator dispatches to it."""
    serves = opinion.region_id.startswith(unit.region_id)
    return serves and may_dispatch_to(coordinator, unit, opinion.region_id)


def _like(opinion: "Opinion", unit: Unit, like: LikeCases) -> Proposal:
    address = reverse("opinion-like", args=[opinion.number])
    agreeing = Count(len(like.agreeing), f"{address}?{urlencode({'unit': unit.pk})}")
    reason = _("%(n)s of %(all)s like cases went there.") % {"n": len(like.agreeing), "all": len(like.every)}
    return Proposal(
        unit, None, reason, agreeing, Count(len(like.every), address), town=like.town, by_words=like.by_words
    )


def rules() -> list["DispatchRule"]:
    """The dispatch rules in their order."""
    from grievances.models import DispatchRule

    return list(DispatchRule.objects.select_related("category", "unit"))


def rule_for(opinion: "Opinion", every: Iterable["DispatchRule"]) -> "DispatchRule | None":
    """The first rule that fits category and place."""
    return next((rule for rule in every if _fits(rule, opinion)), None)


def _fits(rule: "DispatchRule", opinion: "Opinion") -> bool:
    wanted = {None, opinion.category_id, opinion.category.parent_id}
    return rule.category_id in wanted and opinion.region_id.startswith(rule.region_id or "")


def named(rule: "DispatchRule") -> str:
    """What a rule is called."""
    return rule.note or str(rule)


def local_units(places: Iterable[str]) -> list[Unit]:
    """The units that serve any of these places, from the widest down."""
    above = {place[:length] for place in places for length in (2, 4, 6, 9, 12, 15) if length <= len(place)}
    return list(Unit.objects.filter(region_id__in=above).order_by("region_id", "code")) if above else []


def unit_of(rule: "DispatchRule", opinion: "Opinion", local: list[Unit]) -> Unit | None:
    """The rule's unit: its own, or the committee or town unit that serves the place most closely."""
    if rule.unit:
        return rule.unit
    serving = (
        unit for unit in local if opinion.region_id.startswith(unit.region_id) and unit.kind == rule.local
    )
    return max(serving, key=lambda unit: (unit.region_id, unit.code), default=None)
