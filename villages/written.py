"""Questions written in SQL, for what nearly every page asks: to put them together from Django's parts takes longer
than PostgreSQL takes to answer them."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import TypeVar

from django.db import connection, connections, router
from django.db.models import BooleanField, F, Func, Model

Row = TypeVar("Row", bound=Model)


class Written(Func):
    """A condition: ``sql`` with {0}, {1} … for the columns of the question around it, and %s for the values, in their order."""

    output_field = BooleanField()

    def __init__(self, sql: str, values: Iterable[object], *columns: str) -> None:
        super().__init__(*map(F, columns))
        self.sql, self.values = sql, tuple(values)

    def as_sql(self, compiler: object, connection: object) -> tuple[str, list[object]]:
        columns = [compiler.compile(column)[0] for column in self.source_expressions]
        return self.sql.format(*columns), [*self.values]


def rows_of(
    question: str, values: dict[str, object], *models: type[Model]
) -> Iterator[tuple[Model | None, ...]]:
    """What a question finds, each row as one row of each model, None where a join found none; ``{columns}`` stands for
    all columns of theirs. The tables bear their own names in it."""
    using = router.db_for_read(models[0])
    with connections[using].cursor() as cursor:
        cursor.execute(question.format(columns=_columns(*models)), values)
        for row in cursor:
            yield tuple(_split(row, models, using))


def row_by_key(model: type[Row], key: object) -> Row | None:
    """The row of a model with this key, if there is one."""
    table, column = quoted(model._meta.db_table), quoted(model._meta.pk.column)
    question = f"SELECT {{columns}} FROM {table} WHERE {column} = %(key)s"  # noqa: S608 – names of our own models
    return next((row for (row,) in rows_of(question, {"key": key}, model)), None)


def quoted(name: str) -> str:
    """The name of a table or column of our own, as a statement has it."""
    return connection.ops.quote_name(name)


@cache
def _columns(*models: type[Model]) -> str:
    return ", ".join(
        f"{quoted(model._meta.db_table)}.{quoted(field.column)}"
        for model in models
        for field in model._meta.concrete_fields
    )


def _split(row: tuple[object, ...], models: tuple[type[Model], ...], using: str) -> Iterator[Model | None]:
    begin = 0
    for model in models:
        names, key, changed = _fields(model)
        values = list(row[begin : begin + len(names)])
        for place, change in changed:
            values[place] = change(values[place], None, connections[using])
        yield model.from_db(using, names, values) if values[key] is not None else None
        begin += len(names)


@cache
def _fields(model: type[Model]) -> tuple[list[str], int, list[tuple[int, Callable]]]:
    """The fields of a model in their order; the place of its key among them, and of those that change what is read."""
    fields = model._meta.concrete_fields
    changed = [
        (place, field.from_db_value) for place, field in enumerate(fields) if hasattr(field, "from_db_value")
    ]
    return [field.attname for field in fields], fields.index(model._meta.pk), changed
