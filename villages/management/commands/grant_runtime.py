"""Rights of the role that serves pages: it reads and writes, but never changes what is only appended."""

from argparse import ArgumentParser

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from psycopg2 import sql

from villages.schema import own_schema


class Command(BaseCommand):
    help = "Grant the runtime role its rights; UPDATE, DELETE and TRUNCATE of history are not among them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--role", default="grievances", help="the role in the DATABASE_URL of the server")

    def handle(self, *, role: str, **options: object) -> None:
        kept = [model._meta.db_table for model in apps.get_models() if getattr(model, "append_only", False)]
        if not kept:
            raise CommandError("No model is append-only: something is wrong.")
        kept.append(LogEntry._meta.db_table)
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in _statements(role, kept, own_schema(cursor)):
                cursor.execute(statement.as_string(cursor.connection))
        self.stdout.write(f"{role} may read and write; only append to {', '.join(kept)}.")


def _statements(role: str, kept: list[str], schema: sql.Identifier) -> list[sql.Composed]:
    name = sql.Identifier(role)
    return [
        sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(schema, name),
        sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {} TO {}").format(schema, name),
        sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {} TO {}").format(schema, name),
        *(
            sql.SQL("REVOKE UPDATE, DELETE, TRUNCATE ON {} FROM {}").format(sql.Identifier(table), name)
            for table in kept
        ),
    ]
