"""Taking indexes, constraints and triggers away from the tables for loading, and giving them back."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby

from django.db import connection, models, transaction

from grievances.models import AnswerDraft, Attachment, Note, Opinion, Visit
from grievances.sample.bulk import ledger

# Nothing of these comes with a synthetic opinion.
_NOT_LOADED = (AnswerDraft, Attachment, Note)
CONNECTIONS = 2
_MEMORY = "512MB"

# Primary keys stay, as other tables' foreign keys rest on them; so do the indexes of the few cases in some
# states, whose condition PostgreSQL would write back in other words.
_INDEXES = """
SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid),
    quote_ident(c.conname)
FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype = 'u'
WHERE i.indrelid = ANY (%s::regclass[]) AND NOT i.indisprimary
    AND coalesce(pg_get_expr(i.indpred, i.indrelid), '') NOT LIKE '%% ANY (%%' ORDER BY 1, 2
"""
_FOREIGN_KEYS = """
SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid), convalidated
FROM pg_constraint WHERE conrelid = ANY (%s::regclass[]) AND contype = 'f' ORDER BY 1, 2
"""
_TRIGGERS = """
SELECT tgrelid::regclass::text, quote_ident(tgname), tgenabled::text
FROM pg_trigger WHERE tgrelid = ANY (%s::regclass[]) AND NOT tgisinternal AND tgenabled <> 'D' ORDER BY 1, 2
"""
_ENABLE = {"O": "ENABLE", "A": "ENABLE ALWAYS", "R": "ENABLE REPLICA"}

Statement = tuple[str, str, str]


def loaded() -> list[type[models.Model]]:
    """Opinions, all that belongs to one, and visits with those who went."""
    related = {found.related_model for found in Opinion._meta.related_objects} - set(_NOT_LOADED)
    belonging = sorted(related, key=lambda model: model._meta.db_table)
    return [Visit, Visit.cadres.through, Opinion, *belonging]


def names() -> list[str]:
    return [model._meta.db_table for model in loaded()]


@transaction.atomic
def strip() -> None:
    """Note how the tables are, and take away what would be kept up to date row by row."""
    taken = [*_indexes(), *_foreign_keys(), *_triggers()]
    ledger.note_undo(undo for undo, _away in taken)
    with connection.cursor() as cursor:
        for table in names():
            cursor.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = false)")
        # Constraints before the indexes that they may rest on.
        statements = [away for _undo, away in taken if away]
        for away in sorted(statements, key=lambda away: away.startswith("DROP INDEX")):
            cursor.execute(away)


def _rows(query: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, [names()])
        return cursor.fetchall()


def _indexes() -> Iterator[tuple[Statement, str]]:
    for table, index, definition, constraint in _rows(_INDEXES):
        if constraint is None:
            yield ("index", table, definition), f"DROP INDEX {index}"
            continue
        yield ("index", table, definition), f"ALTER TABLE {table} DROP CONSTRAINT {constraint}"
        attach = f"ALTER TABLE {table} ADD CONSTRAINT {constraint} UNIQUE USING INDEX {constraint}"
        yield ("constraint", table, attach), ""


def _foreign_keys() -> Iterator[tuple[Statement, str]]:
    for table, name, definition, validated in _rows(_FOREIGN_KEYS):
        late = definition.removesuffix(" NOT VALID")
        add = f"ALTER TABLE {table} ADD CONSTRAINT {name} {late} NOT VALID"
        yield ("constraint", table, add), f"ALTER TABLE {table} DROP CONSTRAINT {name}"
        if validated:
            yield ("validation", table, f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}"), ""


def _triggers() -> Iterator[tuple[Statement, str]]:
    for table, name, enabled in _rows(_TRIGGERS):
        back = f"ALTER TABLE {table} {_ENABLE[enabled]} TRIGGER {name}"
        yield ("trigger", table, back), f"ALTER TABLE {table} DISABLE TRIGGER {name}"


def restore(say: Callable[[str], None]) -> None:
    """Give back what was taken; what a killed run has given back already is not done again."""
    indexes = ledger.undo_left("index")
    say(f"building {len(indexes)} indexes")
    _together([[undo] for undo in _largest_first(indexes)])
    say("adding and checking constraints")
    _together([ledger.undo_left("constraint")])
    checks = sorted(ledger.undo_left("validation"), key=lambda undo: undo.place)
    _together([list(some) for _table, some in groupby(checks, key=lambda undo: undo.place)])
    _together([ledger.undo_left("trigger")])
    say("vacuum and analyse")
    with connection.cursor() as cursor:
        for table in names():
            cursor.execute(f"ALTER TABLE {table} RESET (autovacuum_enabled)")
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(_vacuum, _by_size()))


def _by_size() -> list[str]:
    return [table for (table,) in _rows(
        "SELECT t::text FROM unnest(%s::regclass[]) t ORDER BY pg_relation_size(t) DESC"
    )]  # fmt: skip


def _largest_first(indexes: list[ledger.Undo]) -> list[ledger.Undo]:
    order = {table: n for n, table in enumerate(_by_size())}
    return sorted(indexes, key=lambda undo: order[undo.place])


def _together(groups: list[list[ledger.Undo]]) -> None:
    """Run groups of statements on a few connections at once; each group in its order."""
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(_run, groups))


def new_connection() -> object:
    """A connection of psycopg2 apart from Django's, for another thread or process."""
    return connection.get_new_connection(connection.get_connection_params())


def _run(group: list[ledger.Undo]) -> None:
    own = new_connection()
    try:
        for undo in group:
            with own, own.cursor() as cursor:
                cursor.execute(f"SET LOCAL maintenance_work_mem = '{_MEMORY}'")
                cursor.execute("SET LOCAL max_parallel_maintenance_workers = 1")
                cursor.execute(undo.statement)
                cursor.execute("UPDATE sample_bulk_undo SET done = true WHERE id = %s", [undo.id])
    finally:
        own.close()


def _vacuum(table: str) -> None:
    own = new_connection()
    try:
        own.autocommit = True
        with own.cursor() as cursor:
            cursor.execute(f"SET maintenance_work_mem = '{_MEMORY}'")
            cursor.execute(f"VACUUM (ANALYZE) {table}")
    finally:
        own.close()
