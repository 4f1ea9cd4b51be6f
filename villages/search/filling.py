"""Giving rows that were there before their words: for migrations."""

from collections.abc import Callable

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg2.extras import execute_values

_BATCH = 2000


def fill(
    connection: BaseDatabaseWrapper,
    model: type[models.Model],
    columns: tuple[str, ...],
    words: Callable[..., str],
) -> int:
    """Set ``search_text`` of every row of the model to ``words`` of its columns, in the order of the keys;
    gives how many rows got some. Each batch is a statement of its own."""
    table, key = model._meta.db_table, model._meta.pk.column
    quoted = connection.ops.quote_name
    change = (
        f"UPDATE {quoted(table)} AS row SET search_text = new.words "  # noqa: S608 – names of our own tables
        f"FROM (VALUES %s) AS new(key, words) WHERE row.{quoted(key)} = new.key"
    )
    filled, last = 0, None
    while True:
        waiting = model.objects.order_by("pk")
        waiting = waiting if last is None else waiting.filter(pk__gt=last)
        rows = list(waiting.values_list("pk", "search_text", *columns)[:_BATCH])
        if not rows:
            return filled
        last = rows[-1][0]
        made = [(pk, words(*values)) for pk, known, *values in rows if not known]
        made = [(pk, text) for pk, text in made if text]
        if made:
            with connection.cursor() as cursor:
                execute_values(cursor.cursor, change, made, page_size=_BATCH)
        filled += len(made)
