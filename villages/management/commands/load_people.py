"""manage.py load_people FILE: cadres and their posts."""

import csv
import io
import os
from argparse import ArgumentParser

from django.core.management.base import CommandError
from django.db import transaction

from villages.loading import Report
from villages.loading.command import LoadCommand
from villages.loading.people import load_people


class Command(LoadCommand):
    help = (
        "Loads cadres and posts from a CSV file with username,name,telephone,role,unit,region,since,until[,email]. "
        "New cadres get one-time passwords, shown this once. Can be run again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--passwords", metavar="FILE", help="write the passwords into this new file instead"
        )

    @transaction.atomic
    def load(self, file: str, *, passwords: str | None, **options: object) -> Report:
        """Passwords are written before the people are: without them, nobody is loaded."""
        loaded = load_people(file)
        table = io.StringIO()
        csv.writer(table, lineterminator="\n").writerows(
            [("username", "name", "password"), *loaded.passwords]
        )
        if passwords:
            _write_privately(passwords, table.getvalue())
        elif loaded.passwords:
            self.stdout.write(table.getvalue())
        return loaded.report


def _write_privately(path: str, text: str) -> None:
    """A new file that only its owner reads; an existing one is never written over."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise CommandError(f"{path} can't be written: {error}. Nothing was changed.") from error
