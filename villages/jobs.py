"""Background jobs: work that takes longer than a page may, done by ``manage.py db_worker``.

A job is a function of plain values that may be done again: a worker can be stopped in the middle of one.
"""

import re
import uuid
from collections.abc import Callable
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult, get_date_max

# A worker that was killed leaves its job as running; none of ours takes so long.
FORGOTTEN = timedelta(minutes=10)
# What may stand for a person, a place or a secret: anything quoted or not English, and long numbers. Names of our
# own tables and constraints, with an underscore, stay.
_QUOTED = re.compile(r"""(["'“‘«(])(?!\w*_\w*["')])[^"'”’»)]*(["'”’»)])""")
_NOT_ENGLISH = re.compile(r"[^\x20-\x7e“”‘’«»…]+|\d{5,}")
_LONGEST = 200

_labels: dict[str, str] = {}


def job(label: str) -> Callable[[Callable], Task]:
    """Make a function of a module a job; the label says to an administrator what it does."""

    def decorate(function: Callable) -> Task:
        made = task(function)
        _labels[made.module_path] = label
        return made

    return decorate


def label_of(row: DBTaskResult) -> str:
    """What a job does, in the reader's language; its name where the program no longer knows it."""
    return str(_labels.get(row.task_path, row.task_path.rpartition(".")[2]))


def waiting() -> QuerySet[DBTaskResult]:
    """Those that a worker could do now; what is only to be done on another day waits for nobody."""
    return DBTaskResult.objects.ready().order_by("enqueued_at")


def waits(asked: Task) -> bool:
    """Whether this job waits already."""
    return waiting().filter(task_path=asked.module_path).exists()


def running() -> QuerySet[DBTaskResult]:
    return DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING).order_by("started_at")


def failed() -> QuerySet[DBTaskResult]:
    return DBTaskResult.objects.filter(status=TaskResultStatus.FAILED).order_by("-finished_at")


def may_run_again(row: DBTaskResult) -> bool:
    """Whether it failed, or runs for so long that its worker must be gone."""
    if row.status == TaskResultStatus.RUNNING:
        return row.started_at < timezone.now() - FORGOTTEN
    return row.status == TaskResultStatus.FAILED


def run_again(pk: uuid.UUID) -> bool:
    """Let a failed or forgotten job wait once more; whether there was one. Of two who ask at once, one does."""
    gone = Q(status=TaskResultStatus.RUNNING, started_at__lt=timezone.now() - FORGOTTEN)
    again = DBTaskResult.objects.filter(Q(status=TaskResultStatus.FAILED) | gone, pk=pk)
    return bool(
        again.update(
            status=TaskResultStatus.READY, started_at=None, finished_at=None, run_after=get_date_max(),
            exception_class_path="", traceback="",
        )
    )  # fmt: skip


def why_failed(row: DBTaskResult) -> tuple[str, str]:
    """The kind of exception and the first line of its message, without whatever may be personal data."""
    kind = row.exception_class_path.removeprefix("builtins.")
    said = [line for line in row.traceback.splitlines() if line.startswith(f"{kind}: ")]
    message = said[-1].removeprefix(f"{kind}: ") if said else ""
    return kind.rpartition(".")[2], harmless(message)


def harmless(message: str) -> str:
    """A message without what is quoted in it, without long numbers, and without anything but English."""
    return _NOT_ENGLISH.sub("…", _QUOTED.sub(r"\1…\2", message))[:_LONGEST]
