"""Recording a call-back list: a row a case, each by the verb that does it alone; the rules hold for every row."""

import re
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from grievances.bulk import calling
from grievances.models import CallBack, CallList, Event, Opinion
from grievances.steps.record import Accused
from tests.factories import make_cadre, make_opinion, make_unit
from tests.grievances.bulk import chosen, last_event
from tests.grievances.cases import answered, assigned, copied, in_hand
from tests.grievances.test_export_of_every_list import as_a
from villages.models import Cadre, Role, Unit

ADDRESS = "/many/call-backs/"
SOLVED = {"contacted": "yes", "solved": "yes", "satisfied": "yes", "remark": "修好了"}
NOT_SOLVED = {"contacted": "yes", "solved": "no", "satisfied": "no", "remark": "还是坑"}
NOT_REACHED = {"contacted": "no"}


@pytest.fixture
def cases(visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre) -> list[Opinion]:
    return [
        answered(make_opinion(by=visitor, text=f"路灯{n}"), by=coordinator, unit=transport, person=head)
        for n in range(4)
    ]


def opened(client: Client, cases: list[Opinion]) -> dict[str, object]:
    """The form as the page has it, with nothing filled in."""
    page = client.get(ADDRESS, {"case": chosen(cases).split()})
    assert page.status_code == 200, page.content.decode()[:2000]
    return form_of(page)


def form_of(page: object) -> dict[str, object]:
    context = page.context
    data = {
        "key": str(context["common"]["key"].value()), "chosen": context["chosen"], "means": "telephone",
        "printed": context["common"]["printed"].value() or "",
    }  # fmt: skip
    for form in context["forms"]:
        if not form.row.refused:
            data |= {field.html_name: field.value() or "" for field in form}
    return data


def row(case: Opinion, **said: str) -> dict[str, str]:
    return {f"c{case.pk}-{name}": value for name, value in said.items()}


def state(case: Opinion) -> tuple[str, int]:
    found = Opinion.objects.get(pk=case.pk)
    return found.state, found.round


def test_filled_rows_are_recorded_each_with_its_event_and_empty_ones_wait(
    cases: list[Opinion], caller: Cadre
) -> None:
    client = as_a(caller)
    form = opened(client, cases)
    said = row(cases[0], **SOLVED) | row(cases[1], **NOT_SOLVED) | row(cases[2], **NOT_REACHED)
    answer = client.post(ADDRESS, form | said)
    assert answer.status_code == 302 and answer.url == "/desk/to-call-back/"
    assert [state(case) for case in cases] == [
        ("closed", 1), ("handling", 2), ("resolved", 1), ("resolved", 1),
    ]  # fmt: skip
    for case in cases[:3]:
        event = last_event(case)
        assert (event.verb, event.actor) == ("call_back", caller)
        assert event.key == uuid.uuid5(uuid.UUID(form["key"]), str(case.pk))
    assert last_event(cases[3]).verb == "resolve"
    assert CallBack.objects.get(opinion=cases[1]).remark == "还是坑"
    told = client.get(answer.url).content.decode()
    assert "3 call-backs recorded." in told and "1 case goes back to its unit." in told


def test_the_same_form_sent_twice_is_done_once(cases: list[Opinion], caller: Cadre) -> None:
    client = as_a(caller)
    form = opened(client, cases) | row(cases[0], **SOLVED) | row(cases[1], **NOT_REACHED)
    for _n in range(2):
        assert client.post(ADDRESS, form).status_code == 302
    assert Event.objects.filter(verb="call_back").count() == CallBack.objects.count() == 2


