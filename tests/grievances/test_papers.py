"""A case and its dispatch slip on paper: as a page and as a PDF file that says the same, with the case's trace."""

import os
from datetime import timedelta
from io import BytesIO

import pikepdf
import pytest
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from grievances.models import Look, Opinion
from grievances.papers import lacking, pdf, press
from grievances.steps.record import Accused
from tests.factories import fresh, make_opinion, make_unit
from tests.grievances.cases import answered, assigned, in_hand
from villages.models import Cadre, Unit

MARKUP = "<script>alert(1)</script><img src=http://127.0.0.1:9/x>&amp;"
A4 = (595, 842)


@pytest.fixture
def printing() -> None:
    """Where the machine can make PDF files; the gate's can."""
    if lacking.lacking():
        missing = lacking.command(lacking.lacking())
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)


@pytest.fixture
def case(visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre) -> Opinion:
    return assigned(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)


def as_a(cadre: Cadre, *, language: str = "zh-hans") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(fresh(cadre))
    return client


def address(opinion: Opinion, paper: str) -> str:
    return f"/opinions/{opinion.number}/{paper}/"


def sent(answer: object) -> bytes:
    """A whole and sound PDF file."""
    assert answer.status_code == 200 and answer["Content-Type"] == "application/pdf"
    data = answer.getvalue()
    pikepdf.open(BytesIO(data)).close()
    return data


def read(data: bytes) -> str:
    """The text of a PDF file, without the breaks of its lines."""
    return "".join("".join(page.extract_text().split()) for page in PdfReader(BytesIO(data)).pages)


def size_of(data: bytes) -> tuple[int, int]:
    box = PdfReader(BytesIO(data)).pages[0].mediabox
    return round(box.width), round(box.height)


@pytest.mark.parametrize("paper", ["paper", "dispatch-slip"])
def test_a_paper_says_what_the_case_says_but_names_nobody_who_spoke(
    case: Opinion, coordinator: Cadre, paper: str
) -> None:
    page = as_a(coordinator).get(address(case, paper)).content.decode()
    for words in (case.number, case.text, case.unit.label, case.person.label, case.category.label):
        assert words in page
    assert "陈小明" not in page and "051588880000" not in page and "8880000" not in page
    assert '<nav class="tools"' in page and "style=" not in page


@pytest.mark.parametrize("paper", ["paper", "dispatch-slip"])
def test_chinese_reads_back_out_of_the_file(
    printing: None, case: Opinion, coordinator: Cadre, paper: str
) -> None:
    answer = as_a(coordinator).post(address(case, paper))
    data = sent(answer)
    text = read(data)
    assert case.number in text and case.text in text and "单位transport" in text
    assert size_of(data) == A4 and "陈小明" not in text
    assert f'filename="{case.number}' in answer["Content-Disposition"]


def test_papers_follow_the_readers_language(printing: None, case: Opinion, coordinator: Cadre) -> None:
    english = read(sent(as_a(coordinator, language="en").post(address(case, "dispatch-slip"))))
    chinese = read(sent(as_a(coordinator).post(address(case, "dispatch-slip"))))
    assert "Dispatchslip" in english and "Unittransport" in english
    assert "交办单" in chinese and "盖章" in chinese and "主办单位" in chinese
    assert "Dispatch" not in chinese


def test_the_slip_says_by_whom_until_when_and_what_is_asked(
    case: Opinion, coordinator: Cadre, transport: Unit, head: Cadre, leader: Cadre
) -> None:
    water = make_unit(code="water")
    case.assist(by=coordinator, unit=water)
    case.instruct(by=leader, text="一周内修好", due=timezone.localdate() + timedelta(days=7))
    slip = as_a(coordinator, language="en").get(address(case, "dispatch-slip"))
    page, told = slip.content.decode(), " ".join(slip.context["slip"].asked)
    assert "Unit petitions" in page and "Unit water" in page and coordinator.label in page
    assert "15 days left" in page and "within 60 days" in told and "hand it back with reasons" in told
    assert "一周内修好" in told and "tell the informant" in told


