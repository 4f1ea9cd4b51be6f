"""A desk's queue on paper, and the call-back list: recorded like exports, names only where they are due."""

from io import BytesIO

import pytest
from django.test import Client
from pypdf import PdfReader
from pytest_django import DjangoAssertNumQueries

from grievances.models import Look, Opinion
from grievances.papers import lacking, lists
from grievances.steps.record import Accused
from tests.factories import make_opinion, make_unit
from tests.grievances.cases import answered, assigned, copied
from tests.grievances.test_papers import A4, as_a, printing, read, sent, size_of  # noqa: F401 – a fixture
from villages.models import Cadre, Unit

CALLS, TAKE = "/desk/to-call-back/paper/", "/desk/to-take/paper/"
PAGE, PDF = {"made": "page"}, {"made": "pdf"}
NAMED = {"names": "on", "reason": "打电话回访"}
NAME, TELEPHONE = "陈小明", "051588880000"


@pytest.fixture
def called(visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre) -> Opinion:
    """An answered case whose named informant is to be called back."""
    return answered(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)


def posted(client: Client, address: str, data: dict[str, str]) -> str:
    answer = client.post(address, data)
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return answer.content.decode()


def looks() -> list[tuple]:
    return list(Look.objects.order_by("id").values_list("kind", "rows", "reason", "opinion"))


