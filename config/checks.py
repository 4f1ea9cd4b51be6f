"""What must not be so in production."""

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register
from django.db import Error as DatabaseError


@register(Tags.security, deploy=True)
def no_demo_accounts(app_configs: object, **kwargs: object) -> list[Error]:
    """Demo accounts have well-known names and passwords: never beside real data."""
    from villages.models import Cadre

    if settings.DEMO or settings.DEBUG:
        return []
    try:
        found = Cadre.objects.filter(is_demo=True).exists()
    except DatabaseError:
        return []
    message = "Demo accounts exist, but neither DEMO nor DEBUG is on. Delete or disable them."
    return [Error(message, id="config.E001")] if found else []


@register(Tags.database)
def enough_workers(
    app_configs: object, databases: list[str] | None = None, **kwargs: object
) -> list[Warning]:
    """A province whose server has fewer workers than districts: some of them stand still without a word."""
    from grievances.province.capacity import shortages

    if not settings.PROVINCE or not databases:
        return []
    try:
        return [Warning(short, id="config.W001") for short in shortages()]
    except DatabaseError:
        return []
