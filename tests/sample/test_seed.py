"""The sample comes from its seed alone: not from the hour at which it is made."""

from datetime import datetime, time, timedelta

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from grievances import figures
from grievances.models import Opinion, Visit
from grievances.sample import district

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
