"""Two processes that send, or escalate, at the same moment, with real transactions."""

import uuid
from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from grievances.escalating import sweep
from grievances.flow.occasions import Occasion
from grievances.messaging import sending
from grievances.messaging.kinds import GIVEN
from grievances.messaging.notices import notices_of
from grievances.messaging.telling import tell
from grievances.messaging.together import cases_of
from grievances.models import Clock, Delivery, Escalation, EscalationRule, Notice, Opinion, Reach
from tests.factories import DISTRICT, make_cadre, make_opinion, make_unit
from tests.grievances.cases import assigned
from tests.grievances.test_races import at_once
from tests.messaging.servers import Gateway
from villages.models import Cadre, Role

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


def test_two_workers_at_one_order_tell_of_it_once(committed_db: None, gateway: Gateway) -> None:
    transport = make_unit(code="transport")
    people = [make_cadre(name=name, role=Role.HANDLER, unit=transport) for name in ("one", "two")]
    coordinator = make_cadre(name="c", role=Role.COORDINATOR, unit=make_unit(code="petitions"))
    cases = [
        assigned(make_opinion(by=coordinator), by=coordinator, unit=transport, person=people[0])
        for _n in "abcd"
    ]
    Notice.objects.all().delete()
    together = Occasion(uuid.uuid4())

    def say(case: Opinion, cadres: list[Cadre]) -> None:
        event = case.events.get(verb="assign")
        tell(kind=GIVEN, cadres=cadres, key=f"event:{event.pk}", opinion=case, event=event, occasion=together)

    orders = [people, people[::-1]] * 2
    results = at_once(*[lambda n=n: say(cases[n], orders[n]) for n in range(4)])
    assert results == [None] * 4
    for cadre in people:
        assert Notice.objects.filter(cadre=cadre, opinion=None).count() == 1
        assert set(cases_of(notices_of(cadre).get(), cadre)) == set(cases)
    assert Delivery.objects.count() == 2
