"""The demo accounts of a province: whoever looks after its districts, and an administrator."""

from datetime import date

from django.contrib.auth.hashers import make_password
from django.db import transaction

from villages.models import Cadre, Level, Post, Region, Role, Unit, UnitKind

# account → (role, level of the region that it looks after)
ACCOUNTS = {
    "leader": (Role.LEADER, Level.PROVINCE, "王立民"),
    "auditor": (Role.AUDITOR, Level.PROVINCE, "李守正"),
    "coordinator": (Role.COORDINATOR, Level.CITY, "张文斌"),
    "administrator": (Role.ADMINISTRATOR, Level.PROVINCE, "赵春兰"),
}
_LONG_AGO = date(2015, 1, 1)


@transaction.atomic
def make(*, password: str) -> None:
    """Four people with a post each; the coordinator's is in the first city."""
    hashed = make_password(password)
    for name, (role, level, full_name) in ACCOUNTS.items():
        region = Region.objects.level(level).order_by("pk").first()
        cadre = Cadre.objects.create(username=name, name=full_name, password=hashed, is_demo=True)
        Post.objects.create(cadre=cadre, role=role, unit=_office(region), region=region, since=_LONG_AGO)


def _office(region: Region) -> Unit:
    unit, _made = Unit.objects.get_or_create(
        code=f"petitions-{region.pk}",
        defaults={
            "name": f"{region.name}信访局",
            "name_en": f"Petitions Bureau of {region.name_en}",
            "kind": UnitKind.DEPARTMENT,
            "region": region,
        },
    )
    return unit
