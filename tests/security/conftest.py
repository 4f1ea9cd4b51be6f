"""The mightiest of the accused."""

import pytest

from tests.factories import fresh
from tests.security.attackers import post
from villages.models import Cadre, Role, Unit


@pytest.fixture
def mighty(secretary: Cadre, committee: Unit, transport: Unit, petitions: Unit) -> Cadre:
    """Heads the village committee, and has every other post that shows opinions in the whole district."""
    for role in (Role.COORDINATOR, Role.CALLER, Role.LEADER, Role.AUDITOR):
        post(secretary, role, petitions)
    post(secretary, Role.HEAD, transport)
    return fresh(secretary)
