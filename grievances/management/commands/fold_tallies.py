"""Adds up what the triggers appended: steps do it now and then; this does it steadily."""

import time
from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from grievances.tallies.folding import fold_all


class Command(BaseCommand):
    help = "Fold the changes of the figures into the tallies; with --every, until it is stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--every", type=float, help="seconds between two foldings; without it: once")

    def handle(self, *, every: float | None, **options: object) -> None:
        if settings.PROVINCE:
            raise CommandError("There is nothing to fold at a province: its districts do.")
        taken = fold_all()
        while every is not None:
            time.sleep(every)
            fold_all()
        self.stdout.write(f"{taken} changes folded")
