"""A small sample district of its own, in which the driver does real steps."""

import os
from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests import database
from tests.plugin import server
from tests.sample.conftest import TEMPLATE, make_sample


@pytest.fixture
def served_sample(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, str]]:
    """The environment of a server on a fresh copy of the small sample, which Django uses meanwhile too."""
    name = f"{database.own()}_bench"
    with django_db_blocker.unblock():
        database.once(TEMPLATE, make_sample)
        database.clone(TEMPLATE, name)
        database.use(name)
        yield os.environ | {"DATABASE_URL": server.url(name), "DEMO": "1", "DEMO_PASSWORD": "for tests only"}
        database.use(database.own())
