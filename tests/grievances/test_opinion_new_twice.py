"""The same form sent several times at the same moment, with real threads."""

import pytest

from grievances.models import Opinion
from tests.factories import GRID, make_cadre, make_category, make_region, make_unit
from tests.grievances.test_opinion_new import send, typed
from tests.grievances.test_races import at_once
from villages.models import Role


@pytest.mark.parametrize("kind", ["named", "anonymous"])
def test_the_same_form_sent_at_once_is_one_opinion(kind: str, committed_db: None) -> None:
    make_category()
    make_region(code=GRID)
    writer = make_cadre(name="writer", role=Role.COORDINATOR, unit=make_unit(code="petitions"))
    sent = typed(informant=kind)
    answers = at_once(*(lambda: send(writer, **sent) for _click in range(4)))
    assert Opinion.objects.count() == 1
    assert {answer.status_code for answer in answers} == {302 if kind == "named" else 200}
