"""Lets saved views call their owners, and forgets who had which case open."""

import logging
import time
from argparse import ArgumentParser
from contextlib import suppress

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import Error, connection
from django.utils import timezone

from grievances import presence
from grievances.alerts import due_alerts

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Tell the owners of saved views what is in them, as they asked; with --every, until it is stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--every", type=float, help="seconds between two rounds; without it: once")

    def handle(self, *, every: float | None, **options: object) -> None:
        if settings.PROVINCE:
            raise CommandError("There are no views at a province.")
        if every is None:
            self.stdout.write(f"{_round()} views called")
            return
        with suppress(KeyboardInterrupt):
            while True:
                try:
                    _round()
                except Error as error:
                    logger.warning("no views called: %s", str(error).strip().splitlines()[0])
                    connection.close()
                time.sleep(every)


def _round() -> int:
    now = timezone.now()
    presence.forget(now)
    return len(due_alerts(now))
