"""The schema that this district's tables lie in: the first of the connection's path."""

from django.core.exceptions import ImproperlyConfigured
from django.db.backends.utils import CursorWrapper
from psycopg2 import sql


def own_schema(cursor: CursorWrapper) -> sql.Identifier:
    """Raises ImproperlyConfigured when the path names none that exists."""
    cursor.execute("SELECT current_schema()")
    name = cursor.fetchone()[0]
    if name is None:
        raise ImproperlyConfigured("The connection's search_path names no schema that exists.")
    return sql.Identifier(name)
