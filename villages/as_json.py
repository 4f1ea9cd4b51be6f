"""Rows that PostgreSQL gives as JSON, several kinds of them in one answer.

As questions of their own, Django words each of them for longer than PostgreSQL needs for all.
"""

from typing import TypeVar

from django.db import connection, models

Row = TypeVar("Row", bound=models.Model)


def row_of(model: type[Row], values: dict[str, object]) -> Row:
    """The row of a model that ``row_to_json`` gave; times and days are text in it."""
    fields = model._meta.concrete_fields
    read = [field.to_python(values[field.column]) for field in fields]
    return model.from_db(connection.alias, [field.attname for field in fields], read)
