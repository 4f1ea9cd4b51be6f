"""What is wrong with a file."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db.models import Model

# More lines than this tell the reader nothing new.
SHOWN = 20


class LoadRefused(Exception):
    """The file can't be loaded. Nothing was changed; the text says where and why."""


class Problems:
    """Collects what is wrong with a file, row by row."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[str] = []

    def add(self, number: int, reason: str) -> None:
        """Row ``number`` (the header is row 1) can't be taken."""
        self.found.append(f"{self.file}, row {number}: {reason}")

    def check(self, number: int, instance: Model, *, exclude: Iterable[str] = ()) -> bool:
        """Whether the instance is valid by its model's own rules; notes what isn't."""
        try:
            instance.clean_fields(exclude=set(exclude))
            instance.clean()
        except ValidationError as error:
            self.add_from(number, error)
            return False
        return True

    def add_from(self, number: int, error: ValidationError) -> None:
        """Each of a model's own messages, with its field where it has one."""
        if not hasattr(error, "error_dict"):
            return self._add_each(number, "", error.messages)
        for field, messages in error.message_dict.items():
            self._add_each(number, "" if field == "__all__" else f"{field}: ", messages)

    def _add_each(self, number: int, before: str, messages: Iterable[str]) -> None:
        for message in messages:
            self.add(number, before + message)

    def stop_if_any(self) -> None:
        """Raise LoadRefused with the first of them, once anything is wrong."""
        if not self.found:
            return
        lines = self.found[:SHOWN]
        if len(self.found) > SHOWN:
            lines.append(f"… and {len(self.found) - SHOWN:,} more")
        raise LoadRefused("\n".join([*lines, "Nothing was changed."]))
