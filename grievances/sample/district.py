"""The whole sample: places, people, two campaigns, and what stands around them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from grievances import reference
from grievances.flow.calendar import WorkingCalendar, midnight
from grievances.models import (
    Campaign,
    Category,
    DispatchRule,
    Event,
    Notice,
    Visit,
    VisitKind,
)
from grievances.numbers import SEQUENCE
from grievances.sample import campaigns, common_problems, fates, households, people, phrases
from grievances.sample.office import Office
from grievances.sample.writer import Writer
from villages.models import Cadre, Level, Region, Role

_DAY = timedelta(days=1)
DAFENG = people.DAFENG
# Where it works better, and worse, so that a comparison has something to find; elsewhere the second town and the last.
_BETTER, _WORSE = "320904002", "320904107"


@dataclass(frozen=True)
class Size:
    """How much of everything; smaller in tests."""

    collected: int = fates.COLLECTED
    resolved: int = fates.RESOLVED
    last_year: int = 3000
    households: int = 16_000
    towns: int | None = None


@transaction.atomic
def make(
    *,
    seed: int,
    password: str,
    size: Size | None = None,
    now: datetime | None = None,
    district: str = DAFENG,
) -> None:
    """Fill an empty database that has regions and reference data.

    All of it happens before today, so that on one day the same seed gives the same district at any hour.
    """
    size = size or Size()
    today = midnight(timezone.localdate(now))
    dice = Random(seed)
    villages = lived_in(size, district)
    units = people.make_units(district)
    demo_village = villages[0].pk
    staff = people.make_people(dice, units, demo_village=demo_village, code=district)
    staff.save(password)
    people.somebody_away(staff, units["transport"], today=timezone.localdate(now))
    reference.load_rules()
    grids = households.make_grids(villages)
    homes = households.make_households(dice, grids, total=size.households, demo_grid=f"{demo_village}001")
    categories = Category.objects.filter(code__in=phrases.subcategories()).select_related("parent")
    office = Office(
        staff, units, list(DispatchRule.objects.select_related("unit")), list(categories),
        WorkingCalendar.load(), dice, today, district=Region.objects.get(pk=district),
    )  # fmt: skip
    writer = Writer(office, homes, demo_grid=f"{demo_village}001", ends=_ends(villages, district))
    now = office.now
    writer.run(
        _campaign(office, "last", now - 365 * _DAY),
        fates.last_year(dice, collected=size.last_year),
        past=True,
    )
    this = _campaign(office, "this", now)
    writer.run(this, fates.this_year(dice, collected=size.collected, resolved=size.resolved), past=False)
    writer.finish()
    writer.other_sources()
    writer.save_visits(leaders_talks(office, this))
    common_problems.make(office)
    advance_numbers(office.sequence)
    notices(staff, now=office.now)


def lived_in(size: Size, district: str = DAFENG) -> list[Region]:
    """The villages where people live, in the first towns of the district or all."""
    towns = Region.objects.level(Level.TOWN).within(district).order_by("pk")[: size.towns]
    found = Region.objects.level(Level.VILLAGE).filter(parent__in=list(towns)).order_by("pk")
    return [village for village in found if not village.is_empty_place]


def _ends(villages: list[Region], district: str) -> tuple[str, str]:
    """The towns where it works better, and worse."""
    if district == DAFENG:
        return _BETTER, _WORSE
    towns = sorted({village.parent_id for village in villages})
    return towns[min(1, len(towns) - 1)], towns[-1]


def _campaign(office: Office, which: str, now: datetime) -> Campaign:
    """The campaign that has run for 150 days at this moment."""
    today = timezone.localdate(now)
    starts = today - timedelta(days=campaigns.RAN)
    ends = starts + timedelta(days=campaigns.RAN + campaigns.TO_RUN)
    return campaigns.make(
        office.people, office.units, which, year=today.year, starts=starts, ends=ends, today=today,
        region=office.district,
    )  # fmt: skip


def advance_numbers(used: int) -> None:
    """Let the numbers that are given from now on follow those of the sample."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(%s, %s)", [SEQUENCE, max(used, 1)])


def notices(staff: people.People, *, now: datetime, since: datetime | None = None) -> None:
    """A few unseen notices for the demo accounts; and they have looked at their changes lately.

    Among millions only the events ``since`` a moment are looked through.
    """
    recent = Q(recorded_at__gte=since) if since else Q()
    Cadre.objects.filter(is_demo=True).update(changes_seen_at=now - 4 * _DAY)
    for cadre in staff.cadres:
        if cadre.is_demo:
            events = Event.objects.filter(recent, opinion__person=cadre, opinion__accusing=False)
            events = events.exclude(actor=cadre)
            Notice.objects.bulk_create(
                [
                    Notice(cadre=cadre, event=e, opinion_id=e.opinion_id, made_at=e.recorded_at)
                    for e in events.order_by("-recorded_at")[:5]
                ]
            )


def leaders_talks(office: Office, campaign: Campaign) -> list[Visit]:
    """Leaders who talked with a village's team or secretary."""
    talks = []
    for unit in list(office.units.values()):
        if unit.kind == "town":
            leader = office.people.of(Role.LEADER, unit)[0]
            kind = office.dice.choice((VisitKind.TEAM, VisitKind.SECRETARY))
            at = office.now - timedelta(days=office.dice.randrange(3, 120))
            talks.append(
                Visit(
                    campaign=campaign,
                    kind=kind,
                    region=unit.region,
                    said_at=at,
                    recorded_at=at,
                    recorded_by=leader,
                    remarks=phrases.general(office.dice, "leader_talks", kind),
                )
            )
    return talks
