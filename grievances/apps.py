"""The loop: from what people say to the confirmed answer."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GrievancesConfig(AppConfig):
    name = "grievances"
    verbose_name = _("Opinions")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from grievances.lists import columns
        from grievances.messaging import notices
        from grievances.people import handover
        from grievances.tallies import folding

        columns.connect()
        handover.connect()
        notices.connect()
        # Last: of all that comes after a step this may wait.
        folding.connect()
