"""Questions written in SQL, for what nearly every page asks: to put them together from Django's parts takes longer
than PostgreSQL takes to answer them."""

from collections.abc import Iterable, Iterator
from functools import cache

from django.db import connection, connections, router
from django.db.models import BooleanField, F, Func, Model


class Written(Func):
    """A condition: ``sql`` with {0}, {1} … for the columns of the question around it, and %s for the values, in their order."""

    output_field = BooleanField()

    def __init__(self, sql: str, values: Iterable[object], *columns: str) -> None:
        super().__init__(*map(F, columns))
        self.sql, self.values = sql, tuple(values)

    def as_sql(self, compiler: object, connection: object) -> tuple[str, list[object]]:
        columns = [compiler.compile(column)[0] for column in self.source_expressions]
        return self.sql.format(*columns), [*self.values]


def rows_of(question: str, values: dict[str, object], *models: type[Model]) -> Iterator[tuple[Model, ...]]:
    """What a question finds, each row as one row of each model; ``{columns}`` stands for all of theirs. The tables bear
    their own names in it, and none of the models has a field that changes what it reads."""
    using = router.db_for_read(models[0])
    with connections[using].cursor() as cursor:
        cursor.execute(question.format(columns=_columns(*models)), values)
        for row in cursor:
            yield tuple(_split(row, models, using))


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


def _split(row: tuple[object, ...], models: tuple[type[Model], ...], using: str) -> Iterator[Model]:
    begin = 0
    for model in models:
        names = [field.attname for field in model._meta.concrete_fields]
        yield model.from_db(using, names, row[begin : begin + len(names)])
        begin += len(names)
