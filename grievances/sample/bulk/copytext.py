"""The text form of PostgreSQL's COPY."""

import json
from datetime import date, datetime
from functools import cache

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

NULL = r"\N"
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def escaped(text: str) -> str:
    return text.translate(_ESCAPES)


@cache
def stored_fields(model: type[models.Model]) -> tuple[models.Field, ...]:
    """The columns that are written: all but those that the database works out itself."""
    return tuple(field for field in model._meta.concrete_fields if not field.generated)


def copy_statement(model: type[models.Model]) -> str:
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in stored_fields(model))
    return f"COPY {quote(model._meta.db_table)} ({columns}) FROM STDIN"


def written(field: models.Field, value: object) -> str | None:
    """A value as text, not yet escaped; None for NULL. Moments and days are the caller's."""
    if isinstance(field, models.JSONField):
        return None if value is None else json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
    return _plain(field.get_db_prep_save(value, connection))


def _plain(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, list | tuple):
        return "{" + ",".join(_element(one) for one in value) + "}"
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def _element(value: object) -> str:
    text = _plain(value)
    if text is None:
        return "NULL"
    return '"' + text.replace("\\", r"\\").replace('"', r"\"") + '"'
