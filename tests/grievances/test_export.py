"""Lists as files: the same rows as on the page, nothing that is hidden there, no formulas, and a trace."""

import csv
from datetime import timedelta
from io import BytesIO, StringIO

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from grievances.exports import taken as limits
from grievances.exports.writing import harmless
from grievances.models import Look, Opinion
from grievances.steps.record import Accused
from tests.factories import fresh, make_opinion
from tests.grievances.cases import assigned
from villages.models import Cadre, Unit

ADDRESS = "/opinions/export/"
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1+1", "＋1", "－1", "＠x"]
_MARK = b"\xef\xbb\xbf"


def sent(client: Client, address: str = ADDRESS, *, kind: str = "csv") -> bytes:
    answer = client.post(address, {"format": kind})
    assert answer.status_code == 200, answer.content.decode()[:500]
    return answer.getvalue()


def table(data: bytes) -> list[dict[str, str]]:
    """The rows of a CSV file below its heading, which follows the first empty line."""
    lines = list(csv.reader(StringIO(data.decode("utf-8-sig"), newline="")))
    head = lines.index([]) + 1
    return [dict(zip(lines[head], line, strict=True)) for line in lines[head + 1 :]]


@pytest.fixture
def reader(leader: Cadre) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(leader)
    return client


def test_a_file_has_the_rows_of_the_page_in_its_order(reader: Client, visitor: Cadre) -> None:
    for n in range(5):
        make_opinion(by=visitor, text=f"路灯{n}", at=timezone.now() - timedelta(days=n))
    page = reader.get("/opinions/?order=number").context["page"]
    rows = table(sent(reader, f"{ADDRESS}?order=number"))
    assert [row["Number"] for row in rows] == [row.number for row in page.rows]
    assert [row["What was said"] for row in rows] == [row.text for row in page.rows]
    assert rows[0]["Recorded"] == timezone.localdate(page.rows[0].recorded_at).isoformat()


def test_the_filters_the_moment_and_the_taker_stand_on_top(reader: Client, visitor: Cadre) -> None:
    make_opinion(by=visitor)
    day = timezone.localdate() - timedelta(days=3)
    data = sent(reader, f"{ADDRESS}?state=collected&recorded_from={day.isoformat()}")
    assert data.startswith(_MARK)
    top = data.decode("utf-8-sig").split("\r\n\r\n")[0]
    assert "collected" in top and day.isoformat() in top
    assert f"{timezone.localdate().isoformat()} " in top and "leader" in top


def test_excel_reads_the_same_back(reader: Client, visitor: Cadre) -> None:
    make_opinion(by=visitor, text='=HYPERLINK("http://x")', people=7)
    lines = list(load_workbook(BytesIO(sent(reader, kind="xlsx"))).active.iter_rows(values_only=True))
    head = next(n for n, line in enumerate(lines) if line[0] == "Number")
    row = dict(zip(lines[head], lines[head + 1], strict=True))
    assert row["What was said"] == '=HYPERLINK("http://x")' and row["Number of people"] == 7
    assert row["Recorded"].date() == timezone.localdate()
    cells = load_workbook(BytesIO(sent(reader, kind="xlsx"))).active
    assert not [cell for line in cells.iter_rows() for cell in line if cell.data_type == "f"]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_would_be_a_formula_is_a_text(text: str) -> None:
    assert harmless(text) == f"'{text}"


def test_numbers_days_and_other_texts_stay_as_they_are() -> None:
    assert [harmless(cell) for cell in (3, None, "路灯", "")] == [3, None, "路灯", ""]


def test_a_past_day_is_exported_as_it_stood(
    reader: Client, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    now = timezone.now()
    opinion = make_opinion(by=visitor, at=now - timedelta(days=9))
    opinion.assign(by=coordinator, unit=transport, at=now - timedelta(days=2))
    for days, unit in ((5, ""), (1, transport.label)):
        day = (timezone.localdate() - timedelta(days=days)).isoformat()
        [row] = table(sent(reader, f"{ADDRESS}?figure=collected&as_of={day}"))
        assert (row["Number"], row["Lead unit"]) == (opinion.number, unit)


def test_protected_words_stay_in_the_case(reader: Client, visitor: Cadre) -> None:
    make_opinion(by=visitor, kind="confidential", text="金丝雀")
    data = sent(reader).decode()
    assert "金丝雀" not in data and "Protected" in data


def test_the_accused_and_strangers_find_nothing_of_it(
    client: Client, visitor: Cadre, committee: Unit, secretary: Cadre, outsider: Cadre
) -> None:
    opinion = make_opinion(by=visitor, accused=[Accused(unit=committee)])
    for cadre in (secretary, visitor, outsider):
        client.force_login(fresh(cadre))
        assert opinion.number not in sent(client).decode()


def test_a_desks_queue_is_exported_and_only_to_its_people(
    reader: Client, client: Client, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    opinion = assigned(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
    reader.force_login(fresh(head))
    assert [row["Number"] for row in table(sent(reader, "/desk/to-take/export/"))] == [opinion.number]
    client.force_login(fresh(coordinator))
    assert client.post("/desk/to-take/export/", {"format": "csv"}).status_code == 404


def test_every_export_leaves_a_trace_with_the_number_of_rows(
    reader: Client, visitor: Cadre, leader: Cadre
) -> None:
    make_opinion(by=visitor)
    make_opinion(by=visitor)
    sent(reader)
    reader.get(ADDRESS)
    assert list(Look.objects.values_list("kind", "cadre", "rows")) == [("export", leader.pk, 2)]


@pytest.mark.parametrize(
    ("address", "data"),
    [(ADDRESS, {"format": "exe"}), (ADDRESS, {}), (f"{ADDRESS}?recorded_from=nonsense", {"format": "csv"})],
)
def test_a_wrong_order_gets_words_and_nothing_is_sent(
    reader: Client, address: str, data: dict[str, str]
) -> None:
    answer = reader.post(address, data)
    assert answer.status_code == 422 and "Please look at this again" in answer.content.decode()
    assert not Look.objects.exists()


def test_too_long_a_list_says_what_to_narrow_and_sends_nothing(
    reader: Client, visitor: Cadre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MOST", 1)
    make_opinion(by=visitor)
    make_opinion(by=visitor)
    answer = reader.post(ADDRESS, {"format": "csv"})
    assert answer.status_code == 422 and "narrow the list" in answer.content.decode()
    assert not Look.objects.exists()


def test_the_queries_of_an_export_are_the_same_for_many_rows(
    reader: Client, visitor: Cadre, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_opinion(by=visitor)
    for n in range(30):
        make_opinion(by=visitor, text=f"{n}")
    with django_assert_max_num_queries(15):
        assert len(table(sent(reader))) == Opinion.objects.count()


def test_the_list_and_the_desk_offer_the_export_of_what_they_show(
    reader: Client, client: Client, head: Cadre
) -> None:
    assert 'href="export/?state=collected"' in reader.get("/opinions/?state=collected").content.decode()
    client.force_login(fresh(head))
    assert 'href="export/?"' in client.get(reverse("desk-queue", args=["to-take"])).content.decode()