def test_the_slip_of_a_case_in_hand_asks_for_the_answer(
    visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    case = in_hand(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
    [asked] = as_a(head, language="en").get(address(case, "dispatch-slip")).context["slip"].asked
    assert asked.startswith("Solve it") and "by " in asked


def test_the_slip_of_an_anonymous_case_asks_nobody_to_be_told(
    visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    case = assigned(make_opinion(by=visitor, kind="anonymous"), by=coordinator, unit=transport, person=head)
    asked = as_a(head, language="en").get(address(case, "dispatch-slip")).context["slip"].asked
    assert asked[0].startswith("Take and accept the case by")


def test_an_answered_case_says_so(visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre) -> None:
    case = answered(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
    page = as_a(head, language="en").get(address(case, "dispatch-slip")).content.decode()
    assert "It was answered on" in page
    assert "路已经修好。" in as_a(head).get(address(case, "paper")).content.decode()


def test_a_very_long_text_goes_on_over_several_pages(
    printing: None, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    text = "".join(f"第{n}句话很长。" for n in range(1200))
    case = assigned(make_opinion(by=visitor, text=text), by=coordinator, unit=transport, person=head)
    data = sent(as_a(head).post(address(case, "dispatch-slip")))
    assert "第1199句话很长。" in read(data) and len(PdfReader(BytesIO(data)).pages) > 2


def test_before_a_unit_answers_there_is_no_slip_and_the_page_says_so(
    visitor: Cadre, coordinator: Cadre
) -> None:
    case = make_opinion(by=visitor)
    for method in ("get", "post"):
        page = getattr(as_a(coordinator, language="en"), method)(address(case, "dispatch-slip"))
        assert page.status_code == 409 and "No unit answers for this case now" in page.content.decode()
    assert "dispatch-slip" not in as_a(coordinator).get(f"/opinions/{case.number}/").content.decode()


def test_the_case_offers_its_papers(case: Opinion, head: Cadre) -> None:
    page = as_a(head).get(f"/opinions/{case.number}/").content.decode()
    assert address(case, "paper") in page and address(case, "dispatch-slip") in page


@pytest.mark.parametrize("paper", ["paper", "dispatch-slip"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_paper_of_a_protected_case_leaves_the_trace_of_opening_it(
    visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre, paper: str, method: str
) -> None:
    case = assigned(
        make_opinion(by=visitor, kind="confidential"), by=coordinator, unit=transport, person=head
    )
    answer = getattr(as_a(head), method)(address(case, paper))
    assert list(Look.objects.values_list("kind", "cadre", "opinion")) == [("case", head.pk, case.pk)]
    if method == "get":
        page = answer.content.decode()
        assert case.text in page and "注意保密" in page and visitor.name not in page


def test_a_paper_of_an_open_case_leaves_none(case: Opinion, head: Cadre) -> None:
    as_a(head).get(address(case, "paper"))
    assert not Look.objects.exists()


@pytest.mark.parametrize("paper", ["paper", "dispatch-slip"])
def test_the_accused_and_strangers_get_404(
    visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre, committee: Unit, secretary: Cadre,
    outsider: Cadre, paper: str,
) -> None:  # fmt: skip
    case = make_opinion(by=visitor, accused=[Accused(unit=committee)])
    assigned(case, by=coordinator, unit=transport, person=head)
    for cadre in (secretary, visitor, outsider):
        for method in ("get", "post"):
            assert getattr(as_a(cadre), method)(address(case, paper)).status_code == 404
    assert as_a(head).get(address(case, paper)).status_code == 200
    assert Look.objects.get().cadre == head


@pytest.mark.parametrize("paper", ["paper", "dispatch-slip"])
def test_markup_in_texts_stays_text(
    printing: None, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre, paper: str
) -> None:
    case = assigned(
        make_opinion(by=visitor, text=MARKUP, place=MARKUP[:40]), by=coordinator, unit=transport, person=head
    )
    page = as_a(head).get(address(case, paper)).content.decode()
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)</script><imgsrc=http://127.0.0.1:9/x>&amp;" in read(
        sent(as_a(head).post(address(case, paper)))
    )


@pytest.mark.parametrize(
    "wanted", ["http://127.0.0.1:9/x.png", "file:///etc/passwd", "data:image/svg+xml,<svg/>"]
)
def test_the_press_fetches_nothing(printing: None, wanted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from weasyprint.urls import URLFetcher

    fetched: list[str] = []
    monkeypatch.setattr(URLFetcher, "fetch", lambda self, url, headers=None: fetched.append(url))
    html = f"<link rel=stylesheet href='{wanted}'><img src='{wanted}'><p>路"
    made = press.print_pdf(html, f"p {{ background: url('{wanted}') }} @import url('{wanted}');")
    assert made.startswith(b"%PDF") and not fetched
    assert not any(page.images for page in PdfReader(BytesIO(made)).pages)


def test_without_pango_the_page_serves_and_says_what_is_missing(
    case: Opinion, head: Cadre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lacking, "LIBRARIES", ("libnothing-of-ours.so.0",))
    page = as_a(head, language="en").get(address(case, "paper"))
    assert page.status_code == 200 and case.text in page.content.decode()
    assert "apt-get install libpango-1.0-0" in page.content.decode() and "disabled" in page.content.decode()
    refused = as_a(head, language="en").post(address(case, "paper"))
    assert refused.status_code == 503 and "apt-get install libpango-1.0-0" in refused.content.decode()
    assert case.text in refused.content.decode()


def test_without_a_chinese_font_it_says_so(
    case: Opinion, head: Cadre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lacking, "CHINESE", b":family=no-such-family:lang=tlh")
    page = as_a(head, language="en").get(address(case, "dispatch-slip")).content.decode()
    assert "fonts-wqy-microhei" in page and "disabled" in page


def test_without_fontconfig_there_is_no_font(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lacking, "FONTCONFIG", "libnothing-of-ours.so.0")
    assert "fonts-wqy-microhei" in lacking.lacking()


def test_what_takes_too_long_is_ended_and_said(
    printing: None, case: Opinion, head: Cadre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "MOST_SECONDS", 0.01)
    answer = as_a(head, language="en").post(address(case, "paper"))
    assert answer.status_code == 503 and "takes too long" in answer.content.decode()


def test_a_press_that_fails_says_so_and_logs_no_words_of_the_case(
    printing: None,
    case: Opinion,
    head: Cadre,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(pdf, "PRESS", "grievances.papers.nothing")
    answer = as_a(head, language="en").post(address(case, "paper"))
    assert answer.status_code == 503 and "could not be made" in answer.content.decode()
    assert "No PDF file" in caplog.text and case.text not in caplog.text


def test_who_comes_third_is_asked_to_wait(
    printing: None, case: Opinion, head: Cadre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "WAIT", 0.01)
    assert pdf.PRESSES.acquire(timeout=1) and pdf.PRESSES.acquire(timeout=1)
    try:
        answer = as_a(head, language="en").post(address(case, "paper"))
    finally:
        pdf.PRESSES.release()
        pdf.PRESSES.release()
    assert answer.status_code == 503 and "Try again in a moment" in answer.content.decode()


def test_the_press_is_handed_no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not {"SECRET_KEY", "INFORMANT_KEY", "DATABASE_URL"} & set(pdf.HANDED_ON)
