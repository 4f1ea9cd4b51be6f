"""One search box: what each person finds with it, and what nobody finds."""

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from grievances.models import Look, Opinion
from grievances.search import searching
from grievances.steps.record import Accused
from tests.factories import GRID, VILLAGE, fresh, make_cadre, make_household, make_opinion
from tests.grievances.cases import assigned
from villages.models import Cadre, Household, Region, Role, Unit


@pytest.fixture
def road(visitor: Cadre) -> Opinion:
    return make_opinion(by=visitor, text="村口路燈坏了，晚上看不见", place="老桥头")


@pytest.fixture
def water(visitor: Cadre) -> Opinion:
    return make_opinion(by=visitor, text="自来水常停，路灯旁边的水管漏水 PVC管", name="王五")


def look(cadre: Cadre, query: str, **asked: str) -> object:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(fresh(cadre))
    return client.get(reverse("search"), {"q": query} | asked)


def found(cadre: Cadre, query: str) -> list[str]:
    response = look(cadre, query)
    assert response.status_code == 200
    return [row.number for row in response.context["page"].rows]


def section(cadre: Cadre, name: str, query: str) -> list:
    part = look(cadre, query).context.get(name)
    return part.rows if part else []


@pytest.mark.parametrize(
    ("query", "hits"),
    [
        ("路灯", ["water", "road"]), ("路燈", ["water", "road"]), ("路灯 水管", ["water"]), ("水管 坏了", []),
        ("pvc", ["water"]), ("ＰＶＣ", ["water"]), ("老桥", ["road"]), ("停", ["water"]), ("没有这样", []),
    ],
)  # fmt: skip
def test_opinions_hold_every_word_and_come_newest_first(
    leader: Cadre, road: Opinion, water: Opinion, query: str, hits: list[str]
) -> None:
    number = {"road": road.number, "water": water.number}
    assert found(leader, query) == [number[hit] for hit in hits]


def test_hits_are_marked_also_in_traditional_characters(leader: Cadre, road: Opinion) -> None:
    assert "村口<mark>路燈</mark>坏了" in look(leader, "路灯").content.decode()


def test_words_are_never_a_pattern_and_never_markup(leader: Cadre, visitor: Cadre) -> None:
    make_opinion(by=visitor, text="<img src=x onerror=alert(1)> 50%的路")
    for query in ("%%", "__", "\\\\", "''", "[路]", "(路", "a{2"):
        assert found(leader, query) == []
    page = look(leader, "<img").content.decode()
    assert "<img" not in page and "<mark>&lt;img</mark>" in page


def test_corrected_words_find_the_case_and_so_do_the_first_ones(
    leader: Cadre, road: Opinion, coordinator: Cadre
) -> None:
    road.correct(by=coordinator, text="村口的桥塌了")
    assert found(leader, "桥塌") == found(leader, "路灯") == [road.number]


def test_a_whole_number_leads_to_its_case(leader: Cadre, road: Opinion) -> None:
    for typed in (road.number, road.number.lower(), road.number.replace("-", ""), f" {road.number} "):
        assert look(leader, typed)["Location"] == reverse("opinion", args=[road.number])


def test_the_beginning_of_a_number_finds_its_cases(leader: Cadre, road: Opinion) -> None:
    for typed in (road.number[:-2], road.number[:7], road.number.replace("-", "")[:-1], road.number[:4]):
        assert found(leader, typed) == [road.number], typed


def test_a_number_that_one_may_not_see_is_as_unknown_as_no_number(
    outsider: Cadre, road: Opinion, leader: Cadre
) -> None:
    known, unknown = look(outsider, road.number), look(outsider, "DF99-00001-9")
    assert known.status_code == unknown.status_code == 200
    assert known.content.decode().replace(road.number, "N").count("Nothing found") == 1


def test_nobody_finds_what_lies_elsewhere(outsider: Cadre, road: Opinion) -> None:
    page = look(outsider, "路灯")
    assert page.context["page"].total == 0 and road.number not in page.content.decode()


@pytest.mark.parametrize("kind", ["confidential", "accusing"])
def test_protected_opinions_are_found_by_number_and_never_by_words(
    visitor: Cadre, coordinator: Cadre, transport: Unit, kind: str
) -> None:
    more = {"accused": [Accused(unit=transport)]} if kind == "accusing" else {"kind": kind}
    opinion = make_opinion(by=visitor, text="金丝雀八哥", place="金丝雀桥", **more)
    assert opinion.search_text == "" and found(coordinator, "金丝雀") == []
    shown = look(coordinator, opinion.number[:-2]).content.decode()
    assert opinion.number in shown and "金丝雀" not in shown and not Look.objects.exists()
    assert Opinion.objects.filter(search_text__contains="金丝").count() == 0


