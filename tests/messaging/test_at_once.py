"""Two processes that send, or escalate, at the same moment, with real transactions."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from grievances.escalating import sweep
from grievances.messaging import sending
from grievances.models import Clock, Delivery, Escalation, EscalationRule, Notice, Reach
from tests.factories import DISTRICT, make_cadre, make_opinion, make_unit
from tests.grievances.test_races import at_once
from tests.messaging.servers import Gateway
from villages.models import Role

MONDAY = date(2026, 11, 30)


def test_two_at_once_send_and_escalate_everything_once(
    committed_db: None, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    petitions = make_unit(code="petitions")
    visitor = make_cadre(name="visitor", role=Role.VISITOR, unit=petitions, region=DISTRICT)
    for name in ("one", "other"):
        make_cadre(name=name, role=Role.COORDINATOR, unit=petitions)
    cases = [make_opinion(by=visitor) for _n in range(20)]
    Clock.objects.update(due_at=timezone.make_aware(datetime(2026, 11, 29)))
    EscalationRule.objects.create(clock="dispatch", days=0, when="after", level="coordinator")
    monkeypatch.setattr(sweep, "_AT_ONCE", 3)
    now = timezone.make_aware(datetime(2026, 11, 30, 7))
    results = at_once(*[lambda: sweep.escalate(now)] * 3)
    sweep.escalate(now)
    assert results == [None] * 3
    assert Escalation.objects.count() == len(cases) and Reach.objects.count() == 2 * len(cases)
    assert Notice.objects.filter(kind="escalation").count() == Delivery.objects.count() == 2

    Delivery.objects.update(next_at=timezone.now() - timedelta(seconds=1))
    assert at_once(*[sending.send_due.call] * 3) == [None] * 3
    assert sorted(told["to"] for told in gateway.told) == ["one", "other"]
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}
