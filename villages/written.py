"""Conditions written in SQL, for what stands in nearly every question: to put a subquery together from Django's
parts, and to name its tables anew in each question, takes longer than PostgreSQL takes to answer it."""

from collections.abc import Iterable

from django.db.models import BooleanField, F, Func


class Written(Func):
    """``sql`` with {0}, {1} … for the columns of the question around it, and %s for the values, in their order."""

    output_field = BooleanField()

    def __init__(self, sql: str, values: Iterable[object], *columns: str) -> None:
        super().__init__(*map(F, columns))
        self.sql, self.values = sql, tuple(values)

    def as_sql(self, compiler: object, connection: object) -> tuple[str, list[object]]:
        columns = [compiler.compile(column)[0] for column in self.source_expressions]
        return self.sql.format(*columns), [*self.values]
