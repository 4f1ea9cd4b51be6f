"""Deadlines in working days, after the working calendar has changed."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand
from django.utils import timezone

from grievances.flow.reckoning import outdated, reckon_all


class Command(BaseCommand):
    help = "Recompute the open deadlines in working days; --dry-run only shows what would change."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true")

    def handle(self, *, dry_run: bool, **options: object) -> None:
        changed = outdated()
        for clock, due in changed:
            old, new = (timezone.localtime(moment).date() for moment in (clock.due_at, due))
            self.stdout.write(f"{clock.opinion.number} {clock.get_kind_display()}: {old} → {new}")
        if not dry_run:
            reckon_all()
        self.stdout.write(f"{len(changed)} deadlines {'would change' if dry_run else 'changed'}")
