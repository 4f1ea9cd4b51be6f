"""``make bench-costs``: what each index and trigger costs in writing, and what everything takes on disk.

Every trial is rolled back; the space that it leaves is vacuumed afterwards.
"""

import statistics
import sys
import time
from argparse import Namespace
from collections.abc import Callable

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from benchmarks.database import Bench, command, parser
from benchmarks.kept import keep
from config.running import DATABASE

_ROUNDS = 3
_TABLES = ("grievances_opinion", "grievances_opinionspan")
# What a copied row must have another value for: a number of its own, and a span that has ended.
_OTHER = {
    "grievances_opinion": {
        "number": "'bench-' || nextval(pg_get_serial_sequence('grievances_opinion', 'id'))"
    },
    "grievances_opinionspan": {"until": "coalesce(until, since)"},
}
# A step changes an indexed column, so that every index gets a new entry.
_CHANGE = {
    "grievances_opinion": "due_at = coalesce(due_at, recorded_at) + interval '1 second', version = version + 1",
    "grievances_opinionspan": "until = coalesce(until, since) + interval '1 second'",
}
_SIZES = """
SELECT c.relname, t.relname, pg_relation_size(c.oid) FROM pg_class c
LEFT JOIN pg_index i ON i.indexrelid = c.oid LEFT JOIN pg_class t ON t.oid = i.indrelid
WHERE c.relkind IN ('r', 'i') AND c.relnamespace = current_schema()::regnamespace AND pg_relation_size(c.oid) > 0
ORDER BY 3 DESC
"""
_INDEXES = """
SELECT i.indexrelid::regclass::text FROM pg_index i
WHERE i.indrelid = %s::regclass AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
ORDER BY 1
"""
_DROP = sql.SQL("DROP INDEX {name}")
_DISABLE = sql.SQL("ALTER TABLE {table} DISABLE TRIGGER {name}")
_TRIGGERS = "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal ORDER BY 1"


def main(arguments: list[str]) -> int:
    options = parser(__doc__)
    options.add_argument("--rows", type=int, default=2000, help="rows a trial writes")
    return command(options.parse_args(arguments), _run)


def _run(bench: Bench, given: Namespace) -> int:
    report = _measured(bench, given)
    _tell(report)
    keep(report, given, kind="costs")
    return 0


def _measured(bench: Bench, given: Namespace) -> dict:
    from benchmarks.machine import circumstances

    connection = psycopg2.connect(bench.server.url(DATABASE))
    try:
        with connection.cursor() as cursor:
            sizes = _sizes(cursor)
            writing = [one for table in _TABLES for one in _trials(cursor, table, given.rows)]
        connection.rollback()
    finally:
        connection.close()
    bench.server.execute(f"VACUUM (ANALYZE) {', '.join(_TABLES)}", database=DATABASE)
    return circumstances() | sizes | {"rows": given.rows, "writing": writing}


def _sizes(cursor: Cursor) -> dict:
    cursor.execute("SELECT count(*) FROM grievances_opinion")
    opinions = cursor.fetchone()[0]
    cursor.execute("SELECT pg_database_size(current_database())")
    whole = cursor.fetchone()[0]
    cursor.execute(_SIZES)
    parts = [{"name": name, "of": of or "", "bytes": size} for name, of, size in cursor.fetchall()]
    return {
        "opinions": opinions,
        "bytes": whole,
        "bytes_an_opinion": whole // max(opinions, 1),
        "parts": parts,
    }


def _trials(cursor: Cursor, table: str, rows: int) -> list[dict]:
    """Writing as it is, then without each index and trigger, and without all of them."""
    found = []
    for kind, query, without in (("index", _INDEXES, _DROP), ("trigger", _TRIGGERS, _DISABLE)):
        cursor.execute(query, [table])
        every = {
            name: without.format(table=sql.Identifier(table), name=sql.Identifier(name)) for (name,) in cursor
        }
        for name, statement in every.items():
            found.append(_trial(cursor, table, rows, f"{kind} {name}", statement))
        if every:
            found.append(_trial(cursor, table, rows, f"any {kind}", sql.SQL("; ").join(every.values())))
    return found


def _trial(cursor: Cursor, table: str, rows: int, name: str, without: sql.Composed) -> dict:
    """Rows a second with and without, turn and turn about; the median of some rounds."""
    told = {"table": table, "without": name}
    for kind, write in (("insert", _insert), ("update", _update)):
        times: tuple[list, list] = ([], [])
        for _ in range(_ROUNDS):
            for which, first in enumerate((None, without)):
                times[which].append(_seconds(cursor, table, rows, write, first))
        having, lacking = map(statistics.median, times)
        told |= {kind: round(rows / having), f"{kind}_without": round(rows / lacking)}
    return told


def _seconds(cursor: Cursor, table: str, rows: int, write: Callable, first: sql.Composed | None) -> float:
    cursor.execute("SAVEPOINT trial")
    if first is not None:
        cursor.execute(first)
    statement = write(cursor, table)
    began = time.perf_counter()
    cursor.execute(statement, [rows])
    # Triggers that wait for the commit belong to the writing.
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    took = time.perf_counter() - began
    cursor.execute("ROLLBACK TO SAVEPOINT trial")
    return took


def _insert(cursor: Cursor, table: str) -> sql.Composed:
    """Copies of the latest rows."""
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
        " AND attname <> 'id' AND attgenerated = ''",
        [table],
    )
    names = [name for (name,) in cursor.fetchall()]
    values = [
        sql.SQL(_OTHER[table][name]) if name in _OTHER[table] else sql.Identifier(name) for name in names
    ]
    return sql.SQL("INSERT INTO {0} ({1}) SELECT {2} FROM {0} ORDER BY id DESC LIMIT %s").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, names)), sql.SQL(", ").join(values)
    )


def _update(cursor: Cursor, table: str) -> sql.Composed:
    statement = "UPDATE {0} SET {1} WHERE id IN (SELECT id FROM {0} ORDER BY id DESC LIMIT %s)"
    return sql.SQL(statement).format(sql.Identifier(table), sql.SQL(_CHANGE[table]))


def _tell(report: dict) -> None:
    megabytes = report["bytes"] / 1024**2
    print(
        f"\n{report['opinions']:,} opinions, {megabytes:,.0f} MB, {report['bytes_an_opinion']:,} bytes an opinion"
    )
    for part in report["parts"][:40]:
        share = part["bytes"] / max(report["opinions"], 1)
        print(f"  {part['name']:<48} {part['bytes'] / 1024**2:>10,.1f} MB {share:>8,.0f} bytes an opinion")
    print(f"\nRows a second as it is → without, {report['rows']} rows a trial")
    for one in report["writing"]:
        insert, update = (f"{one[k]:,} → {one[k + '_without']:,}" for k in ("insert", "update"))
        print(f"  {one['table']:<24} {one['without']:<52} insert {insert:<18} update {update}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
