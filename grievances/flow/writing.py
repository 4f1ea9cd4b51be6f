"""Rows written in one trip to the database.

What a step leaves is some five small statements: Django takes longer to word each of them, and the network to carry
it, than PostgreSQL to do it. Here the words of a model are put together once, and the statements go together, each
still done after the other, with its own triggers and constraints.
"""

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import NamedTuple

from django.db import connection, models

from villages.written import quoted

# Their values go to the database as they are: what Django does with them first changes none.
AS_THEY_ARE = frozenset(
    {
        models.BigAutoField, models.BooleanField, models.CharField, models.DateField, models.DateTimeField,
        models.ForeignKey, models.IntegerField, models.PositiveIntegerField, models.PositiveSmallIntegerField,
        models.TextField, models.UUIDField,
    }
)  # fmt: skip


class _Words(NamedTuple):
    """An INSERT into a model's table, and the fields whose values it takes."""

    sql: str
    fields: tuple[models.Field, ...]


class Statements:
    """INSERTs and UPDATEs in the order in which they were asked for."""

    def __init__(self) -> None:
        self._sql: list[str] = []
        self._values: list[object] = []
        self._rows: list[models.Model] = []

    def insert(self, row: models.Model) -> None:
        """A new row, with the key that it has, or one of the table's own."""
        words = _insert(type(row), row.pk is not None)
        self._sql.append(words.sql)
        self._values += [_value(row, field, add=True) for field in words.fields]
        self._rows.append(row)

    def update(self, row: models.Model, names: Collection[str]) -> None:
        """These fields of a row that exists."""
        fields = [row._meta.get_field(name) for name in names]
        self._set(row, fields, [_value(row, field, add=False) for field in fields])

    def update_where_changed(self, row: models.Model, before: dict[str, object]) -> None:
        """The fields that are no longer as they were: a column that isn't named costs no trigger."""
        fields = [row._meta.get_field(name) for name in before]
        # Asked for first: a column may be made of others when it is saved.
        values = [_value(row, field, add=False) for field in fields]
        now = zip(fields, values, strict=True)
        changed = [pair for pair in now if getattr(row, pair[0].attname) != before[pair[0].attname]]
        self._set(row, [field for field, _value in changed], [value for _field, value in changed])

    def end_span(self, opinion_id: int, at: datetime) -> None:
        """The span of an opinion that stands so far ends, unread."""
        from grievances.models import OpinionSpan

        table = quoted(OpinionSpan._meta.db_table)
        self._sql.append(f"UPDATE {table} SET until = %s WHERE opinion_id = %s AND until IS NULL")  # noqa: S608
        self._values += [at, opinion_id]

    def execute(self) -> None:
        """All of them; the last row that was inserted knows its key by then."""
        if not self._sql:
            return
        with connection.cursor() as cursor:
            cursor.execute("; ".join(self._sql), self._values)
            if self._rows:
                self._rows[-1].pk = cursor.fetchone()[0]
        for row in self._rows:
            row._state.adding, row._state.db = False, connection.alias

    def _set(self, row: models.Model, fields: list[models.Field], values: list[object]) -> None:
        if not fields:
            return
        meta = row._meta
        columns = ", ".join(f"{quoted(field.column)} = %s" for field in fields)
        self._sql.append(
            f"UPDATE {quoted(meta.db_table)} SET {columns} WHERE {quoted(meta.pk.column)} = %s"  # noqa: S608 – names of our own models
        )
        self._values += [*values, row.pk]


def insert_once(row: models.Model, *, unique: str) -> bool:
    """Write a new row, unless there is one with the same ``unique`` field: whether it was written. The second of two at
    once waits here for the first."""
    words = _insert(type(row), with_key=False)
    insert, returning, key = words.sql.rpartition(" RETURNING ")
    conflict = f" ON CONFLICT ({quoted(row._meta.get_field(unique).column)}) DO NOTHING"
    with connection.cursor() as cursor:
        cursor.execute(
            insert + conflict + returning + key, [_value(row, field, add=True) for field in words.fields]
        )
        written = cursor.fetchone()
    if written is None:
        return False
    row.pk, row._state.adding, row._state.db = written[0], False, connection.alias
    return True


def insert_new(rows: list[models.Model]) -> None:
    """Write new rows of one model in one statement, but for those that are there already, as a constraint says. None of
    them learns its key."""
    words = _insert(type(rows[0]), with_key=False)
    before, places = words.sql.partition(" RETURNING ")[0].rsplit(" VALUES ", 1)
    values = [_value(row, field, add=True) for row in rows for field in words.fields]
    with connection.cursor() as cursor:
        cursor.execute(f"{before} VALUES {', '.join([places] * len(rows))} ON CONFLICT DO NOTHING", values)


@cache
def _insert(model: type[models.Model], with_key: bool) -> _Words:
    meta = model._meta
    fields = tuple(field for field in meta.local_concrete_fields if with_key or not field.primary_key)
    columns = ", ".join(quoted(field.column) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    key = quoted(meta.pk.column)
    sql = f"INSERT INTO {quoted(meta.db_table)} ({columns}) VALUES ({places}) RETURNING {key}"  # noqa: S608
    return _Words(sql, fields)


def _value(row: models.Model, field: models.Field, *, add: bool) -> object:
    if type(field) in AS_THEY_ARE:
        return getattr(row, field.attname)
    return field.get_db_prep_save(field.pre_save(row, add), connection)