def test_the_same_key_with_another_answer_is_refused_at_its_row(cases: list[Opinion], caller: Cadre) -> None:
    client = as_a(caller)
    form = opened(client, cases) | row(cases[0], **SOLVED)
    client.post(ADDRESS, form)
    page = client.post(ADDRESS, form | row(cases[0], **NOT_SOLVED))
    assert page.status_code == 422 and "sent before" in page.content.decode()
    assert state(cases[0]) == ("closed", 1)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"contacted": "yes", "satisfied": "yes", "remark": "一"}, "Say whether it is solved."),
        ({"contacted": "yes", "solved": "yes", "remark": "二"}, "Say whether the informant is satisfied."),
        ({"remark": "三"}, "Say whether the informant was reached."),
        ({"solved": "yes", "remark": "四"}, "Say whether the informant was reached."),
        ({"contacted": "no", "solved": "yes", "remark": "五"}, "Nobody was reached, and yet"),
        ({"contacted": "maybe", "remark": "六"}, "maybe"),
        ({"contacted": "no", "remark": "七" * 4001}, "4000"),
        ({"contacted": "no", "version": "", "remark": "八"}, "required"),
    ],
)
def test_what_is_wrong_is_said_at_its_row_others_are_kept_and_what_was_typed_stays(
    cases: list[Opinion], caller: Cadre, said: dict[str, str], words: str
) -> None:
    client = as_a(caller)
    form = opened(client, cases) | row(cases[0], **SOLVED) | row(cases[1], **said)
    page = client.post(ADDRESS, form)
    text = page.content.decode()
    assert page.status_code == 422 and words in text and f'href="#c{cases[1].pk}"' in text
    assert state(cases[0]) == ("closed", 1) and state(cases[1]) == ("resolved", 1)
    assert "1 call-back is recorded." in text and said["remark"][:100] in text
    assert f'id="c{cases[0].pk}"' not in text
    assert Event.objects.filter(verb="call_back").count() == 1


def test_a_corrected_row_is_recorded_by_the_same_form(cases: list[Opinion], caller: Cadre) -> None:
    client = as_a(caller)
    wrong = client.post(ADDRESS, opened(client, cases) | row(cases[1], remark="修好了"))
    again = form_of(wrong)
    assert again[f"c{cases[1].pk}-remark"] == "修好了"
    assert client.post(ADDRESS, again | row(cases[1], **SOLVED)).status_code == 302
    assert state(cases[1]) == ("closed", 1)


def test_who_changed_a_case_meanwhile_is_said_at_its_row_and_nothing_is_overwritten(
    cases: list[Opinion], caller: Cadre, leader: Cadre, head: Cadre
) -> None:
    client = as_a(caller)
    form = opened(client, cases) | row(cases[0], **SOLVED) | row(cases[1], **SOLVED)
    Opinion.objects.get(pk=cases[1].pk).remark(by=head, text="补充")
    page = client.post(ADDRESS, form)
    assert page.status_code == 422 and "Changed meanwhile by" in page.content.decode()
    assert state(cases[0]) == ("closed", 1) and state(cases[1]) == ("resolved", 1)
    # Looked at again, the row is sent as it now stands.
    assert client.post(ADDRESS, form_of(page)).status_code == 302
    assert state(cases[1]) == ("closed", 1) and leader


