"""The rows that belong to one opinion, as a step sees them."""

from typing import TYPE_CHECKING, TypeVar

from django.db import models

from grievances.flow.calendar import WorkingCalendar
from villages.models import Unit

if TYPE_CHECKING:
    from grievances.models import Opinion

Row = TypeVar("Row", bound=models.Model)


class CaseFile:
    """Rows are read on first use, changed in memory, and written together at the end of the step."""

    keeps_in_memory = False

    def __init__(self, opinion: "Opinion") -> None:
        self.opinion = opinion
        self._rows: dict[type[models.Model], list] = {}
        self._added: list[models.Model] = []
        self._changed: dict[models.Model, set[str]] = {}
        self._calendar: WorkingCalendar | None = None

    @property
    def calendar(self) -> WorkingCalendar:
        if self._calendar is None:
            self._calendar = WorkingCalendar.load()
        return self._calendar

    def rows(self, model: type[Row]) -> list[Row]:
        """All rows of a model that belong to the opinion, oldest first."""
        if model not in self._rows and self.opinion._state.adding:
            self._rows[model] = []
        elif model not in self._rows:
            # Their units too: relations and rights ask for them.
            units = [field.name for field in model._meta.fields if field.related_model is Unit]
            found = model.objects.filter(opinion=self.opinion).order_by("pk")
            added = [row for row in self._added if type(row) is model]
            self._rows[model] = list(found.select_related(*units) if units else found) + added
        return self._rows[model]

    def keep(self, model: type[Row], rows: list[Row]) -> None:
        """Rows that somebody read already, for many opinions at once."""
        self._rows[model] = rows

    def one(self, model: type[Row], **values: object) -> Row | None:
        """The newest row with these values, if there is one."""
        for row in reversed(self.rows(model)):
            if all(getattr(row, name) == value for name, value in values.items()):
                return row
        return None

    def add(self, row: Row) -> Row:
        # What is only added, such as the event, need not be read before.
        if type(row) in self._rows or self.opinion._state.adding:
            self.rows(type(row)).append(row)
        self._added.append(row)
        return row

    def change(self, row: models.Model, **values: object) -> None:
        for name, value in values.items():
            setattr(row, name, value)
        if row not in self._added:
            self._changed.setdefault(row, set()).update(values)

    def write_changed(self) -> None:
        for row, names in self._changed.items():
            row.save(update_fields=names)
        self._changed.clear()

    def write_added(self) -> None:
        for row in self._added:
            row.save(force_insert=True)
        self._added.clear()


class MemoryFile(CaseFile):
    """A case file that never touches the database: whole histories are made in memory and stored in bulk."""

    keeps_in_memory = True

    def __init__(self, opinion: "Opinion", *, calendar: WorkingCalendar) -> None:
        super().__init__(opinion)
        self._calendar = calendar

    def rows(self, model: type[Row]) -> list[Row]:
        return self._rows.setdefault(model, [])

    def change(self, row: models.Model, **values: object) -> None:
        for name, value in values.items():
            setattr(row, name, value)

    def add(self, row: Row) -> Row:
        self.rows(type(row)).append(row)
        return row
