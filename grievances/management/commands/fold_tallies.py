"""Adds up what the triggers appended: steps do it now and then; this does it steadily."""

import logging
import time
from argparse import ArgumentParser
from contextlib import suppress

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import Error, connection

from grievances.tallies.folding import fold_all

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Fold the changes of the figures into the tallies; with --every, until it is stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--every", type=float, help="seconds between two foldings; without it: once")

    def handle(self, *, every: float | None, **options: object) -> None:
        if settings.PROVINCE:
            raise CommandError("There is nothing to fold at a province: its districts do.")
        if every is None:
            self.stdout.write(f"{fold_all()} changes folded")
            return
        with suppress(KeyboardInterrupt):
            away = False
            while True:
                away = _fold(away=away)
                time.sleep(every)


def _fold(*, away: bool = False) -> bool:
    """Whether the database is away, until next time then; said once."""
    try:
        fold_all()
    except Error as error:
        if not away:
            logger.warning("not folded: %s", str(error).strip().splitlines()[0])
        connection.close()
        return True
    return False
