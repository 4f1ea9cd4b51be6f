"""Before anything else: the environment of the tests, and a PostgreSQL server for them.

Loaded by pytest's ``-p`` option, because the settings read the environment as soon as Django starts.
The process that was called starts a server of its own and deletes it afterwards, so that two runs never
meet; the workers of pytest-xdist use it.
"""

import os
import shutil
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from config.embedded import EmbeddedPostgres
from config.running import phone_key

_VAR = Path(__file__).resolve().parent.parent / "var"
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "100"}
_IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ

if not _IS_WORKER:
    os.environ["TEST_RUN"] = str(_VAR / f"test-{os.getpid()}")
FOLDER = Path(os.environ["TEST_RUN"])
server = EmbeddedPostgres(FOLDER / "postgres", **QUICK)

if not _IS_WORKER:
    server.start()
    os.environ.update(
        SECRET_KEY="only-for-tests-" + "x" * 50,
        INFORMANT_KEY=Fernet.generate_key().decode(),
        PHONE_KEY=phone_key(),
        DATABASE_URL=server.url("postgres"),
        DEBUG="1",
        DEMO="",
        ALLOWED_HOSTS="testserver,127.0.0.1,localhost",
        MEDIA_ROOT=str(FOLDER / "media"),
        # Playwright keeps an event loop in the thread of the tests; no test of ours is asynchronous.
        DJANGO_ALLOW_ASYNC_UNSAFE="1",
    )


def pytest_unconfigure(config: pytest.Config) -> None:
    if not _IS_WORKER:
        server.remove()
        shutil.rmtree(FOLDER, ignore_errors=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--lighthouse-performance", action="store_true", help="measure performance too")
