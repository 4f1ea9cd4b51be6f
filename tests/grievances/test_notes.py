"""Notes among colleagues: who reads them, whom they tell, and where they never appear."""

import uuid

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from grievances.answering import notes
from grievances.errors import RequestReused
from grievances.messaging.notices import notices_of, unseen
from grievances.models import Note, Notice, Opinion
from grievances.steps.record import Accused
from tests.factories import fresh, make_cadre, make_opinion, make_unit
from tests.grievances.cases import in_hand
from villages.models import Cadre, Role, Unit

CANARY = "金丝雀批注"


@pytest.fixture
def case(visitor: Cadre, coordinator: Cadre, transport: Unit, handler: Cadre) -> Opinion:
    return in_hand(make_opinion(by=visitor), by=coordinator, unit=transport, person=handler)


def signed_in(cadre: Cadre) -> Client:
    client = Client()
    client.force_login(fresh(cadre))
    return client


def post(case: Opinion, by: Cadre, /, *, htmx: bool = False, **fields: object) -> object:
    headers = {"HX-Request": "true"} if htmx else {}
    asked = {"key": str(uuid.uuid4())} | fields
    return signed_in(by).post(reverse("opinion-notes", args=[case.number]), asked, headers=headers)


def note(case: Opinion, by: Cadre, text: str = CANARY, *mentioned: Cadre) -> Note:
    return notes.write(case, by=by, text=text, mentioned=mentioned, key=uuid.uuid4())


def test_a_note_stands_on_the_case_apart_from_its_story(case: Opinion, handler: Cadre, head: Cadre) -> None:
    assert post(case, handler, text=CANARY).url == reverse("opinion-notes", args=[case.number])
    page = signed_in(head).get(reverse("opinion", args=[case.number]))
    assert [one.text for one in page.context["notes"]] == [CANARY] and CANARY in page.content.decode()
    assert not any(CANARY in line.text for line in page.context["story"])
    assert not case.events.filter(text__contains=CANARY).exists()


def test_in_the_panel_the_notes_alone_come_back(case: Opinion, handler: Cadre) -> None:
    shown = post(case, handler, htmx=True, text=CANARY).content.decode()
    assert CANARY in shown and "<html" not in shown
    wrong = post(case, handler, htmx=True, text="")
    assert wrong.status_code == 422 and wrong["HX-Retarget"] == "#note"


def test_who_is_mentioned_or_chosen_gets_a_notice_until_seen(
    case: Opinion, handler: Cadre, head: Cadre, coordinator: Cadre, leader: Cadre
) -> None:
    post(case, handler, text=f"@head 请看，@{leader.name}也请知悉", person=coordinator.pk)
    for cadre in (head, leader, coordinator):
        assert unseen(fresh(cadre)) == 1
        listed = signed_in(cadre).get(reverse("notice-list"))
        assert case.number in listed.content.decode() and CANARY not in listed.content.decode()
    assert not notices_of(handler).exists()
    assert sorted(Note.objects.get().told) == sorted([head.name, leader.name, coordinator.name])
    signed_in(head).post(reverse("notices-seen"))
    assert unseen(fresh(head)) == 0


@pytest.mark.parametrize(
    "called", ["outsider", "visitor", "caller", "secretary", "nobody", "header", "head_x"]
)
def test_nobody_is_called_who_does_not_read_the_notes(
    case: Opinion, handler: Cadre, head: Cadre, outsider: Cadre, caller: Cadre, secretary: Cadre, called: str
) -> None:
    refused = post(case, handler, text=f"请 @{called} 看看")
    assert refused.status_code == 422 and called in str(refused.context["form"].errors["text"])
    assert not Note.objects.exists() and not Notice.objects.filter(kind__in=["mention", "check"]).exists()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a@head.com", []),
        ("@head", ["head"]),
        ("＠head，看看", ["head"]),
        ("@head请看", ["head"]),
        ("@干部head请看", ["head"]),
        ("@HEAD", ["head"]),
        ("@head @head", ["head"]),
        ("没有人", []),
    ],
)
def test_names_are_found_where_an_at_calls_them(head: Cadre, text: str, found: list[str]) -> None:
    assert [one.username for one in notes.mentioned_in(text, [head])] == found


def test_of_two_names_the_longer_is_meant(head: Cadre) -> None:
    longer = make_cadre(name="head-2")
    assert notes.mentioned_in("@head-2", [head, longer]) == [longer]
    with pytest.raises(ValidationError):
        notes.mentioned_in("@head-3", [head, longer])


