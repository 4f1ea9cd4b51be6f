"""Before anything else: the environment of the tests, and a PostgreSQL server for them.

Loaded by pytest's ``-p`` option, because the settings read the environment as soon as Django starts.
Only the process that was called starts and stops the server; the workers of pytest-xdist use it.
"""

import os
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from config.embedded import EmbeddedPostgres

FOLDER = Path(__file__).resolve().parent.parent / "var" / "test-postgres"
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "100"}

server = EmbeddedPostgres(FOLDER, **QUICK)

if "PYTEST_XDIST_WORKER" not in os.environ:
    server.start()
    os.environ.update(
        SECRET_KEY="only-for-tests-" + "x" * 50,
        INFORMANT_KEY=Fernet.generate_key().decode(),
        DATABASE_URL=server.url("postgres"),
        DEBUG="1",
        DEMO="",
        ALLOWED_HOSTS="testserver,127.0.0.1,localhost",
        MEDIA_ROOT=str(FOLDER.parent / "test-media"),
    )
    for database in ("vv_template", "vv_sample", "vv_small_sample"):
        server.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")


def pytest_unconfigure(config: pytest.Config) -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        server.stop()
