"""What the product's own files say: their SQL, their calls, their migrations."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.db.migrations import Migration, RunSQL
from django.db.migrations.loader import MigrationLoader

ROOT = Path(__file__).resolve().parents[2]
_OURS = ("grievances", "villages", "config")
_BETWEEN = re.compile(r";|\b(?:BEGIN|LOOP|THEN|ELSE)\b", re.IGNORECASE)
_COMMENT = re.compile(r"--[^\n]*")


@cache
def modules() -> dict[str, ast.Module]:
    """The product's modules, without migrations."""
    files = [file for app in _OURS for file in sorted((ROOT / app).rglob("*.py"))]
    return {
        str(file.relative_to(ROOT)): ast.parse(file.read_text())
        for file in files
        if "migrations" not in file.parts
    }


def texts() -> Iterator[tuple[str, str]]:
    """(file, text) of every string; what an f-string fills in reads as one word."""
    for name, module in modules().items():
        for node in ast.walk(module):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield name, node.value
            elif isinstance(node, ast.JoinedStr):
                parts = (part.value if isinstance(part, ast.Constant) else "filled" for part in node.values)
                yield name, "".join(map(str, parts))


def calls(*methods: str) -> Iterator[tuple[str, ast.Call]]:
    """(file, call) of every call of such a method."""
    for name, module in modules().items():
        for node in ast.walk(module):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in methods
            ):
                yield name, node


def names_in(node: ast.AST) -> set[str]:
    """Names of all that a piece of code speaks of."""
    found = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    return found | {part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)}


def migration_files() -> dict[str, str]:
    files = [file for app in _OURS for file in sorted((ROOT / app).glob("migrations/[0-9]*.py"))]
    return {f"{file.parent.parent.name}.{file.stem}": file.read_text() for file in files}


@cache
def migrations() -> dict[str, Migration]:
    loaded = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    return {f"{app}.{name}": one for (app, name), one in loaded.items() if app in _OURS}


def forward_sql(migration: Migration) -> list[str]:
    """The SQL that a migration runs, in its order."""
    return [str(one.sql) for one in migration.operations if isinstance(one, RunSQL)]


def statements(sql: str) -> list[str]:
    """Pieces of SQL or plpgsql, each no longer than a statement."""
    return [piece.strip() for piece in _BETWEEN.split(_COMMENT.sub("", sql)) if piece.strip()]


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


def imported(source: str) -> set[str]:
    """What the product takes from a module of others."""
    nodes = (node for module in modules().values() for node in ast.walk(module))
    found = (node for node in nodes if isinstance(node, ast.ImportFrom) and node.module == source)
    return {alias.name for node in found for alias in node.names}
