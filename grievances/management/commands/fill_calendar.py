"""The working calendar of given years."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from grievances import reference


class Command(BaseCommand):
    help = "Fill the working calendar from the announced shifts; days that are there already stay."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("year", nargs="+", type=int)

    def handle(self, *, year: list[int], **options: object) -> None:
        for filled, days in reference.fill_calendar(*year).items():
            known = f"{days} days" if days else "not announced yet: Monday to Friday count"
            self.stdout.write(f"{filled}: {known}")
