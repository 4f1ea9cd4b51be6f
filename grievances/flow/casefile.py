"""The rows that belong to one opinion, as a step sees them."""

from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func
from django.db.models.sql.compiler import SQLCompiler

from grievances.flow.calendar import WorkingCalendar
from grievances.flow.writing import Statements
from villages.models import Unit

if TYPE_CHECKING:
    from grievances.models import Opinion

Row = TypeVar("Row", bound=models.Model)


class Held(Func):
    """Of which models an opinion has rows, as an array: asked with the opinion itself, this spares a question for each
    of those of which most have none."""

    def __init__(self, *held: type[models.Model]) -> None:
        self.held = held
        super().__init__(F("pk"), output_field=BooleanField())

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_context: object
    ) -> tuple[str, list]:
        key, values = compiler.compile(self.get_source_expressions()[0])
        tables = [connection.ops.quote_name(model._meta.db_table) for model in self.held]
        asked = ", ".join(
            f"EXISTS (SELECT FROM {table} held WHERE held.opinion_id = {key})" for table in tables
        )
        return f"ARRAY[{asked}]", [*values] * len(tables)


class CaseFile:
    """Rows are read on first use, changed in memory, and written together at the end of the step."""

    keeps_in_memory = False

    def __init__(self, opinion: "Opinion") -> None:
        self.opinion = opinion
        self._rows: dict[type[models.Model], list] = {}
        self._added: list[models.Model] = []
        self._changed: dict[models.Model, set[str]] = {}
        self._span_ends: datetime | None = None

    @cached_property
    def calendar(self) -> WorkingCalendar:
        return WorkingCalendar.load()

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

    def lacks(self, model: type[Row]) -> bool:
        """Whether it is known that there are no such rows, without asking."""
        return self._rows.get(model) == []

    def forget(self, model: type[Row]) -> None:
        """Such rows were written past the file: whoever asks next reads them."""
        self._rows.pop(model, None)

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

    def end_span(self, at: datetime) -> None:
        """The span that stands so far ends. It isn't read for that: the opinion itself, as it was, says the same."""
        self._span_ends = at

    def write(self, *, before: dict[str, object] | None = None) -> None:
        """All of it in one trip. Ended rows first, so that the new ones meet the "one current" constraints; then the
        opinion, a new one whole, else what is no longer as ``before``; then new rows, whose keys only the last, the
        event, knows afterwards: whoever asks for the others reads them."""
        together = Statements()
        for row, names in self._changed.items():
            together.update(row, names)
        if self._span_ends:
            together.end_span(self.opinion.pk, self._span_ends)
        if before is None:
            together.insert(self.opinion)
        else:
            together.update_where_changed(self.opinion, before)
        for row in self._added:
            together.insert(row)
        together.execute()
        for row in self._added:
            self.forget(type(row))
        self._changed.clear()
        self._added.clear()
        self._span_ends = None


class MemoryFile(CaseFile):
    """A case file that never touches the database: whole histories are made in memory and stored in bulk."""

    keeps_in_memory = True

    def __init__(self, opinion: "Opinion", *, calendar: WorkingCalendar) -> None:
        super().__init__(opinion)
        self.calendar = calendar

    def rows(self, model: type[Row]) -> list[Row]:
        return self._rows.setdefault(model, [])

    def change(self, row: models.Model, **values: object) -> None:
        for name, value in values.items():
            setattr(row, name, value)

    def add(self, row: Row) -> Row:
        self.rows(type(row)).append(row)
        return row

    def end_span(self, at: datetime) -> None:
        from grievances.models import OpinionSpan

        current = self.one(OpinionSpan, until=None)
        if current:
            self.change(current, until=at)
