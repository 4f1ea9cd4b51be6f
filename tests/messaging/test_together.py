"""One decision on many cases is told of as one: one notice, one line of a message, one list."""

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from grievances.bulk import doing
from grievances.flow.occasions import Occasion
from grievances.messaging import sending
from grievances.messaging.kinds import GIVEN, STEP, kind_of, recount
from grievances.messaging.notices import notices_of, unseen
from grievances.messaging.telling import tell
from grievances.messaging.together import cases_of
from grievances.messaging.wording import still_theirs
from grievances.models import Delivery, MessageSettings, Notice, Opinion, Succession
from grievances.people.leaving import HandingOn
from tests.factories import fresh, make_cadre, make_opinion
from tests.grievances.bulk import ask, chosen, order_of
from tests.grievances.cases import answered, assigned, in_hand
from tests.messaging.servers import Gateway, Mailbox
from villages.models import Absence, Cadre, Role, Unit

pytestmark = pytest.mark.django_db
CANARY = "金丝雀八哥"


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def signed_in(cadre: Cadre) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(fresh(cadre))
    return client


@pytest.fixture
def new_cases(visitor: Cadre) -> list[Opinion]:
    return [make_opinion(by=visitor, text=CANARY, name="王金丝") for _n in range(3)]


@pytest.fixture
def colleague(transport: Unit) -> Cadre:
    return make_cadre(name="colleague", role=Role.HANDLER, unit=transport)


@pytest.fixture
def told(
    new_cases: list[Opinion], coordinator: Cadre, transport: Unit, handler: Cadre, commits: Callable
) -> list[Opinion]:
    """Three cases that were assigned to the handler by one order."""
    with commits():
        order_of(ask(signed_in(coordinator), "assign", new_cases, unit=transport.pk, person=handler.pk))
    return new_cases


def listed(cadre: Cadre) -> list[tuple[str, str]]:
    """(number, what it says) of each notice that stands."""
    rows = signed_in(cadre).get(reverse("notice-list")).context["page"].rows
    return [(notice.opinion.number if notice.opinion else "", notice.what) for notice in rows]


def opened(cadre: Cadre) -> set[Opinion]:
    """The cases of the list to which the one notice leads."""
    [notice] = notices_of(fresh(cadre))
    return set(signed_in(cadre).get(notice.address).context["page"].rows)


def choose(cadre: Cadre, **choices: str) -> None:
    Cadre.objects.filter(pk=cadre.pk).update(email=f"{cadre.username}@dafeng.example.cn")
    MessageSettings.objects.create(cadre=cadre, language="en", choices=choices)


def send_all() -> None:
    Delivery.objects.filter(state="waiting").update(next_at=timezone.now() - timedelta(seconds=1))
    sending.ask_for_sending(timezone.now())


# many at once


def test_many_that_are_assigned_to_one_person_are_one_notice_that_opens_them(
    told: list[Opinion], handler: Cadre
) -> None:
    assert listed(handler) == [("", "3 cases given to you: take them, or hand them back")]
    assert unseen(fresh(handler)) == 1 and opened(handler) == set(told)
    page = signed_in(handler).get(notices_of(handler).get().address).content.decode()
    assert "3 cases given to you" in page and all(case.number in page for case in told)


def test_the_head_and_the_person_are_told_once_of_many_that_are_supervised(
    told: list[Opinion], leader: Cadre, handler: Cadre, head: Cadre, commits: Callable
) -> None:
    Notice.objects.all().delete()
    due = timezone.localdate() + timedelta(days=3)
    with commits():
        order_of(ask(signed_in(leader), "supervise", told, text=CANARY, due=due.isoformat()))
    for cadre in (handler, head):
        assert [what for _number, what in listed(cadre)] == ["3 cases: supervise"]
        assert opened(cadre) == set(told)


def test_who_wrote_them_down_is_told_once_of_many_that_are_answered(
    new_cases: list[Opinion], visitor: Cadre, coordinator: Cadre, transport: Unit, handler: Cadre, commits: Callable
) -> None:  # fmt: skip
    for case in new_cases:
        in_hand(case, by=coordinator, unit=transport, person=handler)
    with commits():
        doing.place(
            by=fresh(handler), key=uuid.uuid4(), verb="resolve", digest="",
            arguments={"account": "修了", "public": "{编号}修好了。", "draft": 0},
            chosen={case.pk: case.version for case in new_cases},
        )  # fmt: skip
    assert listed(visitor) == [("", "3 cases: answer: resolved")] and opened(visitor) == set(new_cases)


def test_of_one_case_the_notice_is_that_of_the_case(
    new_cases: list[Opinion], coordinator: Cadre, transport: Unit, handler: Cadre, commits: Callable
) -> None:
    with commits():
        order_of(ask(signed_in(coordinator), "assign", new_cases[:1], unit=transport.pk, person=handler.pk))
    assert listed(handler) == [(new_cases[0].number, "given to you: take it, or hand it back")]


