"""What of households is taken along: who lives there, what they said last time, and where it stands.

Nothing that tells who spoke in confidence, nothing that accuses anybody, and telephones only for a call-back.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Count, Q
from django.utils import timezone

from grievances.flow.relations import relations
from grievances.models import Campaign, InformantKind, Opinion, Visit
from grievances.phones import both, wire
from grievances.visits.visiting import MOST_EARLIER
from grievances.workflow import ANSWERED, Relation, State
from villages.models import LEVEL_OF_LENGTH, Cadre, Household, HouseholdContact, Need
from villages.templatetags.looks import day


@dataclass
class Doors:
    """Households that a cadre takes along. Asks the same number of questions for one household as for thousands."""

    cadre: Cadre
    households: list[Household]
    telephones: bool = False
    _labels: dict[object, both.Both] = field(default_factory=dict)

    def told(self, household: Household) -> dict[str, object]:
        """One of them as a phone keeps it, with a digest that changes with whatever a phone is told of it."""
        visits = self._visits.get(household.pk, {})
        found = {
            "pk": household.pk,
            "number": household.number,
            "head": household.head,
            "initials": household.initials,
            "address": household.address,
            "members": household.members,
            "needs": self._needs.get(household.pk, []),
            "visited": bool(visits.get(False)),
            "attempts": visits.get(True, 0),
            "said": [self._said(opinion) for opinion in self._earlier.get(household.pk, [])],
        }
        if telephone := self._numbers.get(household.pk):
            found["telephone"] = telephone
        return found | {"digest": wire.digest(found)}

    def campaign_at(self, code: str) -> Campaign | None:
        """The campaign in which a place is visited today, as ``coverage.campaign_of`` says it."""
        return next((one for one in self._campaigns if code.startswith(one.region_id)), None)

    @cached_property
    def _campaigns(self) -> list[Campaign]:
        """Those that cover any of the places, the one that began last first."""
        above = {one.grid_id[:length] for one in self.households for length in LEVEL_OF_LENGTH}
        begun = Campaign.objects.filter(region_id__in=above, starts__lte=timezone.localdate())
        return list(begun.order_by("-starts", "-id"))

    @cached_property
    def _needs(self) -> dict[int, list[both.Both]]:
        """What a visitor must know about each. By the pairs alone: a row of the need for each household costs more
        than everything else that is asked."""
        doors = [one.pk for one in self.households]
        pairs = Household.needs.through.objects.filter(household__in=doors)
        labels = {one.pk: both.named(one) for one in Need.objects.all()}
        found: dict[int, list[both.Both]] = defaultdict(list)
        for door, need in pairs.order_by("need__position", "need__code").values_list("household", "need"):
            found[door].append(labels[need])
        return found

    @cached_property
    def _visits(self) -> dict[int, dict[bool, int]]:
        """How often each household was visited in its campaign: {household: {nobody at home: how often}}."""
        campaigns = {one.pk: self.campaign_at(one.grid_id) for one in self.households}
        asked = {campaign.pk for campaign in campaigns.values() if campaign}
        made = Visit.objects.filter(campaign__in=asked, household__in=campaigns).order_by()
        counted: dict[int, dict[bool, int]] = defaultdict(dict)
        rows = made.values_list("household", "campaign", "nobody_home").annotate(n=Count("pk"))
        for household, campaign, nobody, n in rows:
            if campaigns[household] and campaigns[household].pk == campaign:
                counted[household][nobody] = n
        return counted

    @cached_property
    def _earlier(self) -> dict[int, list[Opinion]]:
        """What each household said before under its name, as ``visiting.earlier`` gives it, less accusations."""
        doors = [one.pk for one in self.households]
        named = Q(informants__household__in=doors, informant_kind=InformantKind.NAMED, accusing=False)
        said = Opinion.objects.visible_to(self.cadre).filter(named).exclude(state=State.WITHDRAWN)
        latest: dict[int, dict[int, None]] = defaultdict(dict)
        pairs = said.order_by("-said_at", "-pk").values_list("informants__household", "pk")
        for door, opinion in pairs:
            if len(latest[door]) < MOST_EARLIER:
                latest[door][opinion] = None
        asked = {opinion for opinions in latest.values() for opinion in opinions}
        whole = Opinion.objects.select_related("unit").prefetch_related("answers").in_bulk(asked)
        return {door: [whole[pk] for pk in opinions] for door, opinions in latest.items()}

    @cached_property
    def _numbers(self) -> dict[int, str]:
        """Telephones of the households that wait for a call-back which the cadre may do; none unless chosen."""
        if not self.telephones:
            return {}
        waiting = [
            door for door, opinions in self._earlier.items() if any(self._calls(one) for one in opinions)
        ]
        found = HouseholdContact.objects.filter(household__in=waiting)
        return {one.household_id: one.telephone for one in found}

    def _calls(self, opinion: Opinion) -> bool:
        mine = {Relation.VISITOR}
        return opinion.state in ANSWERED and bool(mine & relations(opinion, self.cadre, among=mine))

    def _said(self, opinion: Opinion) -> dict[str, object]:
        answers = list(opinion.answers.all())
        said_on = timezone.localdate(opinion.said_at)
        return {
            "number": opinion.number,
            "words": opinion.words,
            "said_on": said_on.isoformat(),
            "day": self._label(said_on, lambda: day(said_on)),
            "state": self._label(opinion.state, opinion.get_state_display),
            "answer": answers[-1].public if answers else "",
            "settled": opinion.is_settled,
        }

    def _label(self, of: object, words: object) -> both.Both:
        if of not in self._labels:
            self._labels[of] = both.said(words)
        return self._labels[of]
