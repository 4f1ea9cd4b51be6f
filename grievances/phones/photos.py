"""Photographs that follow their visit: in parts, resumed where they broke off, opened and cleaned when whole."""

import hashlib
import uuid
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grievances.attachments import files
from grievances.models import ArrivingPhoto, Attachment, Opinion
from grievances.models.attachment import private_name
from grievances.phones import both, envelope, limits, parts
from grievances.phones.answers import Answer, refused
from grievances.phones.filling import Problem
from grievances.phones.packets import Content
from villages.models import Cadre

LONGEST_PART = 256 * 1024
KEPT_FOR = timedelta(days=30)
KEPT = "kept"
_LARGEST = files.MOST_BYTES + 4096  # an envelope around the largest picture
_MOST_TRIES = 3


def announce(
    visit: uuid.UUID, content: Content, *, author: Cadre, opinions: dict[uuid.UUID, Opinion]
) -> None:
    """Note which photographs will follow, each with its opinion, once that is written down."""
    today = timezone.localdate()
    announced = [
        ArrivingPhoto(
            key=photo["id"], visit_key=visit, said=said["id"], author=author, size=photo["size"],
            digest=photo["digest"].lower(), opinion=opinions.get(said["id"]), announced_on=today,
        )
        for said in content["opinions"]
        for photo in said["photos"]
    ]  # fmt: skip
    ArrivingPhoto.objects.bulk_create(
        announced, update_conflicts=True, unique_fields=["key"], update_fields=["opinion"]
    )


def standing(content: Content) -> dict[str, object]:
    """How much of each photograph of a visit is here."""
    keys = [photo["id"] for said in content["opinions"] for photo in said["photos"]]
    if not keys:
        return {}
    kept = set(Attachment.objects.filter(key__in=keys).values_list("key", flat=True))
    kept |= set(ArrivingPhoto.objects.filter(key__in=keys, whole=True).values_list("key", flat=True))
    return {str(key): KEPT if key in kept else parts.size_of(key) for key in keys}


def have(visit: uuid.UUID, photo: uuid.UUID, *, by: Cadre) -> Answer:
    """How much of a photograph is here."""
    if _is_kept(photo, by):
        return _have(KEPT)
    row = ArrivingPhoto.objects.filter(key=photo, visit_key=visit, author=by).first()
    return _standing_of(row) if row else Answer(404, "no_visit")


@transaction.atomic
def take(visit: uuid.UUID, photo: uuid.UUID, chunk: bytes, *, offset: int, total: int, by: Cadre) -> Answer:
    """Take a part in. The last one opens the envelope. Raises OSError with nothing half written."""
    if _is_kept(photo, by):
        return _have(KEPT)
    rows = ArrivingPhoto.objects.select_for_update().filter(key=photo, visit_key=visit, author=by)
    row = rows.first()
    if row is None:
        # Meanwhile kept by a request that was quicker, or its visit isn't here yet.
        return _have(KEPT) if _is_kept(photo, by) else Answer(404, "no_visit")
    if row.refused or row.whole:
        return _standing_of(row)
    if len(chunk) > LONGEST_PART or not 0 < total <= _LARGEST or offset + len(chunk) > total:
        return Answer(413, "too_large")
    here = parts.size_of(photo)
    if here != offset:
        return _have(here, status=409)
    if offset == 0 and limits.is_enough_today(row):
        return limits.enough_today()
    if offset + len(chunk) == total and not limits.may_open(by):
        return limits.too_fast()
    here = parts.append(photo, chunk, at=offset)
    return _have(here) if here < total else _whole(row)


def open_waiting(visit: uuid.UUID) -> None:
    """Keep the photographs of a visit that was decided and that lie here whole, sealed."""
    waiting = ArrivingPhoto.objects.select_for_update().filter(visit_key=visit, whole=True)
    for row in waiting.exclude(opinion=None).select_related("opinion"):
        # It was found to be good when it came whole.
        with suppress(envelope.EnvelopeError, ValidationError, FileNotFoundError):
            _keep(row, _opened(row))