def test_of_an_explained_case_only_two_things_are_asked(
    visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre, caller: Cadre
) -> None:
    case = in_hand(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
    case.explain(by=head, account="没有预算", public="明年安排。", ground="gave_up")
    client = as_a(caller)
    form = opened(client, [case])
    assert f"c{case.pk}-solved" not in form
    assert client.post(ADDRESS, form | row(case, contacted="yes", satisfied="no")).status_code == 302
    assert state(case) == ("closed", 1)


def test_how_and_when_hold_for_all_rows(cases: list[Opinion], caller: Cadre) -> None:
    client = as_a(caller)
    form = opened(client, cases) | row(cases[0], **NOT_REACHED)
    too_early = (timezone.localtime() - timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    page = client.post(ADDRESS, form | {"said_at": too_early})
    assert page.status_code == 422 and "before the answer" in page.content.decode()
    for wrong in ({"said_at": "gestern"}, {"means": "pigeon"}, {"key": "x"}):
        assert client.post(ADDRESS, form | wrong).status_code == 422
    assert not CallBack.objects.exists()
    assert client.post(ADDRESS, form | {"means": "door"}).status_code == 302
    assert CallBack.objects.get().means == "door"


def test_nothing_filled_in_is_said(cases: list[Opinion], caller: Cadre) -> None:
    client = as_a(caller)
    page = client.post(ADDRESS, opened(client, cases))
    assert page.status_code == 422 and "Nothing is filled in yet." in page.content.decode()


# who, and which


def test_nobody_calls_back_an_own_case_an_anonymous_or_one_that_is_open(
    visitor: Cadre, coordinator: Cadre, petitions: Unit, transport: Unit, head: Cadre, caller: Cadre
) -> None:
    boss = make_cadre(name="boss", role=Role.HEAD, unit=petitions)
    own = answered(make_opinion(by=visitor), by=coordinator, unit=petitions, person=boss)
    nobody = assigned(make_opinion(by=visitor, kind="anonymous"), by=coordinator, unit=transport, person=head)
    nobody.accept(by=head)
    nobody.resolve(by=head, account="铺了", public="修好了")
    still = in_hand(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
    client = as_a(caller)
    page = client.get(ADDRESS, {"case": chosen([own, nobody, still]).split()})
    text = page.content.decode()
    assert "Somebody else calls back" in text and "check on the spot instead" in text
    assert "is not possible: the opinion is" in text and "-contacted" not in text
    # Whoever sends it by hand is refused by the verb, row by row.
    data = form_of(page)
    for case in (own, nobody, still):
        version = Opinion.objects.get(pk=case.pk).version
        data |= row(case, **SOLVED, version=str(version))
    assert client.post(ADDRESS, data).status_code == 422
    assert not CallBack.objects.exists()


def test_what_one_does_not_see_is_not_there(
    cases: list[Opinion], visitor: Cadre, transport: Unit, head: Cadre, caller: Cadre, petitions: Unit
) -> None:
    hidden = make_opinion(by=visitor, accused=[Accused(unit=petitions)], text="金丝雀八哥")
    Opinion.objects.filter(pk=hidden.pk).update(
        state="resolved", outcome="resolved", unit=transport, person=head
    )
    client = as_a(caller)
    page = client.get(ADDRESS, {"case": chosen([*cases, hidden]).split()})
    assert hidden.number not in page.content.decode() and len(page.context["forms"]) == 4
    data = form_of(page) | {"chosen": f"{hidden.pk}.1"} | row(hidden, **SOLVED, version="1")
    assert client.post(ADDRESS, data).status_code == 422
    assert not CallBack.objects.exists()


def test_only_callers_open_the_page(cases: list[Opinion], coordinator: Cadre, head: Cadre) -> None:
    for cadre in (coordinator, head):
        assert as_a(cadre).get(ADDRESS).status_code == as_a(cadre).post(ADDRESS).status_code == 403


def test_protected_words_stay_in_the_case(
    visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre, caller: Cadre
) -> None:
    accusing = make_opinion(by=visitor, accused=[Accused(unit=make_unit(code="water"))], text="金丝雀八哥")
    answered(accusing, by=coordinator, unit=transport, person=head)
    client = as_a(caller)
    page = client.get(ADDRESS, {"case": chosen([accusing]).split()}).content.decode()
    assert accusing.number in page and "金丝雀" not in page and "陈小明" not in page
    assert client.post(ADDRESS, opened(client, [accusing]) | row(accusing, **SOLVED)).status_code == 302
    assert state(accusing) == ("closed", 1)


@pytest.mark.parametrize("asked", [{"case": "x"}, {"case": ""}, {"list": "999999"}, {"list": "'; drop"}])
def test_what_is_no_choice_and_no_list_gets_words(caller: Cadre, asked: dict[str, str]) -> None:
    page = as_a(caller).get(ADDRESS, asked)
    assert page.status_code == 422 and "Please look at this again" in page.content.decode()
    assert as_a(caller).post(ADDRESS, {"chosen": "x"}).status_code == 422
    assert as_a(caller).get(ADDRESS).status_code == 200


def test_at_most_fifty_are_asked_at_once_and_the_page_says_so(cases: list[Opinion], caller: Cadre) -> None:
    many = [*cases, *copied(cases[0], 60)]
    page = as_a(caller).get(ADDRESS, {"all": "1", "queue": "to-call-back"})
    assert len(page.context["forms"]) == calling.MOST < len(many)
    assert "The first 50 of 64" in page.content.decode()


def test_fifty_rows_take_as_many_queries_as_two(
    cases: list[Opinion], visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre, caller: Cadre,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    accusing = make_opinion(by=visitor, accused=[Accused(unit=make_unit(code="water"))])
    answered(accusing, by=coordinator, unit=transport, person=head)
    asked = []
    for some in ([cases[0], accusing], [*cases, accusing, *copied(cases[0], 45)]):
        client = as_a(caller)
        with django_assert_max_num_queries(12) as counted:
            client.get(ADDRESS, {"case": chosen(some).split()})
        asked.append(len(counted))
    assert asked[0] == asked[1]


# from the printed list


def printed(client: Client) -> str:
    """Print the queue; the number that stands on the list."""
    page = client.post("/desk/to-call-back/paper/", {"made": "page"}).content.decode()
    return re.search(r"list (\d{6})", page)[1]


def test_a_printed_list_is_recorded_by_its_number_in_its_order_until_nothing_is_left(
    cases: list[Opinion], caller: Cadre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "MOST", 3)
    client = as_a(caller)
    number = printed(client)
    page = client.get(ADDRESS, {"list": f" {number[:3]} {number[3:]}"})
    order = [case.pk for case in Opinion.objects.filter(state="resolved").order_by("due_at", "pk")]
    assert [(form.row.place, form.row.case.pk) for form in page.context["forms"]] == [
        (n, pk) for n, pk in enumerate(order[:3], start=1)
    ]
    first, second, third = (Opinion.objects.get(pk=pk) for pk in order[:3])
    said = row(first, **NOT_REACHED) | row(second, **SOLVED) | row(third, **SOLVED)
    answer = client.post(ADDRESS, form_of(page) | said)
    assert answer.url == f"{ADDRESS}?list={number}"
    # Who was not reached waits still, but not on this list.
    rest = client.get(answer.url)
    assert [(form.row.place, form.row.case.pk) for form in rest.context["forms"]] == [(4, order[3])]
    assert "3 rows of the list need nothing any more" in rest.content.decode()
    client.post(ADDRESS, form_of(rest) | row(Opinion.objects.get(pk=order[3]), **SOLVED))
    assert "Nothing is left to record." in client.get(answer.url).content.decode()


def test_a_list_of_elsewhere_is_as_if_there_were_none(
    cases: list[Opinion], caller: Cadre, petitions: Unit
) -> None:
    number = printed(as_a(caller))
    stranger = make_cadre(
        name="stranger", role=Role.CALLER, unit=make_unit(code="office-of-elsewhere", region="320903")
    )
    page = as_a(stranger).get(ADDRESS, {"list": number})
    assert page.status_code == 422 and "No list has this number" in page.content.decode()
    colleague = make_cadre(name="colleague", role=Role.CALLER, unit=petitions)
    assert len(as_a(colleague).get(ADDRESS, {"list": number}).context["forms"]) == 4


def test_lists_of_long_ago_are_forgotten(cases: list[Opinion], caller: Cadre) -> None:
    old = CallList.objects.create(
        number="123456", by=caller, made_at=timezone.now() - timedelta(days=61), cases=[cases[0].pk]
    )
    printed(as_a(caller))
    assert not CallList.objects.filter(pk=old.pk).exists() and CallList.objects.count() == 1


def test_a_number_that_is_taken_is_not_given_twice(
    cases: list[Opinion], caller: Cadre, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = iter([7, 7, 8])
    monkeypatch.setattr(calling.secrets, "randbelow", lambda _most: next(given))
    made = [calling.keep_list(cases, by=caller).number for _n in range(2)]
    assert made == ["000007", "000008"]
    assert reverse("call-backs") == ADDRESS
