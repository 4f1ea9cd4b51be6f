"""What the migrations made, as the database's own catalogue tells it."""

from collections import defaultdict
from dataclasses import dataclass

from django.db import connection

_HERE = "current_schema()::regnamespace"
_FUNCTIONS = f"""
    SELECT p.proname, l.lanname, p.provolatile::text, p.prosrc, coalesce(p.proconfig, '{{}}'),
        p.prorettype = 'trigger'::regtype
    FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang WHERE p.pronamespace = {_HERE} ORDER BY 1
"""
_TRIGGERS = f"""
    SELECT t.tgname, c.relname, p.proname, p.pronamespace = c.relnamespace, t.tgoldtable, t.tgnewtable,
        pg_get_triggerdef(t.oid)
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE NOT t.tgisinternal AND c.relnamespace = {_HERE} ORDER BY 1
"""
_CONSTRAINTS = f"""
    SELECT k.conname, k.contype::text, c.relname, coalesce(there.relnamespace = c.relnamespace, true),
        pg_get_constraintdef(k.oid)
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid LEFT JOIN pg_class there ON there.oid = k.confrelid
    WHERE c.relnamespace = {_HERE} ORDER BY 1
"""
_KEYS = f"""
    SELECT c.relname, array_agg(t.typname::text ORDER BY a.attnum) FILTER (WHERE t.typname IS NOT NULL)
    FROM pg_class c LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY(i.indkey)
    LEFT JOIN pg_type t ON t.oid = a.atttypid
    WHERE c.relkind IN ('r', 'p') AND c.relnamespace = {_HERE} GROUP BY 1 ORDER BY 1
"""
_RELATIONS = f"SELECT relname, relkind::text FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm') AND relnamespace = {_HERE}"
_INHERITING = f"""
    SELECT c.relname FROM pg_inherits h JOIN pg_class c ON c.oid IN (h.inhrelid, h.inhparent)
    WHERE c.relnamespace = {_HERE}
"""
_VIEWS = f"SELECT relname, pg_get_viewdef(oid) FROM pg_class WHERE relkind = 'v' AND relnamespace = {_HERE}"
_GENERATED = f"""
    SELECT c.relname || '.' || a.attname, pg_get_expr(d.adbin, d.adrelid)
    FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
    JOIN pg_class c ON c.oid = d.adrelid WHERE a.attgenerated <> '' AND c.relnamespace = {_HERE}
"""
_INDEXES = f"""
    SELECT c.relname, pg_get_indexdef(c.oid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE c.relnamespace = {_HERE} AND (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL)
"""


@dataclass(frozen=True)
class Function:
    name: str
    language: str
    volatility: str
    source: str
    settings: list[str]
    for_triggers: bool


@dataclass(frozen=True)
class Trigger:
    name: str
    table: str
    function: str
    at_home: bool
    old_rows: str | None
    new_rows: str | None
    definition: str


@dataclass(frozen=True)
class Constraint:
    name: str
    kind: str
    table: str
    at_home: bool
    definition: str


def _rows(query: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def functions() -> list[Function]:
    return [Function(*row) for row in _rows(_FUNCTIONS)]


def triggers() -> list[Trigger]:
    return [Trigger(*row) for row in _rows(_TRIGGERS)]


def constraints() -> list[Constraint]:
    return [Constraint(*row) for row in _rows(_CONSTRAINTS)]


def primary_keys() -> dict[str, list[str] | None]:
    """The types of each table's primary key; None where there is none."""
    return dict(_rows(_KEYS))


def relations() -> dict[str, str]:
    """Tables and views, with the catalogue's letter for what they are."""
    return dict(_rows(_RELATIONS))


def inheriting() -> list[str]:
    return [name for (name,) in _rows(_INHERITING)]


def views() -> dict[str, str]:
    return dict(_rows(_VIEWS))


def generated_columns() -> dict[str, str]:
    return dict(_rows(_GENERATED))


def reckoning_indexes() -> dict[str, str]:
    """Indexes of an expression or with a condition."""
    return dict(_rows(_INDEXES))


def transition_tables() -> dict[str, set[str]]:
    """By function of triggers: the names of the changed rows that it can read."""
    found: dict[str, set[str]] = defaultdict(set)
    for trigger in triggers():
        found[trigger.function] |= {rows for rows in (trigger.old_rows, trigger.new_rows) if rows}
    return {name: rows for name, rows in found.items() if rows}