def forget(visit: uuid.UUID) -> None:
    """Drop the photographs of a visit that was discarded."""
    rows = ArrivingPhoto.objects.filter(visit_key=visit)
    keys = list(rows.values_list("key", flat=True))
    rows.delete()
    transaction.on_commit(lambda: [parts.drop(key) for key in keys])


def sweep(now: datetime) -> None:
    """Remove parts of photographs that nobody has gone on sending for 30 days; what waits for a decision stays."""
    before = (now - KEPT_FOR).timestamp()
    # Every part is in one of 256 folders; most days there are none at all.
    for path in Path(settings.MEDIA_ROOT, parts.FOLDER).glob("*/*.part"):
        with suppress(FileNotFoundError, ValueError):
            if path.stat().st_mtime < before:
                _sweep(uuid.UUID(path.stem), path)


@transaction.atomic
def _sweep(photo: uuid.UUID, path: Path) -> None:
    row = ArrivingPhoto.objects.select_for_update().filter(key=photo).first()
    if row is None or not row.whole:
        path.unlink()


def _is_kept(photo: uuid.UUID, by: Cadre) -> bool:
    return Attachment.objects.filter(key=photo, opinion__recorded_by=by).exists()


def _have(here: object, *, status: int = 200) -> Answer:
    return Answer(status, "have", {"have": here})


def _standing_of(row: ArrivingPhoto) -> Answer:
    if row.refused:
        return refused([Problem("photo", both.said(_no_picture))])
    return _have(KEPT if row.whole else parts.size_of(row.key))


def _no_picture() -> str:
    return _("This is no photograph that can be opened: take it anew, or leave it out.")


def _whole(row: ArrivingPhoto) -> Answer:
    """All parts are here: open it, and keep it with its opinion, or sealed as long as that isn't decided."""
    try:
        picture = _opened(row)
    except envelope.EnvelopeError:
        return _again(row)
    try:
        if row.opinion is None:
            _cleaned(picture)
            row.whole = True
            row.save(update_fields=["whole"])
        else:
            _keep(row, picture)
    except ValidationError:
        return _refuse(row)
    return _have(KEPT)


def _opened(row: ArrivingPhoto) -> bytes:
    """The picture as it was sealed. Raises EnvelopeError where it isn't the one that was announced."""
    picture = envelope.open_photo(parts.read(row.key), str(row.key))
    if len(picture) != row.size or hashlib.sha256(picture).hexdigest() != row.digest:
        raise envelope.WontOpen("digest")
    return picture


def _again(row: ArrivingPhoto) -> Answer:
    """It was changed on its way: once more from the beginning, but not for ever."""
    row.broken += 1
    row.save(update_fields=["broken"])
    if row.broken >= _MOST_TRIES:
        return _refuse(row)
    parts.drop(row.key)
    return _have(0, status=409)


def _refuse(row: ArrivingPhoto) -> Answer:
    row.refused = True
    row.save(update_fields=["refused"])
    transaction.on_commit(lambda: parts.drop(row.key))
    return _standing_of(row)


def _cleaned(picture: bytes) -> Attachment:
    upload = SimpleUploadedFile("photo.jpg", picture)
    upload.seek(0)
    return files.clean(upload)


def _keep(row: ArrivingPhoto, picture: bytes) -> None:
    """Keep the cleaned picture with its opinion. Raises ValidationError for what is none."""
    attachment = _cleaned(picture)
    content = attachment.file.read()
    attachment.opinion, attachment.key, attachment.added_at = row.opinion, row.key, timezone.now()
    name = private_name(attachment, "")
    path = Path(settings.MEDIA_ROOT) / name
    parts.write_whole(path, content)
    try:
        attachment.file = name
        with transaction.atomic():
            attachment.save()
            row.delete()
    except Exception:
        path.unlink(missing_ok=True)
        raise
    transaction.on_commit(lambda: parts.drop(row.key))
