"""The synthetic sample district."""

import os
import time
from argparse import ArgumentParser

from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError

from grievances.models import Opinion
from grievances.sample import district as sample
from grievances.sample import province as sample_province
from villages.models import Cadre, Region


class Command(BaseCommand):
    help = "Fill an empty database with a synthetic district; regions and reference data come first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=2026)
        parser.add_argument("--password", default=os.environ.get("DEMO_PASSWORD"))
        parser.add_argument("--password-only", action="store_true", help="only set the demo password")
        parser.add_argument("--district", default=sample.DAFENG, help="official code of another district")
        parser.add_argument("--province", action="store_true", help="accounts of a province, nothing else")
        parser.add_argument("--towns", type=int, help="fewer towns, and as many fewer opinions: for tests")

    def handle(self, *, password: str | None, password_only: bool, province: bool, **options: object) -> None:
        if not password:
            raise CommandError("Give --password, or set DEMO_PASSWORD.")
        if password_only:
            Cadre.objects.filter(is_demo=True).update(password=make_password(password))
            return
        if Opinion.objects.exists() or Cadre.objects.exists():
            raise CommandError(
                "There are people or opinions here already: the sample needs an empty database."
            )
        if province:
            sample_province.make(password=password)
        else:
            self._district(password=password, **options)

    def _district(
        self, *, seed: int, password: str, district: str, towns: int | None, **options: object
    ) -> None:
        if not Region.objects.filter(pk=district).exists():
            raise CommandError(
                "Load the regions first: manage.py load_regions villages/data/dafeng_regions.csv"
            )
        began = time.monotonic()
        sample.make(seed=seed, password=password, size=_size(towns), district=district)
        self.stdout.write(
            f"{Opinion.objects.count():,} opinions in {time.monotonic() - began:.0f} s, seed {seed}"
        )


def _size(towns: int | None) -> sample.Size:
    if towns is None:
        return sample.Size()
    return sample.Size(
        collected=120 * towns, resolved=88 * towns, last_year=40 * towns, households=400 * towns, towns=towns
    )