def test_what_becomes_an_accusation_is_found_by_its_words_no_more(
    coordinator: Cadre, road: Opinion, transport: Unit
) -> None:
    assert found(coordinator, "路灯") == [road.number]
    road.name_accused(by=coordinator, unit=transport)
    assert found(coordinator, "路灯") == []


def test_the_accused_find_neither_words_nor_number(visitor: Cadre, committee: Unit, secretary: Cadre) -> None:
    opinion = make_opinion(by=visitor, accused=[Accused(unit=committee)], text="金丝雀八哥")
    for cadre in (secretary, visitor):
        for query in ("金丝雀", "陈小明", "051588880000", opinion.number, opinion.number[:-2]):
            page = look(cadre, query)
            assert page.status_code == 200
            assert page.context["page"].total == 0 and not page.context["said_by"].rows


@pytest.mark.parametrize("query", ["王五", "王 五", "051588880000", "０５１５８８８８００００"])
def test_an_informant_is_found_by_whole_name_or_telephone_by_those_who_may_see_them(
    water: Opinion, visitor: Cadre, coordinator: Cadre, caller: Cadre, handler: Cadre, transport: Unit,
    head: Cadre, query: str,
) -> None:  # fmt: skip
    assigned(water, by=coordinator, unit=transport, person=head)
    for cadre in (visitor, coordinator, caller, handler, head):
        assert section(cadre, "said_by", query) == [water], cadre.username


@pytest.mark.parametrize("query", ["王五", "051588880000"])
def test_leaders_auditors_and_outsiders_find_no_informant(
    water: Opinion, leader: Cadre, auditor: Cadre, outsider: Cadre, query: str
) -> None:
    for cadre in (leader, auditor, outsider):
        assert section(cadre, "said_by", query) == []


def test_an_assisting_unit_sees_the_case_but_finds_nobody_by_it(
    water: Opinion, coordinator: Cadre, transport: Unit, head: Cadre, committee: Unit, secretary: Cadre
) -> None:
    assigned(water, by=coordinator, unit=transport, person=head).assist(by=coordinator, unit=committee)
    assert found(secretary, "水管") == [water.number]
    assert section(secretary, "said_by", "王五") == []


def test_a_part_of_a_name_and_protected_people_find_nothing(
    visitor: Cadre, coordinator: Cadre, water: Opinion
) -> None:
    make_opinion(by=visitor, kind="confidential", name="赵钱孙")
    for query in ("王", "05158888000", "赵钱孙"):
        assert section(coordinator, "said_by", query) == []


def test_places_units_and_cadres_are_found_by_name_and_initials(
    coordinator: Cadre, road: Opinion, transport: Unit, head: Cadre
) -> None:
    village = Region.objects.get(pk=VILLAGE)
    village.name, village.name_en = "恒北村", "Hengbei village"
    village.save()
    assert section(coordinator, "places", "恒北") == section(coordinator, "places", "hbc") == [village]
    assert section(coordinator, "places", "HENGBEI") == [village]
    assert section(coordinator, "units", "Unit transport") == [transport]
    assert section(coordinator, "cadres", "干部head") == section(coordinator, "cadres", "head") == [head]


def test_places_and_people_of_other_districts_are_not_listed(
    coordinator: Cadre, outsider: Cadre, visitor: Cadre
) -> None:
    assert section(outsider, "cadres", "干部visitor") == []
    assert {place.pk[:6] for place in section(outsider, "places", "区划32")} == {"320903"}
    assert section(coordinator, "units", "elsewhere") == []


def test_households_are_found_by_those_who_visit_or_coordinate_there(
    visitor: Cadre, coordinator: Cadre, leader: Cadre, handler: Cadre
) -> None:
    home = make_household(number="20 号", head="李小龙")
    make_household(grid="320903001001001", number="21 号", head="李小龙")
    Household.objects.filter(pk=make_household(head="李小龙").pk).update(gone_on="2025-01-01")
    for cadre in (visitor, coordinator):
        assert section(cadre, "households", "李小龙") == section(cadre, "households", "lxl") == [home]
    for cadre in (leader, handler):
        assert section(cadre, "households", "李小龙") == []


def test_a_single_character_is_looked_for_among_the_newest_and_the_page_says_so(
    leader: Cadre, road: Opinion, water: Opinion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "NEWEST", 1)
    assert found(leader, "水") == [water.number] and found(leader, "村") == []
    assert "newest 1 only" in look(leader, "村").content.decode()
    assert section(leader, "places", "区") == []
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(fresh(leader))
    assert "newest 1 only" in client.get(reverse("opinion-list"), {"text": "村"}).content.decode()


