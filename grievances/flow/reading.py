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
        cursor.execute(_locking(model, kinds, calendar), [opinion.pk, *[opinion.pk] * len(kinds), opinion.pk])
        found = cursor.fetchone()
    if found is None:
        raise model.DoesNotExist
    row, *rest = _case(model, found)
    for kind, rows in zip(kinds, rest, strict=False):
        row.file.keep(kind, [row_of(kind, values) for values in rows or ()])
    if calendar:
        days = {date.fromisoformat(day): working for day, working in rest[-1].items()}
        row.file.calendar = WorkingCalendar(days)
    return row


def numbered(model: "type[Opinion]", number: str) -> "Opinion | None":
    """The opinion with a number as it stands now, if there is one: whoever asks sees to it who may know."""
    with connection.cursor() as cursor:
        cursor.execute(_reading(model) + " WHERE o.number = %s", [number])
        found = cursor.fetchone()
    return found and _case(model, found)[0]


def _case(model: type[models.Model], found: tuple[object, ...]) -> list[object]:
    """The opinion, knowing what is read near it, and after it what else was found."""
    row = row_of(model, found[0])
    for name, values in zip(_NEAR, found[1:], strict=False):
        field = model._meta.get_field(name)
        field.set_cached_value(row, values and row_of(field.related_model, values))
    return [row, *found[1 + len(_NEAR) :]]


@cache
def _locking(model: type[models.Model], kinds: tuple[type[models.Model], ...], calendar: bool) -> str:
    """Two statements: the second sees all that was committed while the first waited for the lock."""
    table = quoted(model._meta.db_table)
    more = [*map(_rows, kinds), *([_CALENDAR] if calendar else [])]
    return f"SELECT FROM {table} WHERE id = %s FOR UPDATE; {_reading(model, *more)} WHERE o.id = %s"


@cache
def _reading(model: type[models.Model], *more: str) -> str:
    asked = ["row_to_json(o)", *map(_near, map(model._meta.get_field, _NEAR)), *more]
    return f"SELECT {', '.join(asked)} FROM {quoted(model._meta.db_table)} o"  # noqa: S608


def _near(field: models.ForeignKey) -> str:
    table, key = quoted(field.related_model._meta.db_table), quoted(field.related_model._meta.pk.column)
    return f"(SELECT row_to_json(r) FROM {table} r WHERE r.{key} = o.{quoted(field.column)})"  # noqa: S608


def _rows(kind: type[models.Model]) -> str:
    table, key = quoted(kind._meta.db_table), quoted(kind._meta.pk.column)
    return f"(SELECT json_agg(r ORDER BY r.{key}) FROM {table} r WHERE r.opinion_id = %s)"  # noqa: S608
