"""What came back more than once lies with its coordinator until they have decided."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grievances.desk import queues, waiting
from grievances.errors import StepRefused
from grievances.models import Notice, Opinion
from tests.factories import fresh, make_cadre, make_opinion, make_unit
from tests.grievances.cases import answered, carried
from villages.models import Cadre, Role, Unit


@pytest.fixture
def case(visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre) -> Opinion:
    return answered(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)


def answer(case: Opinion, head: Cadre) -> None:
    case.resolve(by=head, account="又办了", public="又办好了。")


def not_solved(case: Opinion, caller: Cadre) -> None:
    case.call_back(by=caller, contacted=True, solved=False, satisfied=False)


@pytest.fixture
def back(case: Opinion, head: Cadre, caller: Cadre) -> Opinion:
    """Sent back to work by the head, then reopened by a caller."""
    case.rework(by=head, reason="答复太空")
    answer(case, head)
    not_solved(case, caller)
    return case


def queue(cadre: Cadre) -> set[int]:
    [wanted] = [one for one in queues.QUEUES if one.name == "back-twice"]
    found = set(queues.rows(wanted, fresh(cadre)).values_list("pk", flat=True))
    assert dict(waiting.counts(fresh(cadre)))[wanted] == len(found)
    return found


def test_once_is_the_units_own_matter(case: Opinion, head: Cadre, coordinator: Cadre) -> None:
    case.rework(by=head, reason="答复太空")
    assert not case.back_twice and queue(coordinator) == set()


def test_the_second_time_it_lies_with_coordinator_and_head(
    back: Opinion, coordinator: Cadre, head: Cadre, town_coordinator: Cadre
) -> None:
    assert queue(coordinator) == queue(head) == {back.pk} or queue(town_coordinator) == {back.pk}
    assert back.events.latest("pk").details["returns"] == 2


@pytest.mark.parametrize("how", ["rework", "call_back", "reopen"])
def test_each_way_back_counts(
    case: Opinion, coordinator: Cadre, head: Cadre, caller: Cadre, how: str
) -> None:
    for _time in range(2):
        if how == "rework":
            case.rework(by=head, reason="不清楚")
        elif how == "call_back":
            not_solved(case, caller)
        else:
            case.reopen(by=coordinator, reason="没好")
        if _time == 0:
            answer(case, head)
    assert case.back_twice


def test_coordinators_of_its_desk_are_told_at_the_second_return_and_not_before(
    case: Opinion, coordinator: Cadre, head: Cadre, caller: Cadre, django_capture_on_commit_callbacks: object
) -> None:
    other = make_cadre(name="far", role=Role.COORDINATOR, unit=make_unit(code="far", region="320904002"))
    with django_capture_on_commit_callbacks(execute=True):
        case.rework(by=head, reason="答复太空")
        answer(case, head)
    assert not Notice.objects.filter(cadre=coordinator).exists()
    with django_capture_on_commit_callbacks(execute=True):
        not_solved(case, caller)
    assert Notice.objects.filter(cadre=coordinator, event__verb="call_back").exists()
    assert not Notice.objects.filter(cadre=other).exists()


def test_the_town_that_dispatches_is_told_and_not_the_district(
    visitor: Cadre, committee: Unit, secretary: Cadre, town_coordinator: Cadre, coordinator: Cadre, caller: Cadre,
    django_capture_on_commit_callbacks: object,
) -> None:  # fmt: skip
    case = answered(make_opinion(by=visitor), by=town_coordinator, unit=committee, person=secretary)
    case.rework(by=secretary, reason="答复太空")
    answer(case, secretary)
    with django_capture_on_commit_callbacks(execute=True):
        not_solved(case, caller)
    assert Notice.objects.filter(cadre=town_coordinator).exists()
    assert not Notice.objects.filter(cadre=coordinator).exists()
    assert queue(town_coordinator) == {case.pk} and queue(coordinator) == set()


def test_it_stays_while_the_unit_answers_again(back: Opinion, coordinator: Cadre, head: Cadre) -> None:
    answer(back, head)
    assert queue(coordinator) == {back.pk}


DUE = timezone.localdate() + timedelta(days=5)


@pytest.mark.parametrize(
    ("verb", "arguments"),
    [
        ("supervise", {"text": "抓紧", "due": DUE}),
        ("leave_with_unit", {"reason": "再给一周"}),
        ("reassign", {"reason": "换人办"}),
    ],
)
def test_the_coordinators_decision_takes_it_off(
    back: Opinion, coordinator: Cadre, verb: str, arguments: dict[str, object]
) -> None:
    if verb == "reassign":
        water = make_unit(code="water")
        make_cadre(name="waterman", role=Role.HEAD, unit=water)
        arguments = arguments | {"unit": water}
    getattr(back, verb)(by=coordinator, **arguments)
    assert not Opinion.objects.get(pk=back.pk).back_twice and queue(coordinator) == set()


def test_a_leaders_push_is_not_the_coordinators_decision(
    back: Opinion, leader: Cadre, coordinator: Cadre
) -> None:
    back.supervise(by=leader, text="抓紧", due=DUE)
    assert queue(coordinator) == {back.pk}


def test_it_goes_when_it_is_closed_and_comes_again_with_the_next_return(
    back: Opinion, coordinator: Cadre, head: Cadre, caller: Cadre
) -> None:
    answer(back, head)
    back.call_back(by=caller, contacted=True, solved=True, satisfied=True)
    assert queue(coordinator) == set()
    back.reopen(by=coordinator, reason="又坏了")
    assert queue(coordinator) == {back.pk} and back.events.latest("pk").details["returns"] == 3


def test_there_is_nothing_to_decide_otherwise(
    case: Opinion, coordinator: Cadre, head: Cadre, back: Opinion
) -> None:
    with pytest.raises(StepRefused):
        back.leave_with_unit(by=head, reason="我来定")
    back.leave_with_unit(by=coordinator, reason="再给一周")
    with pytest.raises(StepRefused):
        back.leave_with_unit(by=coordinator, reason="再给一周")


def test_the_page_offers_the_decision_and_tells_of_it(
    client: Client, back: Opinion, coordinator: Cadre
) -> None:
    client.force_login(coordinator)
    client.cookies["django_language"] = "en"
    address = reverse("opinion-leave-with-unit", args=[back.number])
    text = client.get(reverse("opinion", args=[back.number])).content.decode()
    assert address in text and "came back 2 times" in text and "Came back more than once" in text
    assert client.post(address, carried(back, reason="")).status_code == 422
    assert client.post(address, carried(back, reason="再给一周")).status_code == 302
    text = client.get(reverse("opinion", args=[back.number])).content.decode()
    assert address not in text and "left it with the unit" in text


def test_two_who_decide_at_once_the_second_sees_what_the_first_did(
    client: Client, back: Opinion, coordinator: Cadre
) -> None:
    form = carried(back, reason="再给一周")
    back.supervise(by=coordinator, text="抓紧", due=DUE)
    client.force_login(coordinator)
    assert client.post(reverse("opinion-leave-with-unit", args=[back.number]), form).status_code == 409
