"""manage.py load_regions FILE: the official tree of regions."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError, no_translations

from villages.loading import LoadRefused
from villages.loading.regions import load_regions

_SHOWN = 40


class Command(BaseCommand):
    help = "Loads regions from a CSV file (also .gz) with code,name,level,parent. Can be run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file")
        parser.add_argument("--yes", action="store_true", help="close more than 5 %% of the regions")
        parser.add_argument(
            "--continue", dest="continued", action="append", nargs="+", default=[], metavar="OLD=NEW",
            help="the vanished region OLD goes on as NEW",
        )  # fmt: skip

    @no_translations
    def handle(self, *, file: str, yes: bool, continued: list[list[str]], **options: object) -> None:
        try:
            report = load_regions(file, continued=_pairs(continued), even_many=yes)
        except LoadRefused as refused:
            raise CommandError(str(refused)) from refused
        for line in report.lines[:_SHOWN]:
            self.stdout.write(line)
        if len(report.lines) > _SHOWN:
            self.stdout.write(f"… and {len(report.lines) - _SHOWN:,} more")
        self.stdout.write(str(report))


def _pairs(groups: list[list[str]]) -> dict[str, str]:
    pairs = {}
    for text in (text for group in groups for text in group):
        old, equals, new = text.partition("=")
        if not (old and equals and new):
            raise CommandError(f"--continue wants OLD=NEW, not {text!r}.")
        if pairs.setdefault(old, new) != new:
            raise CommandError(f"--continue names {old} twice.")
    return pairs
