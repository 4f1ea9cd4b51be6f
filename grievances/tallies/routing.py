"""From which database tallies are read."""

from django.db import router

from grievances.models import Tally


def alias() -> str:
    return router.db_for_read(Tally)
