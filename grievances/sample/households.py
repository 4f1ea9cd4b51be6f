"""Grids and households of the sample."""

from random import Random

from grievances.sample.phrases import address, person_name
from villages.models import Household, HouseholdContact, Level, Need, Region
from villages.search.pinyin import initials
from villages.secrets import keyed_hash

GRIDS = 3
_SIGNS = "一二三四五六七八九"
_DEMO_HOUSEHOLDS = 61


def make_grids(villages: list[Region]) -> list[Region]:
    """Three grids in each village where people live."""
    grids = [
        Region(
            code=f"{village.pk}{n:03d}",
            name=f"第{_SIGNS[n - 1]}网格",
            name_en=f"Grid {n}",
            level=Level.GRID,
            parent=village,
        )
        for village in villages
        for n in range(1, GRIDS + 1)
    ]
    return Region.objects.bulk_create(grids, batch_size=1000)


def make_households(dice: Random, grids: list[Region], *, total: int, demo_grid: str) -> list[Household]:
    """About ``total`` households, a few more or fewer in each grid."""
    mean = total / len(grids)
    households = []
    for grid in grids:
        size = _DEMO_HOUSEHOLDS if grid.pk == demo_grid else max(4, round(dice.gauss(mean, mean / 5)))
        households += [_household(dice, grid, n) for n in range(1, size + 1)]
    Household.objects.bulk_create(households, batch_size=2000)
    _add_contacts(dice, households)
    _add_needs(dice, households)
    return households


def _household(dice: Random, grid: Region, number: int) -> Household:
    head = person_name(dice)
    return Household(
        grid=grid, number=f"{number} 号", head=head, initials=initials(head), members=dice.choice((1, 2, 2, 3, 3, 4, 5)),
        address=address(dice, grid.parent.name, number), is_centre=dice.random() < 0.03,
    )  # fmt: skip


def _add_contacts(dice: Random, households: list[Household]) -> None:
    """Numbers of a range that is given to nobody."""
    contacts = []
    for n, household in enumerate(households):
        telephone = f"000-{n:08d}"
        contacts.append(
            HouseholdContact(household=household, telephone=telephone, telephone_hash=keyed_hash(telephone))
        )
    HouseholdContact.objects.bulk_create(contacts, batch_size=2000)


def _add_needs(dice: Random, households: list[Household]) -> None:
    needs = list(Need.objects.filter(retired=False))
    link = Household.needs.through
    if needs:
        rows = [
            link(household=household, need=dice.choice(needs))
            for household in households
            if dice.random() < 0.22
        ]
        link.objects.bulk_create(rows, batch_size=2000)
