"""Deadlines in working days, after the working calendar has changed."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand
from django.utils import timezone

from grievances.calendar import WorkingCalendar
from grievances.models import Clock, DayKind, Opinion


class Command(BaseCommand):
    help = "Recompute the open deadlines in working days; --dry-run only shows what would change."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true")

    def handle(self, *, dry_run: bool, **options: object) -> None:
        changed = _changed()
        for clock, due in changed:
            old, new = (timezone.localtime(moment).date() for moment in (clock.due_at, due))
            self.stdout.write(f"{clock.opinion.number} {clock.get_kind_display()}: {old} → {new}")
        if not dry_run:
            for pk in {clock.opinion_id for clock, _due in changed}:
                Opinion.objects.get(pk=pk).reckon(by=None)
        self.stdout.write(f"{len(changed)} deadlines {'would change' if dry_run else 'changed'}")


def _changed() -> list[tuple[Clock, object]]:
    calendar = WorkingCalendar.load()
    running = Clock.objects.filter(stopped_at=None, day_kind=DayKind.WORKING).select_related("opinion")
    due = ((clock, calendar.due(clock.base_at, days=clock.days, working=True)) for clock in running)
    return [(clock, moment) for clock, moment in due if moment != clock.due_at]