@pytest.mark.parametrize(
    "wrong", [{"text": ""}, {"text": "长" * 1001}, {"text": "x", "person": "0"}, {"key": "x"}]
)
def test_what_is_wrong_is_named_and_nothing_is_written(
    case: Opinion, handler: Cadre, wrong: dict[str, str]
) -> None:
    refused = post(case, handler, **{"text": CANARY} | wrong)
    field = "person" if "person" in wrong else next(iter(wrong))
    assert refused.status_code == 422 and field in refused.context["form"].errors
    assert not Note.objects.exists()


def test_the_same_request_twice_is_one_note_and_one_notice(
    case: Opinion, handler: Cadre, head: Cadre
) -> None:
    key = str(uuid.uuid4())
    for _again in range(2):
        assert post(case, handler, text="@head 看", key=key).status_code == 302
    assert Note.objects.count() == Notice.objects.filter(kind__in=["mention", "check"]).count() == 1
    assert post(case, handler, text="别的话", key=key).status_code == 409
    with pytest.raises(RequestReused):
        notes.write(case, by=head, text="@head 看", mentioned=[], key=uuid.UUID(key))


def test_whoever_works_on_it_or_oversees_it_reads_them_and_nobody_else(
    case: Opinion, handler: Cadre, head: Cadre, coordinator: Cadre, leader: Cadre, auditor: Cadre,
    visitor: Cadre, caller: Cadre, outsider: Cadre,
) -> None:  # fmt: skip
    helper = make_cadre(name="helper", role=Role.HANDLER, unit=make_unit(code="helping"))
    case.assist(by=head, unit=helper.unit)
    note(case, handler)
    address = reverse("opinion-notes", args=[case.number])
    for cadre, reads, writes in (
        (head, 200, 302), (coordinator, 200, 302), (leader, 200, 302), (helper, 200, 302), (auditor, 200, 403),
        (visitor, 404, 404), (caller, 404, 404), (outsider, 404, 404),
    ):  # fmt: skip
        assert signed_in(cadre).get(address).status_code == reads, cadre
        assert post(case, cadre, text="也记一笔").status_code == writes, cadre
        page = signed_in(cadre).get(reverse("opinion", args=[case.number]))
        assert (CANARY in page.content.decode()) == (reads == 200), cadre


def test_a_note_is_on_no_paper_letter_receipt_or_file(case: Opinion, handler: Cadre) -> None:
    note(case, handler)
    client = signed_in(handler)
    for name in ("opinion-paper", "opinion-receipt", "opinion-dispatch-slip"):
        assert CANARY not in client.get(reverse(name, args=[case.number])).content.decode()
    letter = client.post(
        reverse("opinion-resolve", args=[case.number]),
        {"version": case.version, "key": uuid.uuid4(), "account": "办了", "public": "办好了"},
    ).context["letter"]
    assert CANARY not in letter
    for name in ("opinion-list", "search", "visitor-home"):
        assert CANARY not in client.get(reverse(name), {"text": CANARY[3:], "q": CANARY[3:]}).content.decode()


def test_the_accused_never_learn_of_a_note_nor_of_its_notice(
    visitor: Cadre, coordinator: Cadre, transport: Unit, handler: Cadre, head: Cadre, leader: Cadre
) -> None:
    case = in_hand(make_opinion(by=visitor), by=coordinator, unit=transport, person=handler)
    note(case, handler, f"@head {CANARY}", head)
    assert unseen(fresh(head)) == 1
    case.name_accused(by=coordinator, cadre=head)
    assert unseen(fresh(head)) == 0 and not notices_of(fresh(head)).exists()
    assert head not in notes.readers(Opinion.objects.get(pk=case.pk))
    assert signed_in(head).get(reverse("opinion-notes", args=[case.number])).status_code == 404
    refused = post(Opinion.objects.get(pk=case.pk), leader, text="@head 看")
    assert refused.status_code == 422


def test_nobody_below_the_district_is_told_while_the_accused_is_not_known(
    visitor: Cadre, coordinator: Cadre, town_coordinator: Cadre, leader: Cadre
) -> None:
    case = make_opinion(by=visitor, accused=[Accused()])
    assert notes.readers(case) == [coordinator, leader]


@pytest.mark.parametrize("many", [1, 12])
def test_reading_and_writing_take_the_same_queries_whatever_the_number(
    case: Opinion, handler: Cadre, transport: Unit, many: int, django_assert_max_num_queries: object
) -> None:
    for n in range(many):
        make_cadre(name=f"colleague{n}", role=Role.HANDLER, unit=transport)
        note(case, handler, f"第{n}条")
    case.name_accused(by=make_cadre(name="c", role=Role.COORDINATOR, unit=make_unit(code="co")),
                      unit=make_unit(code="far"))  # fmt: skip
    client = signed_in(handler)
    address = reverse("opinion-notes", args=[case.number])
    client.get(address)
    with django_assert_max_num_queries(12):
        client.get(address)
