"""Things that tests need, made plainly and always the same."""

from datetime import date, datetime
from itertools import count, pairwise

from django.utils import timezone

from grievances.models import Campaign, Category, Opinion
from grievances.steps.record import Accused, Said
from villages.models import LEVEL_OF_LENGTH, Cadre, Household, Post, Region, Role, Unit, UnitKind

DISTRICT, TOWN, VILLAGE, GRID = "320904", "320904001", "320904001001", "320904001001001"
LONG_AGO = date(2020, 1, 1)
PASSWORD = "correct horse battery"
_numbers = count(10_001)  # far from those that tests give themselves


def make_region(*, code: str, name: str = "") -> Region:
    """A region with all above it."""
    codes = [code[:length] for length in sorted(LEVEL_OF_LENGTH) if length <= len(code)]
    known = Region.objects.in_bulk(codes)
    for parent, part in pairwise([None, *codes]):
        if part in known:
            continue
        known[part] = Region.objects.create(
            code=part,
            name=name if part == code and name else f"区划{part}",
            level=LEVEL_OF_LENGTH[len(part)],
            parent_id=parent,
            abbreviation={"320904": "DF", "320903": "TH"}.get(part),
        )
    return known[code]


def make_unit(
    *, code: str, region: str = DISTRICT, kind: str = UnitKind.DEPARTMENT, parent: Unit | None = None
) -> Unit:
    found = Unit.objects.filter(code=code).first()
    return found or Unit.objects.create(
        code=code,
        name=f"单位{code}",
        name_en=f"Unit {code}",
        kind=kind,
        region=make_region(code=region),
        parent=parent,
    )


def make_cadre(
    *,
    name: str,
    role: Role | None = None,
    unit: Unit | None = None,
    region: str | None = None,
    **post: object,
) -> Cadre:
    """A cadre with a post in force since long ago, or with none."""
    cadre = Cadre.objects.create_user(name, PASSWORD, name=f"干部{name}")
    if role:
        place = make_region(code=region) if region else unit.region
        Post.objects.create(cadre=cadre, role=role, unit=unit, region=place, **{"since": LONG_AGO} | post)
    return Cadre.objects.get(pk=cadre.pk)


def fresh(cadre: Cadre) -> Cadre:
    """The cadre as the next request sees them."""
    return Cadre.objects.get(pk=cadre.pk)


def make_household(*, grid: str = GRID, number: str | None = None, head: str = "陈小明") -> Household:
    return Household.objects.create(
        grid=make_region(code=grid), number=number or f"{next(_numbers)} 号", head=head, members=3
    )


def make_category(*, code: str = "roads-potholes", **fields: object) -> Category:
    top, _made = Category.objects.get_or_create(code=code.split("-")[0], defaults={"name": "道路"})
    found, _made = Category.objects.get_or_create(
        code=code, defaults={"name": "路面坑洼", "name_en": "Potholes", "parent": top} | fields
    )
    return found


def make_campaign(*, region: str = DISTRICT, **fields: object) -> Campaign:
    today = timezone.localdate()
    return Campaign.objects.create(
        **{
            "name": "大走访",
            "name_en": "Big visit",
            "year": today.year,
            "region": make_region(code=region),
            "starts": date(today.year - 1, 1, 1),
            "ends": date(today.year + 1, 12, 31),
        }
        | fields
    )


def make_opinion(
    *,
    by: Cadre,
    region: str = GRID,
    category: Category | None = None,
    kind: str = "named",
    name: str = "陈小明",
    household: Household | None = None,
    said_at: datetime | None = None,
    accused: list[Accused] | None = None,
    text: str = "村口到卫生室的路坑洼，三轮车颠坏两次",
    **fields: object,
) -> Opinion:
    """An opinion just written down."""
    said = (
        Said(kind="anonymous")
        if kind == "anonymous"
        else Said(kind, name, "051588880000", household=household)
    )
    return Opinion.record(
        by=by,
        text=text,
        category=category or make_category(),
        region=make_region(code=region),
        said=said,
        said_at=said_at or fields.get("at") or timezone.now(),
        accused=accused,
        **fields,
    )
