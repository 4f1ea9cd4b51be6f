"""Files that take longer than a page may: ordered here, made by a job, fetched by whoever ordered them, gone in a day."""

import hashlib
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from tempfile import TemporaryFile
from typing import IO

from django.core.files import File
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_tasks.base import Task

from grievances.errors import RequestReused
from grievances.models import KEPT, FileState, MadeFile
from villages.jobs import job
from villages.models import Cadre

# A file of which nobody has heard for so long may have lost its worker.
STANDS_STILL = timedelta(minutes=1)
# One that was never made is forgotten, too.
_FORGOTTEN = 2 * KEPT
_MOST_OF_ONE = 20
_A_LITTLE_LATER = timedelta(minutes=1)

# Says how many rows are done.
Told = Callable[[int], None]


class NotMade(Exception):
    """There is no file; in words for its owner, why."""


class TooManyWaiting(Exception):
    """Somebody asks for more files than are kept for one person."""


def order(
    task: Task, *, by: Cadre, key: uuid.UUID, title: str, kind: str, asked: dict, total: int, reason: str = ""
) -> MadeFile:
    """Order a file; ``task`` makes it of what was ``asked``. The same key again is the same file; with another
    content, or from somebody else, it raises RequestReused. Raises TooManyWaiting."""
    sweep()
    if MadeFile.objects.filter(key=key).exists():
        return _ordered_before(key, by=by, asked=asked, format=kind, reason=reason)
    if MadeFile.objects.filter(owner=by)[:_MOST_OF_ONE].count() >= _MOST_OF_ONE:
        raise TooManyWaiting
    now = timezone.now()
    made = MadeFile(
        key=key, owner=by, title=title[:200], format=kind, asked=asked, total=total, reason=reason,
        language=translation.get_language(), made_at=now, told_at=now,
    )  # fmt: skip
    with transaction.atomic():
        if _is_new(made):
            # Written down with the file: there is never one without the other.
            task.enqueue(str(made.key))
    return _ordered_before(key, by=by, asked=asked, format=kind, reason=reason)


def _ordered_before(key: uuid.UUID, *, by: Cadre, **content: object) -> MadeFile:
    known = MadeFile.objects.filter(key=key, owner=by, **content).first()
    if known is None:
        raise RequestReused(_("This form was sent before, with something else."))
    return known


def _is_new(made: MadeFile) -> bool:
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def make(key: str, write: Callable[[MadeFile, Cadre, IO[bytes], Told], int]) -> None:
    """Make an ordered file: ``write`` fills it and says how many rows it has. Done again, it is made anew."""
    made = MadeFile.objects.filter(key=key).exclude(state=FileState.READY).first()
    if made is None:
        return
    # As the owner is by now: posts may have ended since the order.
    owner = Cadre.objects.get(pk=made.owner_id)
    posts = posts_of(owner)
    with translation.override(made.language):
        try:
            with TemporaryFile() as file:
                rows = write(made, owner, file, _teller(made))
                file.seek(0)
                _finish(made, owner, posts, File(file), rows)
        except NotMade as error:
            _fail(made, str(error))
        except Exception:
            _fail(made, _("Something went wrong. An administrator sees what, under “Background jobs”."))
            raise


def _teller(made: MadeFile) -> Told:
    def tell(done: int) -> None:
        MadeFile.objects.filter(pk=made.pk).update(done=done, told_at=timezone.now())

    return tell


def _finish(made: MadeFile, owner: Cadre, posts: str, file: File, rows: int) -> None:
    if posts_of(Cadre.objects.get(pk=owner.pk)) != posts:
        raise NotMade(_("Your posts changed while the file was made. Ask for it again."))
    made.file.save("", file, save=False)
    with transaction.atomic():
        made.state, made.done, made.posts, made.problem = FileState.READY, rows, posts, ""
        made.finished_at = timezone.now()
        made.save(update_fields=["state", "done", "posts", "problem", "finished_at", "file"])
        _sweep_in_time(made.finished_at)


def _sweep_in_time(finished: datetime) -> None:
    """Nobody need come back for it: the worker deletes the file when its time is over."""
    if sweep_files.get_backend().supports_defer:
        sweep_files.using(run_after=finished + KEPT + _A_LITTLE_LATER).enqueue()


@job(gettext_lazy("Deleting files whose time is over"))
def sweep_files() -> None:
    sweep()


def _fail(made: MadeFile, words: str) -> None:
    MadeFile.objects.filter(pk=made.pk).update(
        state=FileState.FAILED, problem=words, finished_at=timezone.now()
    )


def posts_of(cadre: Cadre) -> str:
    """The posts that give rights, as one word: another one means other rights."""
    told = sorted(f"{p.pk} {p.role} {p.region_id} {p.unit.path}" for p in cadre.posts_in_force)
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def mine(cadre: Cadre) -> QuerySet[MadeFile]:
    """The files of one person that are not over yet."""
    return MadeFile.objects.filter(owner=cadre).exclude(_over())


def may_fetch(made: MadeFile, cadre: Cadre) -> bool:
    """Whether the file is there, and its owner may still have all that is in it."""
    return made.state == FileState.READY and made.posts == posts_of(cadre)


def stands_still(made: MadeFile) -> bool:
    """Whether it waits and nothing has been heard of it for a while: there may be no worker."""
    return made.state == FileState.WAITING and made.told_at < timezone.now() - STANDS_STILL


def remove(made: MadeFile) -> None:
    """The file first: one without its row would lie there for ever."""
    if made.file:
        made.file.delete(save=False)
    made.delete()


def _over() -> Q:
    now = timezone.now()
    return Q(finished_at__lte=now - KEPT) | Q(made_at__lte=now - _FORGOTTEN)


def sweep() -> int:
    """Delete what is over; how many there were."""
    # By age, which an index has: nothing can be over that is younger.
    over = MadeFile.objects.filter(_over(), made_at__lte=timezone.now() - KEPT)
    removed = 0
    for made in over.order_by("made_at")[:200]:
        remove(made)
        removed += 1
    return removed


def asked_again(cadre: Cadre, query: str) -> HttpRequest:
    """A request as the one was that ordered the file: by the same person, with the same filters."""
    request = HttpRequest()
    request.method, request.user, request.GET = "GET", cadre, QueryDict(query)
    request.htmx = False
    return request
