"""What changes when a life is cast in another place: its regions, its local units and their people."""

from dataclasses import dataclass

from django.db.models import Model

from grievances.sample.bulk.copytext import escaped
from grievances.sample.histories import spoken
from grievances.sample.office import Office
from grievances.tallies.signatures import of_unit, part
from villages.models import Cadre, Region, Role, Unit, UnitKind

# How many people of each role the sample puts into every local unit: the same everywhere, so that the
# second handler of one town becomes the second handler of another.
_STAFF = {
    UnitKind.COMMITTEE: {Role.HEAD: 1, Role.HANDLER: 1, Role.VISITOR: 1},
    UnitKind.TOWN: {Role.COORDINATOR: 1, Role.LEADER: 1, Role.CALLER: 1, Role.HEAD: 1, Role.HANDLER: 2},
}


@dataclass(frozen=True)
class Place:
    """A grid with all that is local to it, in the same order for every place."""

    values: tuple[str, ...]
    positions: dict[tuple[type[Model], object], int]
    words: dict[str, int]

    def position(self, model: type[Model], pk: object) -> int | None:
        """Where this row stands among the local ones; None when it is not local."""
        return self.positions.get((model, pk))


def place(office: Office, grid: str) -> Place:
    """The place of a grid."""
    village, town = grid[:12], grid[:9]
    units = {
        UnitKind.COMMITTEE: office.by_place[(UnitKind.COMMITTEE, village)],
        UnitKind.TOWN: office.by_place[(UnitKind.TOWN, town)],
    }
    found: list[tuple[type[Model], object]] = [(Region, grid), (Region, village), (Region, town)]
    found += [(Unit, unit.pk) for unit in units.values()]
    found += [
        (Cadre, cadre.pk)
        for kind, roles in _STAFF.items()
        for role, number in roles.items()
        for cadre in office.people.of(role, units[kind])[:number]
    ]
    committee, town_unit = units[UnitKind.COMMITTEE], units[UnitKind.TOWN]
    # The village as people say it comes last: where it is also part of a longer name, that one is meant.
    words = [
        part(of_unit(committee.pk)), committee.path, town_unit.path, committee.name, town_unit.name,
        spoken(committee.name),
    ]  # fmt: skip
    values = tuple(escaped(str(pk)) for _model, pk in found) + tuple(map(escaped, words))
    return Place(
        values,
        {key: n for n, key in enumerate(found)},
        {word: len(found) + n for n, word in reversed(list(enumerate(words)))},
    )
