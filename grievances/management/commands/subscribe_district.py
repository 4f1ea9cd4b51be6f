"""manage.py subscribe_district: at a province, for each of its districts."""

import os
import re
from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from grievances.province import Refused, subscribing


class Command(BaseCommand):
    help = (
        "Take in a district's figures from now on, or change how; with --remove, end it and forget the district. "
        "DISTRICT_URL instead of --url keeps the password out of the list of processes."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--district", required=True, help="official code, such as 320904")
        parser.add_argument(
            "--url", help="postgresql://role:password@host:5432/name of the district's database"
        )
        parser.add_argument("--site", default="", help="https://… of the district's own site, for links")
        parser.add_argument("--remove", action="store_true")

    def handle(self, *, district: str, url: str | None, site: str, remove: bool, **options: object) -> None:
        if not settings.PROVINCE:
            raise CommandError("Only a province subscribes: set PROVINCE=1 where this is one.")
        if not re.fullmatch(r"[0-9]{6}", district):
            raise CommandError(f"A district's code has six digits, not {district!r}.")
        url = url or os.environ.get("DISTRICT_URL", "")
        try:
            said = (
                subscribing.remove(district=district)
                if remove
                else subscribing.subscribe(district=district, url=url, site=site)
            )
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        for line in said:
            self.stdout.write(line)
