"""The cases that were ticked in a list, as papers and as a file: exactly these, of those that one sees."""

import uuid
from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from grievances.models import Look, MadeFile, Opinion
from grievances.papers import many
from grievances.steps.record import Accused
from tests.factories import make_opinion
from tests.grievances.bulk import chosen
from tests.grievances.cases import answered, assigned
from tests.grievances.test_export import table
from tests.grievances.test_export_of_every_list import as_a
from tests.grievances.test_papers import printing, read, sent  # noqa: F401 – a fixture
from villages.models import Cadre, Unit

PAPER, EXPORT = "/many/paper/", "/many/export/"


@pytest.fixture
def cases(visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre) -> list[Opinion]:
    """Two with a unit, one without."""
    made = [
        assigned(make_opinion(by=visitor, text=f"路灯坏了{n}"), by=coordinator, unit=transport, person=head)
        for n in range(2)
    ]
    return [*made, make_opinion(by=visitor, text="还没有交办")]


def ticked(cases: list[Opinion]) -> dict[str, list[str]]:
    return {"case": chosen(cases).split()}


def printed(client: Client, cases: list[Opinion], what: str) -> object:
    return client.post(PAPER, {"chosen": chosen(cases), "what": what, "key": str(uuid.uuid4())})


def test_slips_of_the_chosen_come_in_one_file_each_on_its_page(
    printing: None,  # noqa: F811
    cases: list[Opinion], coordinator: Cadre, settings: object,
) -> None:  # fmt: skip
    settings.DEMO = True
    client = as_a(coordinator)
    page = client.get(PAPER, ticked(cases)).content.decode()
    assert "3 cases" in page and "Only 2 of them have a unit" in page
    data = sent(printed(client, cases, "slips"))
    pages = ["".join(page.extract_text().split()) for page in PdfReader(BytesIO(data)).pages]
    assert len(pages) == 2
    for case, text in zip(cases, pages, strict=False):
        assert case.number in text and case.text in text
    assert "还没有交办" not in "".join(pages)
    assert list(Look.objects.values_list("kind", "rows")) == [("export", 2)]


def test_cases_with_their_history_read_back_in_chinese_and_name_nobody(
    printing: None,  # noqa: F811
    cases: list[Opinion], coordinator: Cadre,
) -> None:  # fmt: skip
    client = Client(headers={"accept-language": "zh-hans"})
    client.force_login(coordinator)
    text = read(sent(printed(client, cases, "cases")))
    assert all(case.number in text and case.text in text for case in cases)
    assert "陈小明" not in text and "051588880000" not in text


def test_many_are_made_in_the_background(
    printing: None,  # noqa: F811
    cases: list[Opinion], coordinator: Cadre, monkeypatch: pytest.MonkeyPatch, settings: object, tmp_path: Path,
) -> None:  # fmt: skip
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(many, "DIRECTLY", 1)
    monkeypatch.setattr(many, "_AT_ONCE", 2)
    client = as_a(coordinator)
    answer = printed(client, cases, "cases")
    made = MadeFile.objects.get()
    assert answer.status_code == 302 and answer.url == reverse("made-file", args=[made.key])
    assert (made.state, made.done, made.total) == ("ready", 3, 3)
    text = read(sent(client.get(reverse("made-file-get", args=[made.key]))))
    assert all(case.number in text for case in cases)
    assert list(Look.objects.values_list("kind", "rows")) == [("export", 3)]


def test_each_protected_case_is_recorded_as_opened(
    printing: None,  # noqa: F811
    visitor: Cadre, coordinator: Cadre,
) -> None:  # fmt: skip
    case = make_opinion(by=visitor, kind="confidential", text="金丝雀八哥")
    assert "金丝雀八哥" in read(sent(printed(as_a(coordinator), [case], "cases")))
    assert set(Look.objects.values_list("kind", "opinion")) == {("case", case.pk), ("export", None)}


def test_without_any_unit_there_is_no_slip(cases: list[Opinion], coordinator: Cadre) -> None:
    answer = printed(as_a(coordinator), cases[2:], "slips")
    assert answer.status_code == 422 and "no slip" in answer.content.decode()
    assert not Look.objects.exists()


def test_the_export_has_exactly_the_chosen_rows(cases: list[Opinion], coordinator: Cadre) -> None:
    client = as_a(coordinator)
    assert cases[0].number not in client.get(EXPORT, ticked(cases[1:])).content.decode()
    answer = client.post(EXPORT, {"chosen": chosen(cases[1:]), "format": "csv"})
    assert {row["Number"] for row in table(answer.getvalue())} == {case.number for case in cases[1:]}
    assert list(Look.objects.values_list("kind", "rows")) == [("export", 2)]


def test_all_that_the_list_matches_are_chosen_by_its_filters(cases: list[Opinion], head: Cadre) -> None:
    client = as_a(head)
    page = client.get(EXPORT, {"all": "1", "queue": "to-take", "text": "坏了1"})
    answer = client.post(EXPORT, {"chosen": page.context["chosen"], "format": "csv"})
    assert [row["Number"] for row in table(answer.getvalue())] == [cases[1].number]


@pytest.mark.parametrize("address", [PAPER, EXPORT])
@pytest.mark.parametrize("asked", [{"case": "1"}, {"case": "x.y"}, {"case": ""}])
def test_what_is_no_choice_gets_words(address: str, asked: dict[str, str], coordinator: Cadre) -> None:
    for answer in (
        as_a(coordinator).get(address, asked),
        as_a(coordinator).post(address, {"chosen": asked["case"]}),
    ):
        assert answer.status_code == 422 and "Please look at this again" in answer.content.decode()


def test_what_one_does_not_see_is_as_if_it_had_not_been_chosen(
    cases: list[Opinion], visitor: Cadre, transport: Unit, head: Cadre, outsider: Cadre
) -> None:
    accusing = make_opinion(by=visitor, accused=[Accused(unit=transport)])
    for cadre, seen in ((head, cases[:2]), (outsider, [])):
        answer = as_a(cadre).post(EXPORT, {"chosen": chosen([*cases, accusing]), "format": "csv"})
        assert {row["Number"] for row in table(answer.getvalue())} == {case.number for case in seen}
    answer = printed(as_a(head), [accusing], "cases")
    assert answer.status_code == 422
    assert as_a(visitor).post(EXPORT, {"chosen": chosen(cases), "format": "csv"}).status_code == 403


def test_the_desk_offers_both_for_any_queue(
    cases: list[Opinion], visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre, caller: Cadre
) -> None:
    answered(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
    page = as_a(caller).get("/desk/to-call-back/").content.decode()
    assert f'formaction="{PAPER}"' in page and f'formaction="{EXPORT}"' in page
    assert 'formaction="/many/call-backs/"' in page and 'name="case"' in page
    other = as_a(head).get("/desk/to-take/").content.decode()
    assert f'formaction="{PAPER}"' in other and 'formaction="/many/call-backs/"' not in other
