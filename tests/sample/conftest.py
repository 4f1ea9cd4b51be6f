"""A small sample district, made once a run, cloned once a worker, only read."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from pytest_django import DjangoDbBlocker

from tests import database

TEMPLATE = "vv_small_sample"
TOWNS, COLLECTED, RESOLVED = 2, 240, 176


def make_sample() -> None:
    """Two towns of Dafeng."""
    call_command("load_regions", "villages/data/dafeng_regions.csv", verbosity=0)
    call_command("load_reference", verbosity=0)
    call_command("sample", towns=TOWNS, password="for tests only", seed=7)


@pytest.fixture(scope="session")
def small_sample(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> str:
    name = f"{database.own()}_sample"
    with django_db_blocker.unblock():
        database.once(TEMPLATE, make_sample)
        database.clone(TEMPLATE, name)
        database.use(database.own())
    return name


@pytest.fixture
def sample_db(small_sample: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        database.use(small_sample)
        yield
        database.use(database.own())