@pytest.mark.parametrize(
    ("few", "many", "exact_to"), [(2, 3, 1), (1, 3, 1), (2, 3, 1000), (20_000, 200_000, 1)]
)
def test_common_and_rare_words_come_in_the_same_order_and_number(
    leader: Cadre, visitor: Cadre, monkeypatch: pytest.MonkeyPatch, few: int, many: int, exact_to: int
) -> None:
    numbers = [make_opinion(by=visitor, text=f"路灯第{n}盏").number for n in range(5)]
    make_opinion(by=visitor, text="自来水")
    for name, value in (("_READ", few), ("_GATHERED", many), ("EXACT_TO", exact_to), ("SIZE", 1)):
        monkeypatch.setattr(searching, name, value)
    monkeypatch.setattr("villages.paging.SIZE", 1)
    pages, asked = [], {}
    while len(pages) < 9:
        pages.append(look(leader, "路灯", **asked).context["page"])
        if not pages[-1].next:
            break
        asked = {name: value for name, value in QueryDict(pages[-1].next[1:]).items() if name != "q"}
    assert [[row.number for row in page.rows] for page in pages] == [[number] for number in numbers[::-1]]
    back = {n: v for n, v in QueryDict(pages[-1].previous[1:]).items() if n != "q"}
    assert [row.number for row in look(leader, "路灯", **back).context["page"].rows] == [numbers[1]]


def test_the_count_is_exact_to_a_thousand_and_no_further(
    leader: Cadre, road: Opinion, water: Opinion, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert look(leader, "路灯").context["page"].total == 2
    for name in ("EXACT_TO", "SIZE"):
        monkeypatch.setattr(f"villages.paging.{name}", 1)
        monkeypatch.setattr(searching, name, 1)
    page = look(leader, "路灯")
    assert not page.context["page"].is_exact and "more than 1,000" in page.content.decode()


def test_the_list_filters_by_the_same_words(leader: Cadre, road: Opinion, water: Opinion) -> None:
    client = Client()
    client.force_login(leader)
    for text, number in (
        ("路灯 水管", water.number),
        (road.number[:-2], road.number),
        ("老桥头", road.number),
    ):
        page = client.get(reverse("opinion-list"), {"text": text, "order": "number"}).context["page"]
        assert [row.number for row in page.rows] == [number]


@pytest.mark.parametrize(
    "query", ["", "   ", "x" * 61, "\0", "a\0b", "路" * 60, " ".join("甲乙丙丁戊己庚辛壬癸")]
)
def test_empty_and_broken_questions_are_no_error_page(leader: Cadre, road: Opinion, query: str) -> None:
    assert look(leader, query).status_code in (200, 400)


def test_what_is_too_long_is_said_and_kept(leader: Cadre) -> None:
    page = look(leader, "x" * 61)
    assert page.context["form"].errors and "x" * 61 in page.content.decode()


def test_every_section_is_shown_with_links(
    coordinator: Cadre, visitor: Cadre, transport: Unit, head: Cadre
) -> None:
    village = Region.objects.get(pk=VILLAGE)
    village.name = "平安村"
    village.save()
    transport.name = "平安办"
    transport.save()
    worker = make_cadre(name="ping", role=Role.HANDLER, unit=transport)
    worker.name = "平安"
    worker.save()
    home = make_household(head="平安")
    opinion = make_opinion(by=visitor, name="平安", text="平安路不平安")
    page = look(coordinator, "平安").content.decode()
    for address in (
        reverse("opinion", args=[opinion.number]), reverse("household", args=[home.pk]),
        reverse("dashboard-place", args=[VILLAGE]), f"?region={VILLAGE}", f"?unit={transport.pk}",
        "?person=ping", "?text=%E5%B9%B3%E5%AE%89",
    ):  # fmt: skip
        assert address in page, address
    assert "Said by 平安" in page


def test_the_page_needs_at_most_32_queries_however_much_is_found(
    coordinator: Cadre, visitor: Cadre, transport: Unit, head: Cadre, django_assert_max_num_queries: object
) -> None:
    for n in range(20):
        opinion = make_opinion(by=visitor, name="平安", text="平安路不平安")
        make_household(head="平安")
        if n % 2:
            assigned(opinion, by=coordinator, unit=transport, person=head)
    client = Client()
    client.force_login(fresh(coordinator))
    client.get(reverse("search"))
    with django_assert_max_num_queries(30):
        page = client.get(reverse("search"), {"q": "平安"})
    assert len(page.context["page"].rows) == 20 and len(page.context["said_by"].rows) == 10
    assert page.context["households"].has_more and "?words=%E5%B9%B3" in page.content.decode()


def test_the_box_stands_on_the_pages_of_all_but_administrators(
    leader: Cadre, administrator: Cadre, client: Client
) -> None:
    client.force_login(leader)
    assert 'id="find"' in client.get(reverse("help")).content.decode()
    client.force_login(administrator)
    assert 'id="find"' not in client.get(reverse("help")).content.decode()
    assert client.get(reverse("search"), {"q": GRID}).status_code == 403
