"""Two at the same moment: a phone is enrolled once, and what was ended stays so."""

import uuid
from functools import partial

from grievances.models import MOST_PHONES, Phone
from grievances.phones import contact
from tests.factories import GRID, VILLAGE, make_cadre, make_unit
from tests.grievances.test_races import at_once
from villages.models import Role


def test_what_comes_at_once_is_done_once(committed_db: None) -> None:
    """All in one test: its database is made anew afterwards."""
    unit = make_unit(code="committee", region=VILLAGE)
    one, two = (make_cadre(name=n, role=Role.VISITOR, unit=unit, region=GRID) for n in ("one", "two"))
    key = uuid.uuid4()
    told = at_once(*[partial(contact.enrol, one, key=key, label="x", session="s")] * 5)
    assert sorted(is_new for _phone, is_new in told) == [False] * 4 + [True]

    key = uuid.uuid4()
    told = at_once(*(partial(contact.enrol, cadre, key=key, label="x", session="s") for cadre in (one, two)))
    (refused,) = (one for one in told if isinstance(one, contact.NotEnrolled))
    assert refused.state == "somebody_elses" and Phone.objects.filter(key=key).count() == 1

    others = [partial(contact.enrol, two, key=uuid.uuid4(), label="x", session="s") for _n in range(12)]
    at_once(*others)
    assert two.phones.in_use().count() == MOST_PHONES

    phone = two.phones.first()
    noting = partial(contact.note_contact, phone, session="new")
    told = at_once(partial(phone.end, by=one), partial(phone.end, by=two), noting)
    phone.refresh_from_db()
    assert sorted(told[:2]) == [False, True] and phone.session == "" and phone.ended_by in (one, two)
