"""The figures of a place and campaign on a day, by the same code as the dashboard."""

import json
from argparse import ArgumentParser
from datetime import date

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from grievances.models import Campaign
from grievances.tallies.columns import value
from grievances.tallies.counting import Counting
from villages.models import Region

SHOWN = (
    "collected", "assigned", "resolved", "explained", "closed", "late", "contacted", "solved", "satisfied",
)  # fmt: skip


class Command(BaseCommand):
    help = "Print the figures of a campaign (by default the current one), for a region and a day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--campaign", type=int, help="the campaign's id or year; default: the region's current one"
        )
        parser.add_argument("--region", help="official code; default: everywhere")
        parser.add_argument("--as-of", type=date.fromisoformat, help="a past day, YYYY-MM-DD")
        parser.add_argument("--json", action="store_true", help="one flat JSON object")

    def handle(
        self, *, campaign: int | None, region: str | None, as_of: date | None, json: bool, **options: object
    ) -> None:
        if region and not Region.objects.filter(pk=region).exists():
            raise CommandError(f"There is no region {region}.")
        if as_of and as_of > timezone.localdate():
            raise CommandError(f"{as_of} lies in the future.")
        chosen = _campaign(campaign, region, as_of)
        counts = Counting(None, region or "", chosen, as_of).total()
        self.stdout.write(_text({name: value(counts, name) for name in SHOWN}, as_json=json))


def _campaign(asked: int | None, region: str | None, as_of: date | None) -> Campaign:
    if asked is None:
        near = Campaign.objects.covering(region) if region else Campaign.objects.all()
        chosen = near.current(on=as_of or timezone.localdate())
    else:
        chosen = Campaign.objects.filter(pk=asked).first() or Campaign.objects.filter(year=asked).first()
    if chosen is None:
        raise CommandError("There is no such campaign.")
    return chosen


def _text(counted: dict[str, int], *, as_json: bool) -> str:
    if as_json:
        return json.dumps(counted)
    return "\n".join(f"{name:<10} {number:>8,}" for name, number in counted.items())
