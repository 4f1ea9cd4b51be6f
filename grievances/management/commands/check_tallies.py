"""Compares the tallies with a plain count."""

from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from grievances.tallies.checking import Difference, check

_SHOWN = 50


class Command(BaseCommand):
    help = (
        "Compare every tally with what the opinions' spans say, place by place; --repair mends differences."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--repair", action="store_true")

    def handle(self, *, repair: bool, **options: object) -> None:
        if settings.PROVINCE:
            raise CommandError("A province has no opinions to compare with: check at the districts.")
        found = check(repair=repair)
        for difference in found[:_SHOWN]:
            self.stdout.write(_line(difference))
        if len(found) > _SHOWN:
            self.stdout.write(f"… and {len(found) - _SHOWN} more")
        if not found:
            self.stdout.write("The tallies say what a plain count says.")
        elif repair:
            self.stdout.write(f"{len(found)} tallies mended.")
        else:
            raise CommandError(f"{len(found)} tallies differ; --repair mends them.")


def _line(difference: Difference) -> str:
    counts = ", ".join(f"{name} {number:+d}" for name, number in difference.counts.items())
    return f"{difference.place} {difference.dimension} {difference.key} {difference.period}: {counts}"
