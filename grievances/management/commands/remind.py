"""What comes round by itself: escalations, what is told together, and whatever else ``grievances.periodic`` lists."""

import time
from argparse import ArgumentParser
from contextlib import suppress

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from grievances.periodic import run_all


class Command(BaseCommand):
    help = "Do what is due: escalate, send, and so on; with --every, until it is stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--every", type=float, help="seconds between two rounds; without it: once")

    def handle(self, *, every: float | None, **options: object) -> None:
        if settings.PROVINCE:
            raise CommandError("There is nobody to remind at a province: its districts do.")
        if every is None:
            if failed := run_all():
                raise CommandError(f"failed: {', '.join(failed)}; the log says why.")
            return
        with suppress(KeyboardInterrupt):
            while True:
                run_all()
                time.sleep(every)
