"""Units and cadres of the sample, and the demo accounts."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random
from tempfile import NamedTemporaryFile

from django.contrib.auth.hashers import make_password

from grievances.sample.phrases import person_name
from villages.loading.units import load_units
from villages.models import Absence, Cadre, Level, Post, Region, Role, Unit, UnitKind

DEMO_ACCOUNTS = (
    "visitor", "handler", "head", "coordinator", "caller", "leader", "auditor", "administrator", "outsider",
)  # fmt: skip
_UNITS = Path(__file__).parent.parent / "data" / "units.csv"
_LONG_AGO = date(2015, 1, 1)
DAFENG = "320904"
# (code, name, English name); of any other district the neighbour is an invented one.
_NEIGHBOUR = ("320903", "亭湖区", "Tinghu district")
_ANY_NEIGHBOUR = ("99", "邻区", "Neighbouring district")


def hold_in_memory(cadre: Cadre) -> None:
    """Posts will be added in memory, and nobody is away."""
    posts: list[Post] = []
    cadre.__dict__.update(posts_ever=posts, own_posts=posts, posts_in_force=posts, lenders=[])


@dataclass
class People:
    """Who works in the district: cadres by unit code and role, each with their posts in memory."""

    cadres: list[Cadre] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    by_place: dict[tuple[str, str], list[Cadre]] = field(default_factory=dict)

    def add(self, dice: Random, role: Role, unit: Unit, region: Region, *, username: str = "") -> Cadre:
        number = len(self.cadres) + 1
        cadre = Cadre(
            username=username or f"c{number:05d}", name=person_name(dice), is_demo=bool(username),
            telephone=f"0515-8888{number % 10000:04d}", password=make_password(None),
        )  # fmt: skip
        # What the database would answer: the histories ask for rights thousands of times.
        hold_in_memory(cadre)
        self.cadres.append(cadre)
        self.give(cadre, role, unit, region)
        self.by_place.setdefault((role, unit.code), []).append(cadre)
        return cadre

    def give(self, cadre: Cadre, role: Role, unit: Unit, region: Region) -> None:
        """One more post."""
        post = Post(cadre=cadre, role=role, unit=unit, region=region, since=_LONG_AGO)
        cadre.__dict__["posts_in_force"].append(post)
        self.posts.append(post)

    def of(self, role: Role, unit: Unit) -> list[Cadre]:
        return self.by_place.get((role, unit.code), [])

    def save(self, password: str) -> None:
        hashed = make_password(password)
        for cadre in self.cadres:
            if cadre.is_demo:
                cadre.password = hashed
        Cadre.objects.bulk_create(self.cadres, batch_size=1000)
        Post.objects.bulk_create(self.posts, batch_size=1000)


def make_units(code: str = DAFENG) -> dict[str, Unit]:
    """The district's departments and teams, a unit for each town, a committee for each lived-in village."""
    _load_departments(code)
    towns = [
        Unit.objects.create(
            code=f"town-{region.pk[6:]}",
            name=region.name,
            name_en=region.name_en,
            kind=UnitKind.TOWN,
            region=region,
            telephone=f"0515-8877{region.pk[6:]}0",
        )
        for region in Region.objects.level(Level.TOWN).within(code)
    ]
    by_region = {town.region_id: town for town in towns}
    villages = [v for v in Region.objects.level(Level.VILLAGE).within(code) if not v.is_empty_place]
    committees = [
        Unit(
            code=f"committee-{village.pk[6:]}",
            name=village.name,
            name_en=village.name_en,
            kind=UnitKind.COMMITTEE,
            region=village,
            parent=by_region[village.parent_id],
            path=f"{by_region[village.parent_id].path}committee-{village.pk[6:]}/",
            telephone=f"0515-8866{village.pk[8:12]}",
        )
        for village in villages
    ]
    Unit.objects.bulk_create(committees)
    for unit in Unit.objects.filter(kind=UnitKind.DEPARTMENT):
        unit.telephone = f"0515-8855{1000 + unit.pk % 9000}"
        unit.save(update_fields=["telephone"])
    return {unit.code: unit for unit in Unit.objects.select_related("region")}


