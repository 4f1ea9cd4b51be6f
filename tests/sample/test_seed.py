"""The sample comes from its seed alone: not from the hour at which it is made."""

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from grievances.measures import figures
from grievances.models import Opinion, Visit
from grievances.sample import district
from tests.factories import make_region
from villages.models import Cadre, Region

SMALL = district.Size(collected=120, resolved=88, last_year=20, households=400, towns=2)


@pytest.fixture
def ground(db: None) -> None:
    call_command("load_regions", "villages/data/dafeng_regions.csv", verbosity=0)
    call_command("load_reference", verbosity=0)


def made_at(hour: int) -> dict[str, object]:
    """What the sample holds when it is made at this hour of today; nothing of it stays."""
    now = timezone.make_aware(datetime.combine(timezone.localdate(), time(hour, 20)))
    with transaction.atomic():
        district.make(seed=7, password="x", size=SMALL, now=now)
        rows = figures.rows(cadre=None)
        found = {
            "by town": {
                town: figures.count(figures.rows(cadre=None, region=town))
                for town in ("320904001", "320904002")
            },
            "all": figures.count(rows),
            "numbers": sorted(Opinion.objects.values_list("number", "state", "recorded_at", "due_at")),
            "visits": sorted(Visit.objects.values_list("region").annotate(n=Count("pk"))),
            "latest": Opinion.objects.order_by("recorded_at").last().recorded_at,
        }
        transaction.set_rollback(True)
    return found


def test_two_runs_at_different_hours_of_one_day_give_the_same_district(ground: None) -> None:
    by_night, by_day = made_at(2), made_at(15)
    assert by_night == by_day
    assert by_day["all"]["collected"] == 120 + 20 + 12
    assert by_day["latest"] < timezone.now() - timedelta(minutes=1)


def test_any_other_district_can_be_made_with_numbers_and_people_of_its_own(db: None) -> None:
    other = make_region(code="320505", name="虎丘区")
    Region.objects.filter(pk=other.pk).update(abbreviation="HQ")
    for village in ("001001", "001002", "002001"):
        make_region(code=f"320505{village}")
    call_command("load_reference", verbosity=0)
    small = replace(SMALL, collected=60, resolved=44, last_year=10, households=120)
    district.make(seed=7, password="x", size=small, district="320505")
    assert figures.count(figures.rows(cadre=None, region="320505"))["collected"] == 60 + 10 + 12
    assert not Opinion.objects.exclude(region__code__startswith="320505").exists()
    assert not Opinion.objects.exclude(number__startswith="HQ").exists()
    assert Cadre.objects.get(username="outsider").posts.get().region_id == "320599"
