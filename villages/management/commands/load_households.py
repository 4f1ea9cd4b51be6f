"""manage.py load_households FILE: who lives in the grids."""

from argparse import ArgumentParser

from villages.loading import Report
from villages.loading.command import LoadCommand
from villages.loading.households import load_households


class Command(LoadCommand):
    help = (
        "Loads households from a CSV file with grid,number,head[,address,members,needs,telephone,centre]. "
        "Can be run again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--make-grids", action="store_true", help="make grids that a known village lacks")

    def load(self, file: str, *, make_grids: bool, **options: object) -> Report:
        return load_households(file, make_grids=make_grids)
