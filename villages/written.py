"""Questions written in SQL, for what nearly every page asks: to put them together from Django's parts takes longer
than PostgreSQL takes to answer them."""

from collections.abc import Iterable

from django.db import connection
from django.db.models import BooleanField, F, Func


class Written(Func):
    """A condition: ``sql`` with {0}, {1} … for the columns of the question around it, and %s for the values, in their order."""

    output_field = BooleanField()

    def __init__(self, sql: str, values: Iterable[object], *columns: str) -> None:
        super().__init__(*map(F, columns))
        self.sql, self.values = sql, tuple(values)

    def as_sql(self, compiler: object, connection: object) -> tuple[str, list[object]]:
        columns = [compiler.compile(column)[0] for column in self.source_expressions]
        return self.sql.format(*columns), [*self.values]


def quoted(name: str) -> str:
    """The name of a table or column of our own, as a statement has it."""
    return connection.ops.quote_name(name)
