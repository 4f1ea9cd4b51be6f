"""The ground on which the opinions are cast: people, units, households and one campaign a calendar year."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from grievances import reference
from grievances.flow.calendar import WorkingCalendar, midnight
from grievances.models import Campaign, Category, DispatchRule
from grievances.sample import campaigns, district, households, people, phrases
from grievances.sample.bulk.ledger import Order
from grievances.sample.office import Office
from villages.models import Household, Post, Region, Unit

DAYS = 730  # back to which opinions were said
# An ordinary sample's households, up to as many as a district has.
_FEWEST, _MOST, _OPINIONS_A_HOUSEHOLD = 3_000, 250_000, 20


@dataclass
class Ground:
    """What the database holds before the first opinion, as lives and casts need it."""

    office: Office
    homes: list[tuple[int, str, str]]  # id, grid, head
    campaigns: dict[int, int]  # year → id


def make(order: Order, *, password: str) -> None:
    """Fill an empty database with everything but opinions."""
    dice = Random(order.seed)
    villages = district.lived_in(district.Size())
    units = people.make_units()
    staff = people.make_people(dice, units, demo_village=villages[0].pk)
    staff.save(password)
    reference.load_rules()
    grids = households.make_grids(villages)
    total = min(max(order.opinions // _OPINIONS_A_HOUSEHOLD, _FEWEST), _MOST)
    households.make_households(dice, grids, total=total, demo_grid=f"{villages[0].pk}001")
    first = order.today - timedelta(days=DAYS)
    last = order.today - timedelta(days=1)
    for year in range(first.year, last.year + 1):
        which = "this" if year == last.year else "last"
        starts, ends = date(year, 1, 1), date(year, 12, 31)
        campaigns.make(staff, units, which, year=year, starts=starts, ends=ends, today=order.today)


def read(order: Order) -> Ground:
    """The ground, read back: the same whether it was just made or a run is taken up again."""
    units = {unit.code: unit for unit in Unit.objects.select_related("region").order_by("pk")}
    categories = Category.objects.filter(code__in=phrases.subcategories()).select_related("parent")
    office = Office(
        _people(), units, list(DispatchRule.objects.select_related("unit")), list(categories),
        WorkingCalendar.load(), Random(order.seed), midnight(order.today),
        district=Region.objects.get(pk=people.DAFENG),
    )  # fmt: skip
    homes = list(Household.objects.order_by("pk").values_list("pk", "grid_id", "head"))
    return Ground(office, homes, dict(Campaign.objects.values_list("year", "pk")))


def _people() -> people.People:
    """Each cadre once, with their posts in memory: the histories ask for rights thousands of times."""
    found = people.People()
    cadres = {}
    for post in Post.objects.select_related("cadre", "unit__region", "region").order_by("pk"):
        cadre = cadres.setdefault(post.cadre_id, post.cadre)
        if cadre is post.cadre:
            people.hold_in_memory(cadre)
            found.cadres.append(cadre)
        cadre.__dict__["posts_in_force"].append(post)
        of_unit = found.by_place.setdefault((post.role, post.unit.code), [])
        if cadre not in of_unit:
            of_unit.append(cadre)
    return found
