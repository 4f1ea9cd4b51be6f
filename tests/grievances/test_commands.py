"""The command box: what it offers, to whom, and what it costs."""

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from grievances.models import Look, Opinion
from grievances.steps.record import Accused
from tests.factories import fresh, make_opinion
from tests.grievances.cases import assigned, copied
from villages.models import Cadre, Unit

MOST_QUERIES = 21


@pytest.fixture
def case(visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre) -> Opinion:
    return assigned(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)


def offered(cadre: Cadre, **asked: str) -> list[tuple[str, str]]:
    """(address, words) of the lines."""
    client = Client()
    client.force_login(fresh(cadre))
    response = client.get(reverse("commands"), asked, headers={"HX-Request": "true"})
    assert response.status_code == 200
    lines = re.findall(r'<a role="option"[^>]* href="([^"]*)">(.*?)</a>', response.content.decode())
    return [(unescape(address), unescape(re.sub(r"<[^>]*>", " ", words))) for address, words in lines]


def addresses(cadre: Cadre, **asked: str) -> list[str]:
    return [address for address, _words in offered(cadre, **asked)]


def test_before_anything_is_typed_it_offers_steps_queues_and_pages(case: Opinion, head: Cadre) -> None:
    lines = addresses(head, case=case.number)
    assert lines[0] == reverse("opinion-accept", args=[case.number])
    assert {reverse("desk-queue", args=["in-hand"]), reverse("workload")} <= set(lines)
    assert reverse("audit") not in lines and reverse("desk-queue", args=["to-dispatch"]) not in lines


def test_steps_are_those_that_the_case_offers_and_carry_its_list(case: Opinion, head: Cadre) -> None:
    way = {"list": "/desk/to-take/", "place": "abc"}
    lines = addresses(head, case=case.number, q="accept", **way)
    step = reverse("opinion-accept", args=[case.number])
    assert any(line.startswith(f"{step}?list=%2Fdesk%2Fto-take%2F&place=abc") for line in lines) or any(
        line.startswith(step) for line in addresses(head, case=case.number, q="签收", **way)
    )
    assert not any("/resolve/" in line for line in addresses(head, case=case.number))


def test_papers_of_the_open_case_are_found_by_their_name(case: Opinion, head: Cadre) -> None:
    letter = reverse("opinion-answer-letter", args=[case.number])
    lines = addresses(head, case=case.number)
    assert reverse("opinion-dispatch-slip", args=[case.number]) in lines and letter not in lines
    case.accept(by=head)
    case.resolve(by=head, account="铺了沥青", public="路已经修好。")
    assert addresses(head, case=case.number, q="答复意见书")[0] == letter


def test_a_case_that_one_may_not_see_offers_no_step(case: Opinion, outsider: Cadre) -> None:
    for number in (case.number, "DF26-99999-1", "x" * 3000, ""):
        assert not any(
            "/opinions/" in line and number in line for line in addresses(outsider, case=number) if number
        )


@pytest.mark.parametrize("by", ["whole", "begun", "words"])
def test_cases_are_found_by_number_and_words(case: Opinion, head: Cadre, by: str) -> None:
    asked = {"whole": case.number, "begun": case.number[:9], "words": "卫生室"}[by]
    assert reverse("opinion", args=[case.number]) in addresses(head, q=asked)


def test_places_units_and_people_lead_to_their_opinions(
    case: Opinion, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    assert f"{reverse('opinion-list')}?unit={transport.pk}" in addresses(coordinator, q="transport")
    assert f"{reverse('opinion-list')}?person=head" in addresses(coordinator, q="干部head")
    assert f"{reverse('opinion-list')}?region=320904001" in addresses(coordinator, q="区划320904001")


def test_what_was_typed_can_be_looked_for_everywhere(head: Cadre) -> None:
    assert (
        addresses(head, q="没有 的词")[-1] == f"{reverse('search')}?q=%E6%B2%A1%E6%9C%89+%E7%9A%84%E8%AF%8D"
    )


def test_protected_words_are_neither_found_nor_shown(visitor: Cadre, coordinator: Cadre) -> None:
    case = make_opinion(by=visitor, kind="confidential", text="金丝雀八哥")
    assert reverse("opinion", args=[case.number]) not in addresses(coordinator, q="金丝雀")
    [[_address, words]] = [
        line for line in offered(coordinator, q=case.number) if f"/{case.number}/" in line[0]
    ]
    assert "金丝雀" not in words
    assert not Look.objects.exists()


def test_the_accused_find_nothing_of_what_accuses_them(
    visitor: Cadre, committee: Unit, secretary: Cadre, coordinator: Cadre
) -> None:
    case = make_opinion(by=visitor, accused=[Accused(unit=committee)], text="金丝雀八哥")
    for cadre in (secretary, visitor):
        lines = offered(cadre, q=case.number, case=case.number)
        assert not any(case.number in address and "/search/" not in address for address, _words in lines)
    assert any(f"/opinions/{case.number}/" in line for line in addresses(coordinator, q=case.number))


def test_markup_that_was_typed_stays_words(head: Cadre) -> None:
    client = Client()
    client.force_login(fresh(head))
    page = client.get(
        reverse("commands"), {"q": '"><script>'}, headers={"HX-Request": "true"}
    ).content.decode()
    assert "<script" not in page and "&lt;script&gt;" in page


@pytest.mark.parametrize("typed", ["x" * 61, "%", "😀", "\\", "'"])
def test_what_makes_no_sense_is_no_error(head: Cadre, typed: str) -> None:
    client = Client()
    client.force_login(fresh(head))
    page = client.get(reverse("commands"), {"q": typed}, headers={"HX-Request": "true"})
    assert page.status_code == 200
    assert len(typed) <= 60 or page.context["form"].errors


def test_opened_as_a_page_it_is_the_search(head: Cadre) -> None:
    client = Client()
    client.force_login(fresh(head))
    assert client.get(reverse("commands"), {"q": "路"}).url == f"{reverse('search')}?q=%E8%B7%AF"


@pytest.mark.parametrize("many", [1, 60])
@pytest.mark.parametrize("typed", ["", "卫生室", "DF26"])
def test_it_takes_few_queries_however_much_there_is(
    client: Client, case: Opinion, coordinator: Cadre, typed: str, many: int,
    django_assert_max_num_queries: object,
) -> None:  # fmt: skip
    copied(case, many)
    client.force_login(coordinator)
    client.get(reverse("help"))
    asked = {"q": typed, "case": case.number}
    with django_assert_max_num_queries(MOST_QUERIES):
        client.get(reverse("commands"), asked, headers={"HX-Request": "true"})
