"""The district's side: the publication of its folded tallies, and the role that may read it.

What leaves is written out here, table by table, column by column, row by row: counts of opinions that accuse
nobody, the sum of those that do for the district as a whole, how old they are, and the names of places.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import ProgrammingError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Model
from psycopg2 import sql

from grievances.models import Dimension, Tally, TallyMoment
from grievances.province import Refused
from villages.models import CODE_LENGTH, Level, Region
from villages.schema import own_schema

PUBLICATION = "figures"
_VILLAGE = CODE_LENGTH[Level.VILLAGE]
# Letters of a district are left out: two districts may have chosen the same.
_OF_A_REGION = ("code", "name", "name_en", "level", "parent_id", "closed_on")


@dataclass(frozen=True)
class Part:
    """A published table: which columns, and which rows by a condition on their keys."""

    table: str
    columns: tuple[str, ...]
    rows: sql.Composable


def parts(district: str) -> tuple[Part, ...]:
    """All that leaves a district."""
    inside = {"first": sql.Literal(district), "after": sql.Literal(f"{district}:")}
    # Ids of units and signatures of the accused mean something at home only, and stay there.
    tallies = sql.SQL(
        "place >= {first} AND place < {after} AND accused IN ('', {sum}) AND dimension <> {unit}"
    ).format(**inside, sum=sql.Literal(Tally.LEAVING), unit=sql.Literal(Dimension.UNIT.value))
    places = sql.SQL("code >= {first} AND code < {after} AND length(code) <= {longest}").format(
        **inside, longest=sql.Literal(_VILLAGE)
    )
    return (
        Part(Tally._meta.db_table, _columns(Tally), tallies),
        Part(
            TallyMoment._meta.db_table,
            _columns(TallyMoment),
            sql.SQL("district = {}").format(inside["first"]),
        ),
        Part(Region._meta.db_table, _OF_A_REGION, places),
    )


def _columns(model: type[Model]) -> tuple[str, ...]:
    return tuple(field.column for field in model._meta.local_fields if field.column)


def publish(*, district: str) -> list[str]:
    """Publish a district's figures, or bring the publication up to date; what was done. Raises Refused."""
    with transaction.atomic(), connection.cursor() as cursor:
        _check(cursor, district)
        before = _published(cursor)
        verb = "ALTER PUBLICATION {} SET TABLE " if before else "CREATE PUBLICATION {} FOR TABLE "
        tables = sql.SQL(", ").join(_table(part) for part in parts(district))
        # Never TRUNCATE: no condition on rows holds it back, and it would empty the whole province.
        options = sql.SQL("") if before else sql.SQL(" WITH (publish = 'insert, update, delete')")
        _run(cursor, sql.SQL(verb).format(sql.Identifier(PUBLICATION)) + tables + options)
        return _changes(before, _published(cursor))


def _check(cursor: CursorWrapper, district: str) -> None:
    region = Region.objects.filter(pk=district, level=Level.DISTRICT).first()
    if region is None:
        raise Refused(f"There is no district {district} here.")
    cursor.execute("SHOW wal_level")
    level = cursor.fetchone()[0]
    if level != "logical":
        raise Refused(
            f"This server's wal_level is {level}, but nothing can be published unless it is logical: set"
            " wal_level = logical in postgresql.conf, restart PostgreSQL, and run this again."
        )
    for name in ("max_wal_senders", "max_replication_slots"):
        cursor.execute(f"SHOW {name}")
        if cursor.fetchone()[0] == "0":
            raise Refused(f"{name} is 0: set it to 10 or more in postgresql.conf and restart PostgreSQL.")


def _published(cursor: CursorWrapper) -> dict[str, set[str]]:
    """{table: columns} of the publication as it is."""
    cursor.execute(
        "SELECT tablename, attnames::text[] FROM pg_publication_tables WHERE pubname = %s", [PUBLICATION]
    )
    return {table: set(columns) for table, columns in cursor.fetchall()}


def _table(part: Part) -> sql.Composed:
    columns = sql.SQL(", ").join(map(sql.Identifier, part.columns))
    return sql.SQL("{} ({}) WHERE ({})").format(sql.Identifier(part.table), columns, part.rows)


def _changes(before: dict[str, set[str]], after: dict[str, set[str]]) -> list[str]:
    if not before:
        tables = ", ".join(sorted(after))
        return [f"Publication {PUBLICATION} made: {tables}."]
    said = [line for table in sorted(after) for line in _difference(table, before.get(table, set()), after)]
    return said or [f"Publication {PUBLICATION} was up to date already."]


def _difference(table: str, before: set[str], after: dict[str, set[str]]) -> Iterator[str]:
    if more := sorted(after[table] - before):
        yield f"{table} now also publishes {', '.join(more)}."
    if less := sorted(before - after[table]):
        yield f"{table} no longer publishes {', '.join(less)}."


def grant(*, district: str, role: str, password: str | None = None) -> list[str]:
    """Let a role take the figures in, and see nothing else of the database; what was done. Raises Refused.

    With the role's own eyes, too, rows that accuse somebody stay at home: a policy hides them.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT rolreplication FROM pg_roles WHERE rolname = %s", [role])
        known = cursor.fetchone()
        if known is None:
            _make_role(cursor, role, password)
        elif not known[0]:
            raise Refused(
                f"The role {role} may not replicate: as a superuser, ALTER ROLE {role} REPLICATION."
            )
        for statement in _rights(district, role, own_schema(cursor)):
            _run(cursor, statement)
    return [f"Role {role} {'may' if known else 'made; it may'} take in the publication, and read no more."]


def _make_role(cursor: CursorWrapper, role: str, password: str | None) -> None:
    made = sql.SQL("CREATE ROLE {} LOGIN REPLICATION PASSWORD {}").format(
        sql.Identifier(role), sql.Literal(password)
    )
    try:
        with transaction.atomic():
            _run(cursor, made)
    except ProgrammingError as error:
        raise Refused(
            f"The role {role} can't be made with these rights. Let a superuser run"
            f" CREATE ROLE {role} LOGIN REPLICATION PASSWORD '…'; then run this again."
        ) from error


def _rights(district: str, role: str, schema: sql.Identifier) -> Iterator[sql.Composed]:
    name = sql.Identifier(role)
    yield sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA {} FROM {}").format(schema, name)
    yield sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(schema, name)
    for part in parts(district):
        columns = sql.SQL(", ").join(map(sql.Identifier, part.columns))
        yield sql.SQL("GRANT SELECT ({}) ON {} TO {}").format(columns, sql.Identifier(part.table), name)
    tally, own = parts(district)[0], sql.Identifier(f"published_to_{role}")
    table = sql.Identifier(tally.table)
    yield sql.SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY").format(table)
    yield sql.SQL("DROP POLICY IF EXISTS at_home ON {}").format(table)
    yield sql.SQL("CREATE POLICY at_home ON {} USING (true)").format(table)
    yield sql.SQL("DROP POLICY IF EXISTS {} ON {}").format(own, table)
    yield sql.SQL("CREATE POLICY {} ON {} AS RESTRICTIVE TO {} USING ({})").format(
        own, table, name, tally.rows
    )


def _run(cursor: CursorWrapper, statement: sql.Composable) -> None:
    cursor.execute(statement.as_string(cursor.connection))
