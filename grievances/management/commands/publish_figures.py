"""manage.py publish_figures: at a district, for its province."""

import os
from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from grievances.province import Refused
from grievances.province.publishing import grant, publish


class Command(BaseCommand):
    help = (
        "Publish the district's counts and the names of its places, for a province to subscribe to. "
        "Run it again after every upgrade. A new role gets the password of REPLICATION_PASSWORD."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--district", required=True, help="official code, such as 320904")
        parser.add_argument("--role", help="let this role take them in; it is made where it is missing")

    def handle(self, *, district: str, role: str | None, **options: object) -> None:
        if settings.PROVINCE:
            raise CommandError("This is a province: its districts publish, not the province.")
        try:
            said = publish(district=district)
            if role:
                said += grant(district=district, role=role, password=os.environ.get("REPLICATION_PASSWORD"))
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        for line in said:
            self.stdout.write(line)