def test_each_person_counts_the_own_cases_of_an_order(
    new_cases: list[Opinion], coordinator: Cadre, transport: Unit, handler: Cadre, colleague: Cadre, commits: Callable
) -> None:  # fmt: skip
    each = {case.pk: {"unit": transport, "person": handler} for case in new_cases[:2]}
    each[new_cases[2].pk] = {"unit": transport, "person": colleague}
    with commits():
        doing.place(
            by=fresh(coordinator), key=uuid.uuid4(), verb="assign", arguments={"reason": ""}, digest="",
            chosen={case.pk: case.version for case in new_cases}, each=each,
        )  # fmt: skip
    assert [what for _n, what in listed(handler)] == ["2 cases given to you: take them, or hand them back"]
    assert opened(handler) == set(new_cases[:2])
    assert listed(colleague)[0][0] == new_cases[2].number


def test_a_list_of_call_backs_is_one_notice(
    new_cases: list[Opinion], coordinator: Cadre, transport: Unit, handler: Cadre, caller: Cadre, commits: Callable
) -> None:  # fmt: skip
    for case in new_cases:
        answered(case, by=coordinator, unit=transport, person=handler)
    said = {"contacted": "yes", "solved": "yes", "satisfied": "yes", "remark": ""}
    rows = {f"c{case.pk}-{name}": value for case in new_cases for name, value in said.items()}
    rows |= {f"c{case.pk}-version": case.version for case in new_cases}
    form = {"key": str(uuid.uuid4()), "means": "telephone", "printed": ""}
    form["chosen"] = " ".join(f"{case.pk}.{n}" for n, case in enumerate(new_cases, start=1))
    with commits():
        assert signed_in(caller).post(reverse("call-backs"), form | rows).status_code == 302
    assert [what for _n, what in listed(handler)] == ["3 cases: call back"]
    assert opened(handler) == set(new_cases)


def test_an_order_that_was_broken_off_and_is_gone_on_with_stays_one_notice(
    mailbox: Mailbox, new_cases: list[Opinion], coordinator: Cadre, transport: Unit, handler: Cadre, commits: Callable,
    monkeypatch: pytest.MonkeyPatch, settings: object,
) -> None:  # fmt: skip
    choose(handler)
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    monkeypatch.setattr(doing, "DIRECTLY", 0)
    order = order_of(ask(signed_in(coordinator), "assign", new_cases, unit=transport.pk, person=handler.pk))
    with commits():
        doing.run(order, most=1)
    assert listed(handler)[0][0] == new_cases[0].number
    with commits():
        doing.run(order)
    assert opened(handler) == set(new_cases) and Delivery.objects.count() == 1


def test_what_comes_after_the_notice_was_seen_and_sent_is_told_again(
    mailbox: Mailbox, new_cases: list[Opinion], coordinator: Cadre, transport: Unit, handler: Cadre, commits: Callable,
    monkeypatch: pytest.MonkeyPatch, settings: object,
) -> None:  # fmt: skip
    choose(handler)
    usual = settings.TASKS
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    monkeypatch.setattr(doing, "DIRECTLY", 0)
    order = order_of(ask(signed_in(coordinator), "assign", new_cases, unit=transport.pk, person=handler.pk))
    settings.TASKS = usual
    with commits():
        doing.run(order, most=1)
    send_all()
    signed_in(handler).post(reverse("notices-seen"))
    assert unseen(fresh(handler)) == 0 and len(mailbox.kept) == 1
    with commits():
        doing.run(order)
    assert unseen(fresh(handler)) == 1 and opened(handler) == set(new_cases)
    send_all()
    assert "3 cases given to you" in mailbox.kept[1].get_content()
    assert mailbox.kept[0]["Message-ID"] != mailbox.kept[1]["Message-ID"]


def test_what_goes_on_the_next_day_is_told_anew_and_each_notice_opens_its_own_cases(
    told: list[Opinion], handler: Cadre
) -> None:
    Notice.objects.all().delete()
    order, today = Occasion(uuid.uuid4()), timezone.now()
    days = (today - timedelta(days=1), today, today)
    for case, day in zip(told, days, strict=True):
        event = case.events.get(verb="assign")
        tell(
            kind=GIVEN,
            cadres=[handler],
            key=f"event:{event.pk}",
            opinion=case,
            event=event,
            at=day,
            occasion=order,
        )
    yesterdays, todays = notices_of(fresh(handler)).order_by("made_at")
    assert unseen(fresh(handler)) == 2
    assert set(cases_of(yesterdays, fresh(handler))) == set(told[:1])
    assert set(cases_of(todays, fresh(handler))) == set(told[1:])
    assert {number for number, _what in listed(handler)} == {"", told[0].number}


