"""The sample's district as its histories need it: who dispatches, handles, calls."""

from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from grievances.flow.calendar import WorkingCalendar
from grievances.models import Category, DispatchRule
from grievances.numbers import compose
from grievances.sample.people import People
from villages.models import Cadre, Region, Role, Unit, UnitKind


@dataclass
class Office:
    """Who dispatches, handles, calls: the district as the histories need it."""

    people: People
    units: dict[str, Unit]
    rules: list[DispatchRule]
    categories: list[Category]
    calendar: WorkingCalendar
    dice: Random
    now: datetime
    district: Region
    sequence: int = 0
    by_place: dict[tuple[str, str], Unit] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for unit in self.units.values():
            self.by_place[(unit.kind, unit.region_id)] = unit

    def number(self, *, anonymous: bool, year: int) -> str:
        if anonymous:
            return compose(self.district.abbreviation, year, 10_000_000 + self.dice.randrange(90_000_000))
        self.sequence += 1
        return compose(self.district.abbreviation, year, self.sequence)

    def lead_unit(self, category: Category, place: str) -> Unit:
        """By the dispatch rules, as the form would propose."""
        wanted = {None, category.pk, category.parent_id}
        rule = next(rule for rule in self.rules if rule.category_id in wanted)
        if rule.unit_id:
            return self.units[rule.unit.code]
        length = 9 if rule.local == UnitKind.TOWN else 12
        return self.by_place[(rule.local, place[:length])]

    def coordinator(self, unit: Unit, place: str, *, accusing: bool) -> Cadre:
        """The town's for its own units, the district's for departments and accusations."""
        town = self.by_place[(UnitKind.TOWN, place[:9])]
        if accusing or not unit.region_id.startswith(town.region_id):
            return self.dice.choice(self.people.of(Role.COORDINATOR, self.units["petitions"]))
        return self.people.of(Role.COORDINATOR, town)[0]

    def caller(self, unit: Unit, place: str) -> Cadre:
        """Of the town for committees, of the district else: never of the unit that did the work."""
        town = self.by_place[(UnitKind.TOWN, place[:9])]
        if unit.kind == UnitKind.COMMITTEE:
            return self.people.of(Role.CALLER, town)[0]
        return self.dice.choice(self.people.of(Role.CALLER, self.units["petitions"]))

    def visitor(self, place: str) -> Cadre:
        return self.people.of(Role.VISITOR, self.by_place[(UnitKind.COMMITTEE, place[:12])])[0]
