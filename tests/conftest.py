"""Fixtures for all tests. See tests/people.py for the people, tests/factories.py for the rest."""

import gc
from collections.abc import Iterator

import pytest
from django.conf import settings as of_the_run
from pytest_django import DjangoDbBlocker

from tests import database

pytest_plugins = ["tests.people"]

# Folders whose tests share servers or samples that are slow to make: one worker does all of them.
_TOGETHER = ("browser", "province", "sample")


def pytest_configure() -> None:
    # Each new client would read all static files again, which takes longer than most pages.
    of_the_run.STATIC_ROOT = None


def pytest_collection_finish() -> None:
    # What is loaded by now stays: looking through it for garbage again and again costs time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        folder = item.path.parent.name
        if folder in _TOGETHER:
            # The site that is worked on and the one that is only read are two servers.
            group = f"{folder}, worked on" if "busy_site" in item.fixturenames else folder
            item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        database.once(database.TEMPLATE, database.make_template)
        database.clone(database.TEMPLATE, database.own())
        database.use(database.own())
    yield


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A database in which the test commits; a fresh clone takes its place afterwards."""
    with django_db_blocker.unblock():
        yield
        database.clone(database.TEMPLATE, database.own())
        database.use(database.own())


@pytest.fixture(autouse=True)
def jobs_at_once(settings: object) -> None:
    """A background job is done as soon as it is asked for; tests of the worker ask for the real backend."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}


@pytest.fixture(autouse=True)
def quick_passwords(settings: object) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