# what leaves the program


def test_one_line_leaves_the_program_with_the_number_and_what_to_do(
    mailbox: Mailbox, gateway: Gateway, new_cases: list[Opinion], coordinator: Cadre, transport: Unit,
    handler: Cadre, commits: Callable,
) -> None:  # fmt: skip
    choose(handler, given="program")
    with commits():
        order_of(ask(signed_in(coordinator), "assign", new_cases, unit=transport.pk, person=handler.pk))
    assert set(Delivery.objects.values_list("how", flat=True)) == {"digest"}, "it can't be switched off"
    send_all()
    [mail], [told] = mailbox.kept, gateway.told
    [line] = told["lines"]
    assert line["what"] == "3 cases given to you: take them, or hand them back" and line["number"] == ""
    assert line["address"] == f"https://voices.example.cn{notices_of(handler).get().address}"
    assert mail["Subject"] == "Village Voices: 1 thing for you" and line["address"] in mail.get_content()
    sent = f"{mail.get_content()}{told}"
    assert not any(secret in sent for secret in (CANARY, "金丝", handler.name, coordinator.name))


def test_at_once_waits_until_the_last_case_is_counted(
    mailbox: Mailbox, new_cases: list[Opinion], coordinator: Cadre, transport: Unit, handler: Cadre, commits: Callable
) -> None:  # fmt: skip
    choose(handler, given="at_once")
    with commits():
        order_of(ask(signed_in(coordinator), "assign", new_cases, unit=transport.pk, person=handler.pk))
    assert mailbox.kept == [] and Delivery.objects.get().next_at > timezone.now()
    send_all()
    assert "3 cases given to you" in mailbox.kept[0].get_content()


# who may see what


def test_what_may_no_longer_be_seen_is_no_longer_counted(
    told: list[Opinion], coordinator: Cadre, handler: Cadre
) -> None:
    [notice] = notices_of(handler)
    for case, left in zip(told, (2, 1, 0), strict=True):
        case.refresh_from_db()
        case.name_accused(by=coordinator, cadre=handler)
        recount([notice := Notice.objects.get(pk=notice.pk)], fresh(handler))
        assert notice.count == left
        assert bool(still_theirs([Notice.objects.get(pk=notice.pk)], fresh(handler))) == bool(left)
        if left == 1:
            assert listed(handler) == [(told[2].number, "given to you: take it, or hand it back")]
    assert listed(handler) == [] and unseen(fresh(handler)) == 0
    assert signed_in(handler).get(notice.address).status_code == 404


def test_nobody_opens_the_list_of_somebody_elses_notice(
    told: list[Opinion], handler: Cadre, head: Cadre, coordinator: Cadre
) -> None:
    address = notices_of(handler).get().address
    for cadre in (head, coordinator):
        assert signed_in(cadre).get(address).status_code == 404
    assert signed_in(handler).get(reverse("notice-cases", args=[uuid.uuid4()])).status_code == 404


def test_notices_of_many_cost_the_same_queries_whatever_their_number(
    told: list[Opinion], coordinator: Cadre, transport: Unit, handler: Cadre, head: Cadre, commits: Callable,
    django_assert_max_num_queries: Callable,
) -> None:  # fmt: skip
    for n in range(3):
        by, to = (head, head) if n % 2 == 0 else (head, handler)
        with commits():
            order_of(ask(signed_in(by), "transfer", told, person=to.pk))
    assert len(listed(handler)) == 2
    client = signed_in(handler)
    client.get(reverse("help"))
    for address in (reverse("notice-list"), notices_of(handler).first().address):
        with django_assert_max_num_queries(10):
            client.get(address)


def test_one_walks_along_the_list_of_a_notice(told: list[Opinion], handler: Cadre) -> None:
    address = notices_of(handler).get().address
    client = signed_in(handler)
    first, second, third = client.get(address).context["page"].rows
    page = client.get(
        reverse("opinion", args=[second.number]), headers={"referer": f"http://testserver{address}"}
    )
    way = page.context["way"]
    assert way.address == address
    for step, number in (("walk-previous", first.number), ("walk-next", third.number)):
        assert f"/{number}/" in client.get(reverse(step) + way.query).url


# handing over


def hand_over(head: Cadre, leaving: Cadre, to: Cadre, cases: list[Opinion], *, by: str) -> None:
    """By each of the pages on which cases are handed over."""
    client = signed_in(head)
    boxes = chosen(cases).split()
    pages = {
        "leaving": (
            reverse("leaving", args=[leaving.pk]),
            {"to-all": to.pk, "last_day": timezone.localdate()},
        ),
        "handover": (reverse("handover", args=[leaving.pk]), {"cases": boxes, "colleague": to.pk}),
        "unit-colleagues": (
            reverse("unit-colleagues", args=[cases[0].unit_id]),
            {"case": boxes, "colleague": to.pk, "key": str(uuid.uuid4())},
        ),
    }
    address, fields = pages[by]
    assert client.post(address, fields | {"reason": "调离"}).status_code == 302


