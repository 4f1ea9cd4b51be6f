"""What the loading commands share."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError, no_translations

from .problems import LoadRefused
from .report import Report

_SHOWN = 40


class LoadCommand(BaseCommand):
    """manage.py load_… FILE: says what was done; a refusal is one error with the rows and reasons."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="a CSV file in UTF-8, may be gzipped")

    def load(self, file: str, **options: object) -> Report:
        raise NotImplementedError

    @no_translations
    def handle(self, *, file: str, **options: object) -> None:
        try:
            report = self.load(file, **options)
        except LoadRefused as refused:
            raise CommandError(str(refused)) from refused
        for line in report.lines[:_SHOWN]:
            self.stdout.write(line)
        if len(report.lines) > _SHOWN:
            self.stdout.write(f"… and {len(report.lines) - _SHOWN:,} more")
        self.stdout.write(str(report))
