"""The synthetic sample district."""

import os
import time
from argparse import ArgumentParser
from functools import partial

from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError

from grievances.models import Opinion
from grievances.sample import district as sample
from grievances.sample import province as sample_province
from grievances.sample.bulk import ledger
from grievances.sample.bulk.run import run
from villages.models import Cadre, Region

# The numbers of a year have seven digits, apart from those of anonymous opinions.
_MOST_OPINIONS = 19_000_000


class Command(BaseCommand):
    help = "Fill an empty database with a synthetic district; regions and reference data come first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=2026)
        parser.add_argument("--password", default=os.environ.get("DEMO_PASSWORD"))
        parser.add_argument("--password-only", action="store_true", help="only set the demo password")
        parser.add_argument("--district", default=sample.DAFENG, help="official code of another district")
        parser.add_argument("--province", action="store_true", help="accounts of a province, nothing else")
        parser.add_argument("--towns", type=int, help="fewer towns, and as many fewer opinions: for tests")
        parser.add_argument(
            "--opinions", type=int, help="so many, even millions; run again after a kill, it goes on"
        )

    def handle(
        self,
        *,
        password: str | None,
        password_only: bool,
        province: bool,
        opinions: int | None,
        seed: int,
        **options: object,
    ) -> None:
        if not password:
            raise CommandError("Give --password, or set DEMO_PASSWORD.")
        if password_only:
            Cadre.objects.filter(is_demo=True).update(password=make_password(password))
            return
        if province:
            _check_empty()
            sample_province.make(password=password)
            return
        began = time.monotonic()
        if opinions is None:
            opinions = self._district(seed, password, **options)
        else:
            self._bulk(opinions, seed, password, began)
        self.stdout.write(f"{opinions:,} opinions in {time.monotonic() - began:.0f} s, seed {seed}")

    def _district(
        self, seed: int, password: str, *, district: str, towns: int | None, **options: object
    ) -> int:
        _check_empty()
        _check_regions(district)
        sample.make(seed=seed, password=password, size=_size(towns), district=district)
        return Opinion.objects.count()

    def _bulk(self, opinions: int, seed: int, password: str, began: float) -> None:
        if not 1 <= opinions <= _MOST_OPINIONS:
            raise CommandError(f"--opinions must be between 1 and {_MOST_OPINIONS:,}.")
        if not ledger.exists():
            _check_empty()
            _check_regions(sample.DAFENG)
        try:
            run(opinions=opinions, seed=seed, password=password, say=partial(self._say, began))
        except ledger.Refused as error:
            raise CommandError(str(error)) from error

    def _say(self, began: float, text: str) -> None:
        self.stdout.write(f"{time.monotonic() - began:6.1f} s  {text}")
        self.stdout.flush()


def _check_empty() -> None:
    if Opinion.objects.exists() or Cadre.objects.exists():
        raise CommandError("There are people or opinions here already: the sample needs an empty database.")


def _check_regions(district: str) -> None:
    if not Region.objects.filter(pk=district).exists():
        raise CommandError("Load the regions first: manage.py load_regions villages/data/dafeng_regions.csv")


def _size(towns: int | None) -> sample.Size:
    if towns is None:
        return sample.Size()
    return sample.Size(
        collected=120 * towns, resolved=88 * towns, last_year=40 * towns, households=400 * towns, towns=towns
    )
