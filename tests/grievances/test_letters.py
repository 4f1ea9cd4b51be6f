"""The letter with an answer: on paper, in its own language, to whom it may be addressed, one or many."""

import uuid
from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from grievances.answering.letters import letter
from grievances.models import Answer, CommonProblem, Event, Look, MadeFile, Opinion
from grievances.papers import many
from grievances.steps.record import Accused
from tests.factories import fresh, make_opinion, make_unit
from tests.grievances.bulk import ask, chosen, order_of, results
from tests.grievances.cases import assigned, carried, in_hand
from tests.grievances.test_papers import printing, read, sent  # noqa: F401 – a fixture
from villages.models import Cadre, Unit

PAPER = "/many/paper/"
PUBLIC = "路面已经补好，请看看。"


def as_a(cadre: Cadre, language: str = "zh-hans") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(fresh(cadre))
    return client


def address(case: Opinion) -> str:
    return f"/opinions/{case.number}/answer-letter/"


@pytest.fixture
def cases(visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre) -> list[Opinion]:
    """A named one, a confidential one and an anonymous one in hand; and one that is only assigned."""
    kinds = ("named", "confidential", "anonymous")
    made = [make_opinion(by=visitor, kind=kind) for kind in kinds]
    for case in made:
        assigned(case, by=coordinator, unit=transport, person=head).accept(by=head)
    waiting = make_opinion(by=visitor, text="还没有接手")
    return [*made, assigned(waiting, by=coordinator, unit=transport, person=head)]


@pytest.fixture
def told(cases: list[Opinion], head: Cadre) -> list[Opinion]:
    """The first three answered."""
    for case in cases[:3]:
        case.resolve(by=head, account="铺了沥青", public=PUBLIC)
    return cases


def printed(client: Client, cases: list[Opinion], **fields: object) -> object:
    form = {"chosen": chosen(cases), "what": "letters", "key": str(uuid.uuid4())}
    return client.post(PAPER, form | fields)


def test_a_letter_says_what_was_answered_and_nothing_internal(told: list[Opinion], head: Cadre) -> None:
    page = as_a(head).get(address(told[0])).content.decode()
    for words in ("陈小明，您好：", told[0].number, told[0].text, PUBLIC, told[0].unit.label):
        assert words in page
    assert "铺了沥青" not in page and "051588880000" not in page and "style=" not in page
    case = as_a(head).get(f"/opinions/{told[0].number}/").content.decode()
    assert address(told[0]) in case and address(told[3]) not in case


def test_chinese_reads_back_out_of_the_letters_file(
    printing: None,  # noqa: F811
    told: list[Opinion], head: Cadre,
) -> None:  # fmt: skip
    text = read(sent(as_a(head).post(address(told[0]))))
    assert PUBLIC in text and told[0].number in text and "陈小明" in text


def test_before_there_is_an_answer_and_after_it_was_taken_back_there_is_no_letter(
    cases: list[Opinion], head: Cadre
) -> None:
    client, case = as_a(head, "en"), cases[0]
    for _way in ("get", "post"):
        answer = getattr(client, _way)(address(case))
        assert answer.status_code == 409 and "No answer stands" in answer.content.decode()
    case.resolve(by=head, account="铺了沥青", public=PUBLIC)
    assert client.get(address(case)).status_code == 200
    case.rework(by=head, reason="没铺完")
    assert client.get(address(case)).status_code == 409


def test_a_letter_is_in_the_language_of_its_answer_whatever_the_clerks(
    told: list[Opinion], head: Cadre
) -> None:
    page = as_a(head, "en").get(address(told[0])).content.decode()
    assert "陈小明，您好：" in page and told[0].unit.name in page and "Dear" not in page
    english = str(letter(told[0], "The road has been mended, please have a look."))
    assert english.startswith("Dear villager") and "您好" not in english


def test_a_letter_is_signed_by_the_unit_that_answered_with_its_day(
    told: list[Opinion], head: Cadre, transport: Unit
) -> None:
    before = timezone.now() - timedelta(days=30)
    other = make_unit(code="water-again")
    Answer.objects.filter(opinion=told[0]).update(at=before, unit=other)
    page = as_a(head).get(address(told[0])).content.decode()
    day = timezone.localdate(before)
    assert "单位water-again" in page and f"{day.month}月{day.day}日" in page


def test_a_letter_to_somebody_in_confidence_or_without_a_name_names_nobody(
    told: list[Opinion], head: Cadre, coordinator: Cadre
) -> None:
    for case in told[1:3]:
        for cadre in (head, coordinator):
            page = as_a(cadre).get(address(case)).content.decode()
            assert "陈小明" not in page and PUBLIC in page
    assert Look.objects.filter(opinion=told[1], cadre=head, kind="case").exists()


def test_many_letters_name_nobody_unless_that_is_asked_for_with_a_reason(
    printing: None,  # noqa: F811
    told: list[Opinion], head: Cadre,
) -> None:  # fmt: skip
    client = as_a(head)
    data = sent(printed(client, told))
    assert len(PdfReader(BytesIO(data)).pages) == 3 and "陈小明" not in read(data)
    refused = printed(client, told, names="on")
    assert refused.status_code == 422 and "reason" in refused.context["form"].errors
    assert not Look.objects.filter(kind="reveal").exists()
    named = read(sent(printed(client, told, names="on", reason="送信上门")))
    assert named.count("陈小明") == 1 and named.count(PUBLIC) == 3
    assert set(Look.objects.filter(kind="reveal").values_list("opinion", "reason")) == {
        (told[0].pk, "送信上门")
    }
    assert Look.objects.filter(kind="export", rows=3, reason="送信上门").count() == 1