def _load_departments(code: str) -> None:
    """The same in every district."""
    with NamedTemporaryFile("w", suffix=".csv", encoding="utf-8") as file:
        file.write(_UNITS.read_text(encoding="utf-8").replace(DAFENG, code))
        file.flush()
        load_units(file.name)


def make_people(dice: Random, units: dict[str, Unit], *, demo_village: str, code: str = DAFENG) -> People:
    """Cadres for every role and place; the demo accounts have posts like anybody else's."""
    people = People()
    district = Region.objects.get(pk=code)
    _demo(dice, people, units, district, demo_village)
    for unit in units.values():
        if unit.kind in (UnitKind.DEPARTMENT, UnitKind.TEAM):
            _staff(dice, people, unit, {Role.HEAD: 1, Role.HANDLER: 3})
        elif unit.kind == UnitKind.TOWN:
            wanted = {Role.COORDINATOR: 1, Role.LEADER: 1, Role.CALLER: 1, Role.HEAD: 1, Role.HANDLER: 2}
            _staff(dice, people, unit, wanted)
        else:
            _staff(dice, people, unit, {Role.HEAD: 1, Role.HANDLER: 1, Role.VISITOR: 1})
    people.add(dice, Role.COORDINATOR, units["discipline"], district)
    for role, number in ((Role.CALLER, 3), (Role.COORDINATOR, 1)):
        for _ in range(number):
            people.add(dice, role, units["petitions"], district)
    return people


def somebody_away(people: People, unit: Unit, *, today: date) -> None:
    """A handler of the unit is away for these days, and a colleague stands in; neither is a demo account."""
    absent, substitute = [cadre for cadre in people.of(Role.HANDLER, unit) if not cadre.is_demo][-2:]
    days = {"since": today - timedelta(days=2), "until": today + timedelta(days=8)}
    Absence.objects.create(cadre=absent, substitute=substitute, set_by=absent, note="外出培训", **days)


def _staff(dice: Random, people: People, unit: Unit, wanted: dict[Role, int]) -> None:
    for role, number in wanted.items():
        for _ in range(number - len(people.of(role, unit))):
            people.add(dice, role, unit, unit.region)


def _demo(dice: Random, people: People, units: dict[str, Unit], district: Region, village: str) -> None:
    committee = units[f"committee-{village[6:]}"]
    places = {
        "visitor": (Role.VISITOR, committee, committee.region),
        "handler": (Role.HANDLER, units["transport"], district),
        "head": (Role.HEAD, units["transport"], district),
        "coordinator": (Role.COORDINATOR, units["petitions"], district),
        "caller": (Role.CALLER, units["petitions"], district),
        "leader": (Role.LEADER, units["organisation"], district),
        "auditor": (Role.AUDITOR, units["discipline"], district),
        "administrator": (Role.ADMINISTRATOR, units["organisation"], district),
        "outsider": (Role.HANDLER, *_elsewhere(district)),
    }
    added = {name: people.add(dice, *place, username=name) for name, place in places.items()}
    # What the demo's visitor writes down lies on the town's desk: the demo's coordinator looks after it too.
    people.give(added["coordinator"], Role.COORDINATOR, units["petitions"], committee.region.parent)


def _elsewhere(district: Region) -> tuple[Unit, Region]:
    """A unit of the neighbouring district: whoever works there sees nothing here."""
    city = district.parent_id
    code, name, name_en = (
        _NEIGHBOUR if district.pk == DAFENG else (city + _ANY_NEIGHBOUR[0], *_ANY_NEIGHBOUR[1:])
    )
    region, _made = Region.objects.get_or_create(
        code=code,
        defaults={"name": name, "name_en": name_en, "level": Level.DISTRICT, "parent_id": city},
    )
    unit = Unit.objects.create(
        code="elsewhere-petitions", name=f"{name}信访局", name_en=f"{name_en.split()[0]} petitions bureau",
        kind=UnitKind.DEPARTMENT, region=region,
    )  # fmt: skip
    return unit, region