@pytest.fixture
def held(
    new_cases: list[Opinion], coordinator: Cadre, transport: Unit, handler: Cadre, colleague: Cadre
) -> list[Opinion]:
    in_hand(new_cases[0], by=coordinator, unit=transport, person=handler)
    for case in new_cases[1:]:
        assigned(case, by=coordinator, unit=transport, person=handler)
    return new_cases


@pytest.mark.parametrize("by", ["leaving", "handover"])
def test_a_hand_over_is_one_notice_from_which_each_and_all_can_be_handed_back(
    held: list[Opinion], head: Cadre, handler: Cadre, colleague: Cadre, commits: Callable, mailbox: Mailbox, by: str
) -> None:  # fmt: skip
    choose(colleague)
    with commits():
        hand_over(head, handler, colleague, held, by=by)
    assert listed(colleague) == [("", "3 cases handed over to you: accept them, or hand them back")]
    assert Notice.objects.filter(cadre=colleague).count() == Delivery.objects.count() == 1
    assert handler.label in signed_in(colleague).get(reverse("notice-list")).content.decode()
    [notice] = notices_of(colleague)
    assert notice.address == reverse("succession", args=[Succession.objects.get().pk])
    page = signed_in(colleague).get(notice.address)
    assert set(page.context["cases"]) == set(held) and page.context["waiting"]
    send_all()
    sent = mailbox.kept[0].get_content()
    assert "3 cases handed over to you" in sent and handler.label not in sent
    assert signed_in(colleague).post(notice.address, {"all": "1"}).status_code == 422, "it asks why"
    back = {"all": "1", "reason": "手上已满"}
    if by == "handover":
        back = {"back": "1", "cases": [case.pk for case in held], "reason": "手上已满"}
    with commits():
        assert signed_in(colleague).post(notice.address, back).status_code == 302
    assert listed(head) == [("", "3 cases given to you: open the list")] and opened(head) == set(held)
    assert listed(colleague) == [("", "nothing is left of what was handed over to you")]


def test_dragged_to_a_colleague_many_are_one_notice(
    held: list[Opinion], head: Cadre, handler: Cadre, colleague: Cadre, commits: Callable
) -> None:
    with commits():
        hand_over(head, handler, colleague, held, by="unit-colleagues")
    assert listed(colleague) == [("", "3 cases given to you: open the list")]
    assert opened(colleague) == set(held) and not Succession.objects.exists()


def test_a_hand_over_of_which_nothing_came_leaves_no_notice(
    held: list[Opinion], head: Cadre, handler: Cadre, colleague: Cadre, coordinator: Cadre, commits: Callable
) -> None:
    for case in held:
        case.name_accused(by=coordinator, cadre=colleague)
    with commits():
        order = HandingOn(handler, fresh(head), "调离")
        order.hand_on(list(Opinion.objects.filter(pk__in=[case.pk for case in held])), fresh(colleague))
    assert order.result.done == 0 and not Notice.objects.exists() and not Succession.objects.exists()


def test_the_number_handed_over_is_that_of_its_list_everywhere(
    held: list[Opinion], head: Cadre, handler: Cadre, colleague: Cadre, coordinator: Cadre, commits: Callable
) -> None:
    with commits():
        hand_over(head, handler, colleague, held, by="leaving")
    case = Opinion.objects.get(pk=held[0].pk)
    case.name_accused(by=coordinator, cadre=colleague)
    case = Opinion.objects.get(pk=held[1].pk)
    case.transfer(by=head, person=head)
    desk = signed_in(colleague).get(reverse("desk"), follow=True)
    [notice] = notices_of(fresh(colleague))
    recount([notice], fresh(colleague))
    cases = signed_in(colleague).get(notice.address).context["cases"]
    assert desk.context["handed"][0].number == notice.count == len(cases) == 1


def test_who_stands_in_for_the_successor_is_told_once_too(
    held: list[Opinion], head: Cadre, handler: Cadre, colleague: Cadre, transport: Unit, commits: Callable
) -> None:
    other = make_cadre(name="other", role=Role.HANDLER, unit=transport)
    today = timezone.localdate()
    Absence.set(by=colleague, cadre=colleague, substitute=other, since=today, until=today)
    with commits():
        hand_over(head, handler, colleague, held, by="leaving")
    assert notices_of(fresh(colleague)).filter(kind=GIVEN).count() == 1
    [notice] = notices_of(fresh(other)).filter(kind=STEP)
    recount([notice], fresh(other))
    assert kind_of(STEP).what(notice) == "3 cases: hand to a colleague"