def test_a_letter_about_an_accusation_is_addressed_to_nobody_alone_or_among_many(
    printing: None,  # noqa: F811
    visitor: Cadre, coordinator: Cadre, head: Cadre, transport: Unit, committee: Unit,
) -> None:  # fmt: skip
    case = make_opinion(by=visitor, accused=[Accused(unit=committee)])
    in_hand(case, by=coordinator, unit=transport, person=head)
    seen = as_a(head).post(
        f"/opinions/{case.number}/resolve/", carried(case, draft="0", account="查了", public=PUBLIC)
    )
    assert PUBLIC in seen.context["letter"] and "陈小明" not in seen.context["letter"]
    case.resolve(by=head, account="查了", public=PUBLIC)
    assert "陈小明" in as_a(head).get(f"/opinions/{case.number}/").content.decode()
    alone = as_a(head).get(address(case)).content.decode()
    assert PUBLIC in alone and "陈小明" not in alone, "more people see a paper than its reader"
    text = read(sent(printed(as_a(head), [case], names="on", reason="送信上门")))
    assert PUBLIC in text and "陈小明" not in text
    assert not Look.objects.filter(kind="reveal").exists()


def test_a_reason_given_for_other_papers_reveals_nobody(
    printing: None,  # noqa: F811
    told: list[Opinion], head: Cadre,
) -> None:  # fmt: skip
    assert "陈小明" not in read(sent(printed(as_a(head), told, what="cases", names="on", reason="试试")))
    assert not Look.objects.filter(kind="reveal").exists()


def test_many_letters_are_made_in_the_background_with_the_same_traces(
    printing: None,  # noqa: F811
    told: list[Opinion], head: Cadre, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(many, "DIRECTLY", 1)
    client = as_a(head)
    ordered = printed(client, told, names="on", reason="送信上门")
    assert ordered.status_code == 302
    made = MadeFile.objects.get()
    assert (made.state, made.reason, made.total) == ("ready", "送信上门", 3)
    with made.file.open() as file:
        assert "陈小明" in read(file.read())
    assert Look.objects.filter(kind="reveal", opinion=told[0]).count() == 1


def test_without_any_answer_there_is_no_letter_among_many(cases: list[Opinion], head: Cadre) -> None:
    refused = printed(as_a(head, "en"), cases)
    assert refused.status_code == 422 and "no letter" in refused.content.decode()


# of a common problem


@pytest.fixture
def problem(told: list[Opinion], coordinator: Cadre) -> CommonProblem:
    made = CommonProblem(key=uuid.uuid4(), title="村道坑洼")
    for case in told:
        case.join(by=coordinator, problem=CommonProblem.objects.filter(key=made.key).first() or made)
    return CommonProblem.objects.get(key=made.key)


def test_a_problem_offers_its_letters_and_then_to_note_that_they_were_handed_out(
    problem: CommonProblem, told: list[Opinion], head: Cadre
) -> None:
    client = as_a(head, "en")
    page = client.get(f"/problems/{problem.key}/").content.decode()
    assert "3 letters" in page and "Informants were told" in page
    form = client.get(PAPER, {"problem": problem.key, "what": "letters"})
    assert form.status_code == 200 and form.context["form"]["what"].value() == "letters"
    assert form.context["letters"] == 3 and form.context["number"] == 4
    asked = client.get("/many/new/tell/", {"problem": problem.key})
    assert asked.context["form"]["about"].value() == "answered"
    order = order_of(ask(client, "tell", told, about="answered", means="letter", remark="挨户送到"))
    found = results(order)
    # The anonymous one can't be told; of the last there is no answer.
    assert [found[case.pk][0] for case in told] == ["done", "done", "refused", "refused"]
    events = Event.objects.filter(verb="tell")
    assert {(one.opinion_id, one.details["told"], one.text) for one in events} == {
        (case.pk, "letter", "挨户送到") for case in told[:2]
    }


def test_nobody_is_told_of_an_answer_that_does_not_stand(told: list[Opinion], head: Cadre) -> None:
    refused = ask(as_a(head, "en"), "tell", told[3:], step="preview", about="answered", means="letter")
    assert "No answer stands" in refused.content.decode()
    wrong = ask(as_a(head, "en"), "tell", told[:1], about="", means="pigeon")
    assert wrong.status_code == 422 and {"about", "means"} == set(wrong.context["form"].errors)
    assert not Event.objects.filter(verb="tell").exists()


def test_a_problem_that_is_not_ones_own_has_no_letters(
    problem: CommonProblem, visitor: Cadre, outsider: Cadre, caller: Cadre
) -> None:
    assert as_a(outsider).get(PAPER, {"problem": problem.key}).status_code == 404
    assert as_a(visitor).get(PAPER, {"problem": problem.key}).status_code == 403
    assert as_a(caller).get("/many/new/tell/", {"problem": problem.key}).status_code == 404
