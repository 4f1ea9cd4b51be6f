"""What leaves the program: to whom, when, in which words, once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from grievances.messaging import sending
from grievances.messaging.choosing import chosen, next_digest
from grievances.messaging.kinds import GIVEN, MENTION, STEP, VIEW_GREW, kind_of, kinds
from grievances.messaging.telling import tell
from grievances.models import Delivery, How, MessageSettings, Notice, Opinion
from grievances.steps.record import Accused
from tests.factories import make_opinion
from tests.grievances.cases import answered, assigned
from tests.messaging.servers import Gateway, Mailbox
from villages.models import Cadre, Unit

pytestmark = pytest.mark.django_db
CANARY = "金丝雀八哥"


def choose(cadre: Cadre, *, language: str = "en", hour: int = 8, **choices: str) -> None:
    Cadre.objects.filter(pk=cadre.pk).update(email=f"{cadre.username}@dafeng.example.cn")
    MessageSettings.objects.update_or_create(
        cadre=cadre, defaults={"language": language, "digest_hour": hour, "choices": choices}
    )


def states() -> QuerySet:
    return Delivery.objects.order_by("pk").values_list("state", flat=True)


def make_due() -> None:
    Delivery.objects.filter(state="waiting").update(next_at=timezone.now() - timedelta(seconds=1))


@pytest.fixture
def case(visitor: Cadre) -> Opinion:
    return make_opinion(by=visitor, text=CANARY, name="王金丝", place="金丝桥")


def test_who_wants_to_know_at_once_gets_an_e_mail_of_the_case_given(
    mailbox: Mailbox, commits: Callable, case: Opinion, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    choose(head, given="at_once")
    with commits():
        assigned(case, by=coordinator, unit=transport, person=head)
    [mail] = mailbox.kept
    text = mail.get_content()
    assert case.number in text and "given to you" in text
    assert f"https://voices.example.cn/opinions/{case.number}/" in text
    assert mail["Subject"] == "Village Voices: 1 thing for you"
    assert list(states()) == ["sent"]


def test_a_message_comes_in_the_language_last_used(
    mailbox: Mailbox, commits: Callable, case: Opinion, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    choose(head, language="zh-hans", given="at_once")
    with commits():
        assigned(case, by=coordinator, unit=transport, person=head)
    assert mailbox.kept[0]["Subject"].startswith("民情办理")
    assert "given" not in mailbox.kept[0].get_content()


def test_what_is_told_together_is_one_message_at_its_hour(
    mailbox: Mailbox, commits: Callable, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    choose(head)
    with commits():
        cases = [
            assigned(make_opinion(by=visitor), by=coordinator, unit=transport, person=head) for _n in range(3)
        ]
    sending.ask_for_sending(timezone.now())
    assert mailbox.kept == [] and list(states()) == ["waiting"] * 3
    make_due()
    for _n in range(2):
        sending.ask_for_sending(timezone.now())
    [mail] = mailbox.kept
    assert all(case.number in mail.get_content() for case in cases) and "3 things" in mail["Subject"]
    assert list(states()) == ["sent"] * 3


def test_only_in_the_program_means_nothing_leaves(
    mailbox: Mailbox, gateway: Gateway, commits: Callable, case: Opinion, coordinator: Cadre, transport: Unit,
    head: Cadre,
) -> None:  # fmt: skip
    choose(head, step="program", given="at_once")
    with commits():
        assigned(case, by=coordinator, unit=transport, person=head)
        case.supervise(by=coordinator, text="请速办", due=timezone.localdate() + timedelta(days=7))
    assert Notice.objects.filter(cadre=head).count() == 2
    assert len(mailbox.kept) == len(gateway.kept) == 1


def test_what_duty_demands_can_not_be_switched_off_by_any_row(head: Cadre) -> None:
    for choices in ({GIVEN: "program"}, {GIVEN: "never"}, {GIVEN: None}, {}):
        kept = MessageSettings(cadre=head, choices=choices)
        assert chosen(kept, kind_of(GIVEN)) == How.DIGEST
    assert [kind.name for kind in kinds() if kind.demanded] == ["given", "escalation"]


def test_nothing_of_a_case_but_its_number_leaves_the_program(
    mailbox: Mailbox, gateway: Gateway, commits: Callable, case: Opinion, visitor: Cadre, coordinator: Cadre,
    transport: Unit, head: Cadre,
) -> None:  # fmt: skip
    choices = {kind.name: "at_once" for kind in kinds()}
    for cadre in (head, visitor):
        choose(cadre, **choices)
    with commits():
        answered(case, by=coordinator, unit=transport, person=head)
        case.reopen(by=coordinator, reason=CANARY)
        case.supervise(by=coordinator, text=CANARY, due=timezone.localdate() + timedelta(days=7))
    sent = "".join(f"{mail['Subject']} {mail.get_content()}" for mail in mailbox.kept)
    sent += "".join(body.decode() for _headers, body in gateway.kept)
    assert len(mailbox.kept) == len(gateway.kept) >= 4 and case.number in sent
    places = (case.region.name, case.region.parent.name, case.category.name, case.category.name_en)
    for secret in (CANARY, "金丝", "0515", transport.name, coordinator.name, head.name, *places):
        assert secret not in sent, secret


@pytest.mark.parametrize("kind", ["confidential", "named"])
def test_of_a_protected_case_the_words_are_those_of_any_other(
    mailbox: Mailbox, commits: Callable, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre,
    committee: Unit, kind: str,
) -> None:  # fmt: skip
    choose(head, given="at_once")
    accused = [Accused(unit=committee)] if kind == "named" else None
    protected = make_opinion(by=coordinator, kind=kind, accused=accused, text=CANARY)
    plain = make_opinion(by=visitor)
    with commits():
        for case in (protected, plain):
            assigned(case, by=coordinator, unit=transport, person=head)
    first, second = (mail.get_content() for mail in mailbox.kept)
    assert first.replace(protected.number, "N") == second.replace(plain.number, "N")


def test_rights_are_judged_again_when_a_message_goes(
    mailbox: Mailbox, gateway: Gateway, commits: Callable, case: Opinion, coordinator: Cadre, transport: Unit,
    head: Cadre,
) -> None:  # fmt: skip
    choose(head)
    with commits():
        assigned(case, by=coordinator, unit=transport, person=head)
    case.name_accused(by=coordinator, cadre=head)
    make_due()
    sending.ask_for_sending(timezone.now())
    assert mailbox.kept == [] and gateway.kept == [] and list(states()) == ["dropped"] * 2


def test_the_accused_are_told_nothing(
    mailbox: Mailbox, gateway: Gateway, commits: Callable, visitor: Cadre, secretary: Cadre, committee: Unit
) -> None:
    case = make_opinion(by=visitor, accused=[Accused(unit=committee)])
    with commits():
        tell(kind=MENTION, cadres=[secretary, visitor], key="mention:1", opinion=case)
    assert not Notice.objects.exists() and not Delivery.objects.exists()


def test_who_left_or_took_the_address_away_gets_nothing(
    mailbox: Mailbox, commits: Callable, case: Opinion, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    choose(head)
    with commits():
        assigned(case, by=coordinator, unit=transport, person=head)
    Cadre.objects.filter(pk=head.pk).update(email="")
    make_due()
    sending.ask_for_sending(timezone.now())
    assert mailbox.kept == [] and list(states()) == ["dropped"]


def test_told_twice_by_one_key_is_told_once(
    mailbox: Mailbox, commits: Callable, case: Opinion, coordinator: Cadre
) -> None:
    choose(coordinator, mention="at_once")
    for _n in range(3):
        with commits():
            tell(kind=MENTION, cadres=[coordinator], key="mention:7", opinion=case)
    assert len(mailbox.kept) == Notice.objects.count() == Delivery.objects.count() == 1


def test_a_list_is_told_with_its_length_and_address(
    mailbox: Mailbox, commits: Callable, coordinator: Cadre
) -> None:
    choose(coordinator, view_grew="at_once")
    with commits():
        tell(
            kind=VIEW_GREW,
            cadres=[coordinator],
            key="view:1:2026-11-26",
            address="/opinions/?late=on",
            count=7,
        )
    text = mailbox.kept[0].get_content()
    assert "7 cases" in text and "https://voices.example.cn/opinions/?late=on" in text


def fail(gateway: Gateway, times: int) -> None:
    gateway.status = 500
    for _n in range(times):
        make_due()
        sending.ask_for_sending(timezone.now())


def given(
    gateway: Gateway, commits: Callable, case: Opinion, by: Cadre, unit: Unit, person: Cadre
) -> Delivery:
    choose(person, given="at_once")
    gateway.status = 503
    with commits():
        assigned(case, by=by, unit=unit, person=person)
    return Delivery.objects.get()


def test_a_failure_is_tried_again_ever_later_and_then_given_up(
    gateway: Gateway, commits: Callable, case: Opinion, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    delivery = given(gateway, commits, case, coordinator, transport, head)
    pauses = []
    for _n in range(sending.MOST_ATTEMPTS - 1):
        delivery.refresh_from_db()
        assert delivery.state == "waiting"
        pauses.append(delivery.next_at - timezone.now())
        fail(gateway, 1)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("failed", sending.MOST_ATTEMPTS)
    assert "the gateway answered 500" in delivery.error
    assert all(later > sooner * 1.9 for sooner, later in pairwise(pauses))
    fail(gateway, 2)
    assert len(gateway.kept) == sending.MOST_ATTEMPTS


def test_a_failure_that_passes_is_sent(
    gateway: Gateway, commits: Callable, case: Opinion, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    delivery = given(gateway, commits, case, coordinator, transport, head)
    gateway.status = 200
    make_due()
    for _n in range(2):
        sending.ask_for_sending(timezone.now())
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error) == ("sent", "") and len(gateway.kept) == 2
    keys = {told["key"] for told in gateway.told}
    assert len(keys) == 1


def test_a_worker_killed_in_between_sends_once_more_with_the_same_key(
    gateway: Gateway, commits: Callable, case: Opinion, coordinator: Cadre, transport: Unit, head: Cadre,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    choose(head)
    with commits():
        assigned(case, by=coordinator, unit=transport, person=head)
    make_due()
    with monkeypatch.context() as patch:
        patch.setattr(sending, "_settle", lambda *_args, **_fields: None)  # killed before it wrote that down
        sending._send(sending._claim(timezone.now()))
    assert list(states()) == ["waiting"] and sending._claim(timezone.now()) == []
    make_due()
    sending.ask_for_sending(timezone.now())
    first, second = gateway.told
    assert first == second and list(states()) == ["sent"]


def test_a_worker_killed_every_time_is_given_up(head: Cadre, case: Opinion, gateway: Gateway) -> None:
    notice = Notice.objects.create(cadre=head, opinion=case, kind=STEP)
    now = timezone.now()
    Delivery.objects.create(
        notice=notice, cadre=head, channel="webhook", how="at_once", made_at=now, next_at=now,
        attempts=sending.MOST_ATTEMPTS,
    )  # fmt: skip
    sending.ask_for_sending(timezone.now())
    assert list(states()) == ["failed"] and gateway.kept == []


def test_a_channel_out_of_order_is_left_alone_until_the_next_run(
    gateway: Gateway, coordinator: Cadre, case: Opinion
) -> None:
    now, gateway.status = timezone.now(), 500
    for n in range(10):
        notice = Notice.objects.create(cadre=coordinator, opinion=case, key=f"mention:{n}", kind=MENTION)
        Delivery.objects.create(
            notice=notice, cadre=coordinator, channel="webhook", how="at_once", made_at=now, next_at=now
        )
    sending.send_due.call()
    assert len(gateway.kept) == 3


def test_what_is_long_over_is_forgotten_and_its_notice_stays(head: Cadre, case: Opinion) -> None:
    now = timezone.now()
    for n, age in enumerate((sending.KEPT + timedelta(days=1), timedelta(days=1))):
        notice = Notice.objects.create(cadre=head, opinion=case, key=f"k{n}")
        Delivery.objects.create(
            notice=notice, cadre=head, channel="email", how="at_once", state="sent", made_at=now - age,
            next_at=now,
        )  # fmt: skip
    sending.prune(now)
    assert Delivery.objects.get().notice.key == "k1" and Notice.objects.count() == 2


@pytest.mark.parametrize(
    ("now", "hour", "day"), [("07:59", 8, 26), ("08:00", 8, 27), ("23:30", 0, 27), ("00:00", 23, 26)]
)
def test_the_next_hour_is_always_ahead(now: str, hour: int, day: int) -> None:
    moment = timezone.make_aware(datetime.fromisoformat(f"2026-11-26T{now}"))
    after = timezone.localtime(next_digest(MessageSettings(digest_hour=hour), now=moment))
    assert (after.day, after.hour, after.minute) == (day, hour, 0)


def test_a_step_asks_no_more_where_nothing_leaves_the_program(
    commits: Callable, case: Opinion, coordinator: Cadre, transport: Unit, head: Cadre,
    django_assert_max_num_queries: Callable,
) -> None:  # fmt: skip
    with commits():
        assigned(case, by=coordinator, unit=transport, person=head)
    event = case.events.get(verb="assign")
    Notice.objects.all().delete()
    with django_assert_max_num_queries(3):
        tell(kind=GIVEN, cadres=[head], key="again", opinion=case, event=event)
