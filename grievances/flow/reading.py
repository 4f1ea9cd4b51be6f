"""A case locked and read in one trip to the database, with the rows that a step asks for."""

from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from django.db import connection, models

from grievances.flow.calendar import WorkingCalendar
from villages.as_json import row_of
from villages.written import quoted

if TYPE_CHECKING:
    from grievances.models import Opinion

# Read with the case, as rights and terms ask for them.
_NEAR = ("unit", "category")
_CALENDAR = "(SELECT coalesce(json_object_agg(day, working), '{}') FROM grievances_calendarday)"


def locked(
    opinion: "Opinion", kinds: Iterable[type[models.Model]] = (), *, calendar: bool = False
) -> "Opinion":
    """The opinion as it stands now, locked until the transaction ends. Its file holds the rows of these ``kinds``,
    without their units, and the working calendar if that is asked for. Raises DoesNotExist."""
    model, kinds = type(opinion), tuple(kinds)
    with connection.cursor() as cursor:
        cursor.execute(_sql(model, kinds, calendar), [opinion.pk, *[opinion.pk] * len(kinds), opinion.pk])
        found = cursor.fetchone()
    if found is None:
        raise model.DoesNotExist
    case, *rest = found
    row = row_of(model, case)
    for name, values in zip(_NEAR, rest, strict=False):
        field = model._meta.get_field(name)
        field.set_cached_value(row, values and row_of(field.related_model, values))
    for kind, rows in zip(kinds, rest[len(_NEAR) :], strict=False):
        row.file.keep(kind, [row_of(kind, values) for values in rows or ()])
    if calendar:
        days = {date.fromisoformat(day): working for day, working in rest[-1].items()}
        row.file.calendar = WorkingCalendar(days)
    return row


@cache
def _sql(model: type[models.Model], kinds: tuple[type[models.Model], ...], calendar: bool) -> str:
    """Two statements: the second sees all that was committed while the first waited for the lock."""
    table = quoted(model._meta.db_table)
    asked = ["row_to_json(o)", *map(_near, map(model._meta.get_field, _NEAR)), *map(_rows, kinds)]
    asked += [_CALENDAR] if calendar else []
    return (
        f"SELECT FROM {table} WHERE id = %s FOR UPDATE; "  # noqa: S608 – names of our own models
        f"SELECT {', '.join(asked)} FROM {table} o WHERE o.id = %s"
    )


def _near(field: models.ForeignKey) -> str:
    table, key = quoted(field.related_model._meta.db_table), quoted(field.related_model._meta.pk.column)
    return f"(SELECT row_to_json(r) FROM {table} r WHERE r.{key} = o.{quoted(field.column)})"  # noqa: S608


def _rows(kind: type[models.Model]) -> str:
    table, key = quoted(kind._meta.db_table), quoted(kind._meta.pk.column)
    return f"(SELECT json_agg(r ORDER BY r.{key}) FROM {table} r WHERE r.opinion_id = %s)"  # noqa: S608
