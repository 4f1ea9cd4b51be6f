"""Parts of photographs on the disk: acknowledged only when they lie there, and never half of a part."""

import os
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from django.conf import settings

FOLDER = "arriving"


def path_of(photo: UUID) -> Path:
    return Path(settings.MEDIA_ROOT) / FOLDER / photo.hex[:2] / f"{photo.hex}.part"


def size_of(photo: UUID) -> int:
    """How many bytes of it are here."""
    try:
        return path_of(photo).stat().st_size
    except FileNotFoundError:
        return 0


def append(photo: UUID, chunk: bytes, *, at: int) -> int:
    """Put a part behind the bytes that are here; how many there are now. Raises OSError with nothing half
    written."""
    path = path_of(photo)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        try:
            file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            os.ftruncate(file.fileno(), at)
            raise
    if at == 0:
        _sync(path.parent)
    return at + len(chunk)


def read(photo: UUID) -> bytes:
    return path_of(photo).read_bytes()


def drop(photo: UUID) -> None:
    with suppress(FileNotFoundError):
        path_of(photo).unlink()


def write_whole(path: Path, content: bytes) -> None:
    """A new file that lies on the disk when this returns. Raises OSError with nothing half written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        with suppress(FileNotFoundError):
            path.unlink()
        raise
    _sync(path.parent)


def _sync(folder: Path) -> None:
    """The name of a new file too outlives a failure of power."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
