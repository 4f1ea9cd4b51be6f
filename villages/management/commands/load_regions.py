"""manage.py load_regions FILE: the official tree of regions."""

from argparse import ArgumentParser

from django.core.management.base import CommandError

from villages.loading import Report
from villages.loading.command import LoadCommand
from villages.loading.regions import load_regions


class Command(LoadCommand):
    help = "Loads regions from a CSV file with code,name,level,parent. Can be run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--yes", action="store_true", help="close even more than 5 %% of the regions")
        parser.add_argument(
            "--continue", dest="continued", action="extend", nargs="+", default=[], metavar="OLD=NEW",
            help="the vanished region OLD goes on as NEW",
        )  # fmt: skip

    def load(self, file: str, *, yes: bool, continued: list[str], **options: object) -> Report:
        return load_regions(file, continued=_pairs(continued), even_many=yes)


def _pairs(texts: list[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in texts:
        old, _equals, new = text.partition("=")
        if not (old and new):
            raise CommandError(f"--continue wants OLD=NEW, not {text!r}.")
        if pairs.setdefault(old, new) != new:
            raise CommandError(f"--continue names {old} twice.")
    return pairs
