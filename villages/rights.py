"""The log of what gives rights or takes them, which the auditor reads: what is done beside Django's admin."""

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.db.models import Model

from villages.models import Cadre


def note_change(thing: Model, *, by: Cadre, **values: object) -> None:
    """Note that somebody changed a thing, and what was set."""
    _note(thing, by, CHANGE, {"changed": {"fields": sorted(values)}}, values)


def note_addition(thing: Model, *, by: Cadre, **values: object) -> None:
    """Note that somebody made a thing, and what it says."""
    _note(thing, by, ADDITION, {"added": {}}, values)


def _note(thing: Model, by: Cadre, flag: int, said: dict, values: dict[str, object]) -> None:
    words = {name: str(value) for name, value in values.items()}
    LogEntry.objects.log_actions(by.pk, [thing], flag, [said, {"set": words}], single_object=True)
