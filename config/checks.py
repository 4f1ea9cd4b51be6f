"""What must not be so in production."""

from django.conf import settings
from django.core.checks import Error, Tags, register
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