def test_a_queue_is_a_page_to_print_with_its_rows_and_a_trace(
    visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    case = assigned(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
    page = posted(as_a(head), TAKE, PAGE)
    assert case.number in page and case.text in page and "路面坑洼" in page and "<thead>" in page
    assert NAME not in page and TELEPHONE not in page and 'class="top"' not in page
    assert looks() == [("export", 1, "", None)]


def test_asking_for_the_paper_shows_the_choice_and_leaves_no_trace(called: Opinion, caller: Cadre) -> None:
    page = as_a(caller, language="en").get(CALLS).content.decode()
    assert "Page to print" in page and "PDF file" in page and called.number not in page
    assert not Look.objects.exists()


def test_the_files_of_both_lists_read_back_in_chinese(
    printing: None,  # noqa: F811
    called: Opinion, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre, caller: Cadre,
) -> None:  # fmt: skip
    case = assigned(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
    assert case.number in read(sent(as_a(head).post(TAKE, PDF)))
    data = sent(as_a(caller).post(CALLS, PDF))
    text = read(data)
    assert "回访清单" in text and called.number in text and "路已经修好。" in text and "路面坑洼" in text
    assert NAME not in text and TELEPHONE not in text
    assert size_of(data) == tuple(reversed(A4))
    assert [kind for kind, *_rest in looks()] == ["export", "export"]


def test_a_long_list_repeats_its_head_and_numbers_its_pages(
    printing: None,  # noqa: F811
    called: Opinion, caller: Cadre,
) -> None:  # fmt: skip
    copied(called, 60)
    pages = PdfReader(BytesIO(sent(as_a(caller).post(CALLS, PDF)))).pages
    assert len(pages) > 2
    for number, page in enumerate(pages, start=1):
        text = "".join(page.extract_text().split())
        assert "序号" in text and "满意" in text and f"{number}/{len(pages)}" in text


def test_names_come_with_a_reason_and_are_recorded_on_each_case(called: Opinion, caller: Cadre) -> None:
    page = posted(as_a(caller), CALLS, PAGE | NAMED)
    assert NAME in page and TELEPHONE in page
    reason = NAMED["reason"]
    assert looks() == [("export", 1, reason, None), ("reveal", None, reason, called.pk)]


def test_without_the_tick_there_are_no_names_whatever_the_reason(called: Opinion, caller: Cadre) -> None:
    page = posted(as_a(caller), CALLS, PAGE | {"reason": "x"})
    assert NAME not in page and TELEPHONE not in page and called.answers.get().public in page
    assert looks() == [("export", 1, "", None)]


def test_names_without_a_reason_are_refused_and_nothing_is_made(called: Opinion, caller: Cadre) -> None:
    for reason in ("", "  "):
        answer = as_a(caller, language="en").post(CALLS, PAGE | {"names": "on", "reason": reason})
        assert answer.status_code == 422 and "Say why" in answer.content.decode()
        assert NAME not in answer.content.decode()
    assert not Look.objects.exists()


def test_other_queues_never_have_names(
    visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    assigned(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
    page = posted(as_a(head), TAKE, PAGE | NAMED)
    assert NAME not in page and TELEPHONE not in page
    assert "names" not in as_a(head, language="en").get(TAKE).content.decode().split("<main")[1]
    assert looks() == [("export", 1, "", None)]


@pytest.mark.parametrize("kind", ["confidential", "anonymous", "accusing"])
def test_of_protected_and_anonymous_cases_no_name_is_ever_on_the_list(
    visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre, caller: Cadre, kind: str
) -> None:
    accused = [Accused(unit=make_unit(code="water"))] if kind == "accusing" else None
    told = {"accused": accused} if accused else {"kind": kind}
    case = make_opinion(by=visitor, text="金丝雀八哥", **told)
    assigned(case, by=coordinator, unit=transport, person=head).accept(by=head)
    case.resolve(by=head, account="铺了沥青", public="路已经修好。")
    page = posted(as_a(caller), CALLS, PAGE | NAMED)
    assert case.number in page and NAME not in page and TELEPHONE not in page
    if kind != "anonymous":
        assert "金丝雀" not in page and "路已经修好" not in page
    assert looks() == [("export", 1, NAMED["reason"], None)]


def test_the_accused_and_strangers_get_nothing_of_it(
    visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre, caller: Cadre, petitions: Unit,
    outsider: Cadre,
) -> None:  # fmt: skip
    case = make_opinion(by=visitor, accused=[Accused(unit=petitions)])
    Opinion.objects.filter(pk=case.pk).update(
        state="resolved", outcome="resolved", unit=transport, person=head
    )
    assert case.number not in posted(as_a(caller), CALLS, PAGE)
    assert case.number not in posted(as_a(outsider), TAKE, PAGE)
    assert as_a(head).post(CALLS, PAGE).status_code == 404
    assert as_a(visitor).post(CALLS, PAGE).status_code == 403


def test_filters_narrow_the_paper_and_stand_on_it(called: Opinion, caller: Cadre) -> None:
    none = posted(as_a(caller), f"{CALLS}?text=没有这样的话", PAGE)
    assert called.number not in none and "没有这样的话" in none
    assert called.number in posted(as_a(caller), f"{CALLS}?category={called.category_id}", PAGE)


@pytest.mark.parametrize(
    ("address", "data"),
    [(CALLS, {}), (CALLS, {"made": "exe"}), (f"{CALLS}?recorded_from=nonsense", PAGE),
     (CALLS, PAGE | {"names": "on", "reason": "x" * 401})],
)  # fmt: skip
def test_a_wrong_order_gets_words_and_no_paper(
    called: Opinion, caller: Cadre, address: str, data: dict[str, str]
) -> None:
    answer = as_a(caller, language="en").post(address, data)
    assert answer.status_code == 422 and "Please look at this again" in answer.content.decode()
    assert not Look.objects.exists()


def test_too_long_a_list_says_what_to_narrow(
    called: Opinion, caller: Cadre, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied(called, 1)
    monkeypatch.setattr(lists, "MOST", 1)
    answer = as_a(caller, language="en").post(CALLS, PAGE | NAMED)
    assert answer.status_code == 422 and "More than 1 rows: narrow the list" in answer.content.decode()
    assert not Look.objects.exists()


def test_without_pango_the_list_is_printed_from_the_page(
    called: Opinion, caller: Cadre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lacking, "LIBRARIES", ("libnothing-of-ours.so.0",))
    reader = as_a(caller, language="en")
    page = reader.get(CALLS)
    assert page.status_code == 200 and "apt-get install libpango" in page.content.decode()
    refused = reader.post(CALLS, PDF | NAMED)
    assert refused.status_code == 503 and "apt-get install libpango" in refused.content.decode()
    assert not Look.objects.exists()
    assert called.number in posted(reader, CALLS, PAGE)


def test_many_rows_take_as_many_queries_as_few(
    called: Opinion, caller: Cadre, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    asked = []
    for many in (0, 40):
        copied(called, many)
        reader = as_a(caller)
        with django_assert_max_num_queries(19) as counted:
            assert called.number in posted(reader, CALLS, PAGE | NAMED)
        asked.append(len(counted))
    assert asked[0] == asked[1]


def test_markup_in_a_row_stays_text(
    visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre, caller: Cadre
) -> None:
    case = make_opinion(by=visitor, text="<script>alert(1)</script>", name="<b>x</b>")
    answered(case, by=coordinator, unit=transport, person=head)
    page = posted(as_a(caller), CALLS, PAGE | NAMED)
    assert "&lt;script&gt;alert(1)" in page and "&lt;b&gt;x" in page and "<script>alert" not in page


def test_the_desk_offers_the_paper_of_what_it_shows(head: Cadre) -> None:
    assert 'href="paper/?text=' in as_a(head).get("/desk/to-take/?text=路").content.decode()
