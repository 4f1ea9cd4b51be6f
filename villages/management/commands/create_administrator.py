"""manage.py create_administrator: the first person, who gives everybody else their posts."""

import sys
from argparse import ArgumentParser
from getpass import getpass

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, no_translations
from django.db import transaction

from villages.models import Cadre, Level, Post, Region, Role, Unit, UnitKind


class Command(BaseCommand):
    help = "Makes an administrator. Asks for what the options don't say."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--username")
        parser.add_argument("--name")
        parser.add_argument("--unit", help="code of a unit; with no unit yet, it is made for the district")
        parser.add_argument(
            "--password-stdin", action="store_true", help="read the password from standard input"
        )

    @no_translations
    @transaction.atomic
    def handle(
        self,
        *,
        username: str | None,
        name: str | None,
        unit: str | None,
        password_stdin: bool,
        **options: object,
    ) -> None:
        cadre = Cadre(username=username or _ask("Sign-in name"), name=name or _ask("Name"))
        post = Post(cadre=cadre, role=Role.ADMINISTRATOR, unit=_unit(unit or _ask("Code of the unit")))
        password = sys.stdin.readline().rstrip("\r\n") if password_stdin else _ask_password()
        try:
            validate_password(password, cadre)
            cadre.set_password(password)
            cadre.full_clean()
            cadre.save()
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        post.save()
        self.stdout.write(f"{cadre.username} is an administrator and signs in with that password.")


def _ask(what: str) -> str:
    if not sys.stdin.isatty():
        raise CommandError(f"{what}: give it as an option.")
    return input(f"{what}: ").strip()


def _ask_password() -> str:
    if not sys.stdin.isatty():
        raise CommandError("Give the password with --password-stdin.")
    password = getpass("Password: ")
    if password != getpass("Password again: "):
        raise CommandError("The passwords differ.")
    return password


def _unit(code: str) -> Unit:
    """The unit with this code; made when there is none at all, because somebody has to begin."""
    found = Unit.objects.filter(code=code).first()
    if found:
        return found
    if Unit.objects.exists():
        raise CommandError(f"There is no unit {code}. Load it with load_units.")
    districts = list(Region.objects.open().level(Level.DISTRICT)[:2])
    if len(districts) != 1:
        raise CommandError("Load the regions of one district first, or the units: the unit serves a region.")
    unit = Unit(code=code, name=code, kind=UnitKind.DEPARTMENT, region=districts[0])
    unit.clean_fields(exclude=["path"])
    unit.save()
    return unit
