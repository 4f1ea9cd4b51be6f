"""manage.py load_needs [FILE]: what households are marked with."""

from argparse import ArgumentParser
from pathlib import Path

from villages.loading import Report
from villages.loading.command import LoadCommand
from villages.loading.needs import load_needs

_OURS = Path(__file__).resolve().parents[2] / "data" / "needs.csv"


class Command(LoadCommand):
    help = "Loads needs from a CSV file with code,name,name_en. Can be run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", nargs="?", default=str(_OURS), help="by default the list that comes with it"
        )

    def load(self, file: str, **options: object) -> Report:
        return load_needs(file)
