"""The people of the tests, each with a one-line meaning."""

import pytest

from tests.factories import DISTRICT, GRID, TOWN, VILLAGE, make_cadre, make_region, make_unit
from villages.models import Cadre, Role, Unit, UnitKind


@pytest.fixture
def town(db: None) -> Unit:
    """Fenghua street, the town's own unit."""
    return make_unit(code="town", region=TOWN, kind=UnitKind.TOWN)


@pytest.fixture
def committee(town: Unit) -> Unit:
    """The committee of a village in that town."""
    make_region(code=GRID)
    return make_unit(code="committee", region=VILLAGE, kind=UnitKind.COMMITTEE, parent=town)


@pytest.fixture
def transport(db: None) -> Unit:
    """A district department."""
    return make_unit(code="transport")


@pytest.fixture
def petitions(db: None) -> Unit:
    """The district's petitions office, where coordinators and callers sit."""
    return make_unit(code="petitions")


@pytest.fixture
def visitor(committee: Unit) -> Cadre:
    """Visits the households of the village's first grid."""
    return make_cadre(name="visitor", role=Role.VISITOR, unit=committee, region=GRID)


@pytest.fixture
def handler(transport: Unit) -> Cadre:
    """Works on cases of the transport department."""
    return make_cadre(name="handler", role=Role.HANDLER, unit=transport)


@pytest.fixture
def head(transport: Unit) -> Cadre:
    """Heads the transport department."""
    return make_cadre(name="head", role=Role.HEAD, unit=transport)


@pytest.fixture
def coordinator(petitions: Unit) -> Cadre:
    """Dispatches for the whole district."""
    return make_cadre(name="coordinator", role=Role.COORDINATOR, unit=petitions)


@pytest.fixture
def town_coordinator(town: Unit) -> Cadre:
    """Dispatches for one town."""
    return make_cadre(name="town-coordinator", role=Role.COORDINATOR, unit=town)


@pytest.fixture
def secretary(committee: Unit) -> Cadre:
    """Heads the village committee."""
    return make_cadre(name="secretary", role=Role.HEAD, unit=committee)


@pytest.fixture
def caller(petitions: Unit) -> Cadre:
    """Calls informants back, for the whole district."""
    return make_cadre(name="caller", role=Role.CALLER, unit=petitions)


@pytest.fixture
def leader(db: None) -> Cadre:
    """Leads the district."""
    return make_cadre(name="leader", role=Role.LEADER, unit=make_unit(code="government"), region=DISTRICT)


@pytest.fixture
def auditor(db: None) -> Cadre:
    """Looks after those who look."""
    return make_cadre(name="auditor", role=Role.AUDITOR, unit=make_unit(code="discipline"), region=DISTRICT)


@pytest.fixture
def administrator(db: None) -> Cadre:
    """Keeps people, posts and reference data; sees no opinion."""
    return make_cadre(name="administrator", role=Role.ADMINISTRATOR, unit=make_unit(code="office"))


@pytest.fixture
def outsider(db: None) -> Cadre:
    """Works in another district: nothing here is theirs to see."""
    unit = make_unit(code="elsewhere", region="320903")
    return make_cadre(name="outsider", role=Role.HANDLER, unit=unit)
