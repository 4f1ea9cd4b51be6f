"""A case that waits for something: out of "in hand" until a day, with every clock running on."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grievances.desk import queues, waiting
from grievances.errors import StepRefused
from grievances.flow.calendar import last_day, midnight
from grievances.models import Opinion
from grievances.steps.record import Accused
from tests.factories import fresh, make_cadre, make_opinion, make_unit
from tests.grievances.cases import carried, in_hand
from villages.models import Cadre, Role, Unit

SOON = timezone.localdate() + timedelta(days=5)
QUEUE = {queue.name: queue for queue in queues.QUEUES}


@pytest.fixture
def case(visitor: Cadre, coordinator: Cadre, transport: Unit, handler: Cadre) -> Opinion:
    return in_hand(make_opinion(by=visitor), by=coordinator, unit=transport, person=handler)


def where(case: Opinion, cadre: Cadre) -> set[str]:
    """The queues of a cadre that list the case; each count agrees with its list."""
    cadre, found = fresh(cadre), set()
    for queue, count in waiting.counts(cadre):
        listed = set(queues.rows(queue, cadre).values_list("pk", flat=True))
        assert len(listed) == count, queue.name
        found |= {queue.name} if case.pk in listed else set()
    return found


def test_it_leaves_in_hand_and_comes_back_by_itself_on_its_day(case: Opinion, handler: Cadre) -> None:
    assert where(case, handler) == {"in-hand"}
    case.put_aside(by=handler, waits_for="等街道回话", until=SOON)
    assert where(case, handler) == {"waiting"}
    with time_machine.travel(midnight(SOON), tick=False):
        assert where(case, handler) == {"in-hand"}


def test_whatever_happens_to_it_brings_it_back(case: Opinion, handler: Cadre, leader: Cadre) -> None:
    case.put_aside(by=handler, waits_for="等街道回话", until=SOON)
    case.supervise(by=leader, text="抓紧", due=SOON + timedelta(days=3))
    assert "in-hand" in where(case, handler) and "waiting" not in where(case, handler)


def test_it_can_be_put_aside_longer_and_taken_up_again(case: Opinion, handler: Cadre, head: Cadre) -> None:
    with pytest.raises(StepRefused):
        case.take_up(by=handler)
    case.put_aside(by=handler, waits_for="等街道回话", until=SOON)
    case.put_aside(by=head, waits_for="还在等", until=SOON + timedelta(days=2))
    assert Opinion.objects.get(pk=case.pk).waits_until == midnight(SOON + timedelta(days=2))
    case.take_up(by=handler)
    assert where(case, handler) == {"in-hand"}
    assert list(case.events.values_list("verb", flat=True))[-3:] == ["put_aside", "put_aside", "take_up"]


def test_no_clock_stops_and_lateness_shows_as_ever(case: Opinion, handler: Cadre, leader: Cadre) -> None:
    due = case.due_at
    case.put_aside(by=handler, waits_for="等街道回话", until=SOON)
    assert Opinion.objects.get(pk=case.pk).due_at == due
    Opinion.objects.filter(pk=case.pk).update(due_at=timezone.now() - timedelta(days=1))
    late = set(queues.rows(QUEUE["late"], leader).values_list("pk", flat=True))
    assert case.pk in late
    assert {"late", "waiting"} <= {
        q.name for q in queues.QUEUES if queues.rows(q, handler).filter(pk=case.pk)
    }


def test_the_deadline_is_not_passed_silently(case: Opinion, handler: Cadre) -> None:
    until = last_day(case.due_at) + timedelta(days=1)
    with pytest.raises(ValidationError) as refused:
        case.put_aside(by=handler, waits_for="等料", until=until)
    assert set(refused.value.error_dict) == {"until"}
    case.put_aside(by=handler, waits_for="等料", until=last_day(case.due_at))
    case.put_aside(by=handler, waits_for="等料", until=until, despite=True)


@pytest.mark.parametrize("days", [-1, 0, 91, 4000])
def test_only_a_near_day_to_come_will_do(case: Opinion, handler: Cadre, days: int) -> None:
    until = timezone.localdate() + timedelta(days=days)
    with pytest.raises(ValidationError):
        case.put_aside(by=handler, waits_for="等料", until=until, despite=True)


def test_the_form_warns_keeps_what_was_typed_and_then_does_it(
    client: Client, case: Opinion, handler: Cadre
) -> None:
    client.force_login(handler)
    address = reverse("opinion-put-aside", args=[case.number])
    assert case.pk and "despite" in client.get(address).context["form"].fields
    until = (last_day(case.due_at) + timedelta(days=1)).isoformat()
    typed = carried(case, waits_for="等施工队进场", until=until)
    warned = client.post(address, typed)
    assert warned.status_code == 422 and "until" in warned.context["form"].errors
    assert "等施工队进场" in warned.content.decode()
    assert client.post(address, typed | {"despite": "on"}).status_code == 302
    page = client.get(reverse("opinion", args=[case.number]))
    assert page.context["waits_for"] == "等施工队进场" and "等施工队进场" in page.content.decode()
    empty = client.post(address, carried(case, until="x"))
    assert empty.status_code == 422 and {"waits_for", "until"} <= set(empty.context["form"].errors)


def test_only_the_lead_unit_puts_aside_and_only_what_is_in_hand(
    case: Opinion, handler: Cadre, coordinator: Cadre, leader: Cadre, caller: Cadre
) -> None:
    for cadre in (coordinator, leader, caller):
        with pytest.raises(StepRefused):
            case.put_aside(by=cadre, waits_for="等", until=SOON)
    case.resolve(by=handler, account="补了", public="补好了")
    with pytest.raises(StepRefused):
        case.put_aside(by=handler, waits_for="等", until=SOON)


def test_counts_stay_exact_with_accusations_kept_from_who_looks(
    visitor: Cadre, coordinator: Cadre, transport: Unit, handler: Cadre, head: Cadre, leader: Cadre
) -> None:
    """Also for somebody whose earlier post has ended: their accusing cases are counted one by one."""
    elsewhere = make_unit(code="elsewhere-dep")
    moved = make_cadre(name="moved", role=Role.HANDLER, unit=transport)
    moved.posts.create(
        role=Role.HANDLER, unit=elsewhere, region=elsewhere.region,
        since=timezone.localdate() - timedelta(days=9), until=timezone.localdate() - timedelta(days=2),
    )  # fmt: skip
    for accused in (None, [Accused(unit=elsewhere)], [Accused(cadre=head)]):
        for aside in (False, True):
            case = make_opinion(by=visitor, accused=accused)
            case.assign(by=coordinator, unit=transport, person=handler)
            case.accept(by=handler)
            if aside:
                case.put_aside(by=handler, waits_for="等回函", until=SOON)
    told = {}
    for cadre in (handler, head, moved):
        where(case, cadre)
        counted = {queue.name: count for queue, count in waiting.counts(fresh(cadre))}
        told[cadre.username] = (counted["in-hand"], counted["waiting"])
    assert told["handler"] == (3, 3) and told["head"] == (2, 2) and told["moved"][0] == told["moved"][1]
