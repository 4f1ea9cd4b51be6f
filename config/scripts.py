"""Static files as they are served: scripts without the lines that only explain them, as phones pay for each byte."""

import re
from collections.abc import Iterator

from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

_COMMENT = re.compile(rb"^[ \t]*//.*\n", re.MULTILINE)
_VENDORED = "vendor/"


def without_comments(script: bytes) -> bytes:
    """The script without the lines that are nothing but a comment; no text of ours has a line that looks like one."""
    return _COMMENT.sub(b"", script)


class _Plain:
    """The files of a storage, our scripts without comments."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage

    def open(self, name: str) -> File:
        file = self.storage.open(name)
        if not name.endswith(".js") or name.startswith(_VENDORED):
            return file
        with file:
            return ContentFile(without_comments(file.read()), name=name)


class Files(CompressedManifestStaticFilesStorage):
    """Names with a digest of what is served, packed beforehand."""

    def post_process(
        self, paths: dict[str, tuple[Storage, str]], *args: object, **options: object
    ) -> Iterator[tuple[str, str, bool]]:
        plain = {name: (_Plain(storage), path) for name, (storage, path) in paths.items()}
        return super().post_process(plain, *args, **options)
