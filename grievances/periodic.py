"""What comes round by itself, as data: ``manage.py remind --every 60`` does each of these once a minute.

A task is told the moment and does what is due by then, also what became due while the program stood still. It may be
done again, and by two at once: what it does, it does once. A part of the program with work of its own adds a line.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import Error, connection
from django.utils import timezone

from grievances.desk import presence
from grievances.escalating.sweep import escalate
from grievances.messaging import sending
from grievances.people.standing_in import tell_of_the_day
from grievances.phones import photos
from grievances.saved.alerts import due_alerts

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Periodic:
    """One thing that comes round; quick where nothing is due."""

    name: str
    run: Callable[[datetime], object]


TASKS: tuple[Periodic, ...] = (
    Periodic("escalations", escalate),
    Periodic("views that call", due_alerts),
    Periodic("standing in", tell_of_the_day),
    Periodic("who has which case open", presence.forget),
    Periodic("parts of photographs", photos.sweep),
    # Last: what the others tell is sent in the same round.
    Periodic("messages", sending.ask_for_sending),
    Periodic("old messages", sending.prune),
)


def run_all(tasks: tuple[Periodic, ...] = TASKS, *, now: datetime | None = None) -> list[str]:
    """Do what is due of everything; the names of what failed. One that fails keeps none of the others."""
    now = now or timezone.now()
    return [task.name for task in tasks if not _done(task, now)]


def _done(task: Periodic, now: datetime) -> bool:
    try:
        task.run(now)
    except Error as error:
        logger.warning("%s: %s", task.name, str(error).strip().partition("\n")[0])
        connection.close()
    except Exception:  # whatever one part does wrong, the others go on
        logger.exception("%s failed", task.name)
    else:
        return True
    return False
