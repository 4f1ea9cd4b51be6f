"""Databases for tests: a template made once a run from the migrations, cloned for each worker.

History refuses TRUNCATE, so tests that commit get a fresh clone afterwards instead of a flush.
"""

import fcntl
import os
from collections.abc import Callable

from django.core.management import call_command
from django.db import connection, connections

from tests.plugin import FOLDER, server

TEMPLATE = "vv_template"


def use(database: str) -> None:
    """Point Django's connection at a database of the test server."""
    connections.close_all()
    connection.settings_dict["NAME"] = database
    connections.settings["default"]["NAME"] = database


def once(name: str, make: Callable[[], None]) -> None:
    """Make the database ``name`` in the first worker that asks; the others wait for it. It begins as a copy of
    the migrated one."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with open(FOLDER / "template.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if server.has(name):
            return
        unfinished = f"{name}_unfinished"
        server.execute(f"DROP DATABASE IF EXISTS {unfinished} WITH (FORCE)")
        like = "template1" if name == TEMPLATE else TEMPLATE
        server.execute(f"CREATE DATABASE {unfinished} TEMPLATE {like}")
        use(unfinished)
        make()
        connections.close_all()
        server.execute(f"ALTER DATABASE {unfinished} RENAME TO {name}")


def clone(template: str, name: str) -> None:
    connections.close_all()
    server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    server.execute(f"CREATE DATABASE {name} TEMPLATE {template}")


def make_template() -> None:
    call_command("migrate", verbosity=0)


def own() -> str:
    """The name of this worker's database."""
    return f"vv_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
