"""Places and units are compared fairly: with their number and interval, adjusted for what is hard anywhere."""

import pytest
from django.test import Client
from django.urls import reverse

from grievances.measures.boards import Board, Row
from grievances.measures.rates import FEWEST, Rate, expected_share
from grievances.models import Opinion
from tests.factories import DISTRICT, fresh, make_category, make_opinion, make_region
from tests.grievances.cases import answered, copied
from villages.models import Cadre, Region, Unit

EASY, HARD = "lamps-broken", "roads-potholes"
NEAR, FAR = "320904001001001", "320904002001001"


@pytest.fixture
def opinions(visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre) -> None:
    """Easy matters are resolved always, hard ones never; one town hears mostly easy ones, one mostly hard ones:
    each does with its mix what the whole district does."""
    make_region(code=FAR)
    for place, easy, hard in ((NEAR, 40, 10), (FAR, 10, 40)):
        done = make_opinion(by=visitor, region=place, category=make_category(code=EASY))
        answered(done, by=coordinator, unit=transport, person=head)
        _more(done, easy - 1, f"{place}-E")
        waits = make_opinion(by=visitor, region=place, category=make_category(code=HARD))
        waits.assign(by=coordinator, unit=transport)
        _more(waits, hard - 1, f"{place}-H")


def _more(opinion: Opinion, many: int, name: str) -> None:
    copied(Opinion.objects.get(pk=opinion.pk), many, called=name)


def board(cadre: Cadre | None, code: str = DISTRICT) -> Board:
    return Board(cadre and fresh(cadre), Region.objects.get(code=code), None)


def rows(found: Board) -> dict[str, Row]:
    return {row.place: row for row in found.by_place()}


def test_a_place_that_hears_hard_matters_is_not_marked_for_it(opinions: None, leader: Cadre) -> None:
    found = rows(board(leader))
    near, far = found[NEAR[:9]], found[FAR[:9]]
    assert (near.rate.share, far.rate.share) == (0.8, 0.2)
    assert (round(near.expected, 3), round(far.expected, 3)) == (0.8, 0.2)
    assert (near.verdict, far.verdict) == (0, 0)
    # Without the adjustment both would be marked.
    assert near.rate.differs_from(0.5) == 1 and far.rate.differs_from(0.5) == -1


def test_a_place_that_does_less_with_the_same_mix_is_marked(
    opinions: None, leader: Cadre, coordinator: Cadre, transport: Unit, visitor: Cadre
) -> None:
    idle = "320904003001001"
    make_region(code=idle)
    waits = make_opinion(by=visitor, region=idle, category=make_category(code=EASY))
    waits.assign(by=coordinator, unit=transport)
    _more(waits, 39, "idle")
    found = rows(board(leader))
    assert found[idle[:9]].verdict == -1
    assert found[idle[:9]].expected == pytest.approx(50 / 90)


def test_those_who_count_row_by_row_compare_the_same(opinions: None, head: Cadre) -> None:
    found = rows(board(head))
    assert [(round(row.expected, 3), row.verdict) for row in found.values()] == [(0.8, 0), (0.2, 0)]


def test_the_expected_of_all_places_together_is_what_was_resolved(opinions: None, leader: Cadre) -> None:
    expected = sum(row.expected * row.rate.whole for row in board(leader).by_place())
    assert expected == pytest.approx(board(leader).figures()["resolved"].value)


def test_units_are_compared_with_the_whole_not_with_each_other(
    opinions: None, leader: Cadre, visitor: Cadre
) -> None:
    """Not with the sum of the rows either: what has no unit is in the whole, and in no row."""
    first = make_opinion(by=visitor)
    _more(first, 99, "none")
    [row] = board(leader).by_unit()
    assert (row.rate.share, row.expected, row.verdict) == (0.5, 0.25, 1)


def test_few_cases_are_not_judged_and_it_says_so(
    client: Client, visitor: Cadre, leader: Cadre, opinions: None
) -> None:
    few = "320904003001001"
    make_region(code=few)
    for _ in range(FEWEST - 1):
        make_opinion(by=visitor, region=few, category=make_category(code=EASY))
    [row] = [row for row in board(leader).by_place() if row.place == few[:9]]
    assert row.verdict == 0 and not row.rate.is_judged
    client.force_login(leader)
    for language, words in (("en", "too few to judge"), ("zh-hans", "件数太少，不作评判")):
        client.cookies["django_language"] = language
        assert words in client.get(reverse("dashboard")).content.decode()


def test_the_page_shows_the_interval_the_expected_rate_and_how_it_compares(
    client: Client, leader: Cadre, opinions: None
) -> None:
    client.force_login(leader)
    client.cookies["django_language"] = "en"
    text = client.get(reverse("dashboard")).content.decode()
    for words in (
        "67–89%",
        "expected 80%",
        "expected 20%",
        "How places are compared",
        "whoever listens more",
    ):
        assert words in text, words
    assert f"Fewer than {FEWEST} cases" in text


def test_more_collected_is_never_shown_as_bad(
    client: Client, leader: Cadre, visitor: Cadre, opinions: None, coordinator: Cadre, transport: Unit,
    head: Cadre,
) -> None:  # fmt: skip
    """Ten times as much with the same rate in each category: the same mark, and no colour at the number."""
    busy = "320904003001001"
    make_region(code=busy)
    done = make_opinion(by=visitor, region=busy, category=make_category(code=EASY))
    answered(done, by=coordinator, unit=transport, person=head)
    _more(done, 399, "busy-e")
    client.force_login(leader)
    page = client.get(reverse("dashboard"))
    [(row, _interval)] = [pair for pair in page.context["places"] if pair[0].place == busy[:9]]
    assert row.verdict == 0 and row.rate.whole == 400
    text = page.content.decode()
    line = next(part for part in text.split("<tr>") if row.numbers[0].url.replace("&", "&amp;") in part)
    assert 'class="mark' not in line.split("</td>")[0] and "late" not in line.split("</td>")[0].split(">")[0]


def test_expected_is_nothing_where_nothing_was_collected() -> None:
    assert expected_share({}, {"a": Rate(1, 2)}) is None
    assert expected_share({"a": 0}, {"a": Rate(1, 2)}) is None
    assert expected_share({"a": 3, "b": 1}, {"a": Rate(1, 2), "b": Rate(0, 9)}) == 0.375
    assert expected_share({"a": 3}, {}) == 0


def test_the_adjustment_costs_one_question(
    opinions: None, leader: Cadre, django_assert_num_queries: object
) -> None:
    found = board(leader)
    found.figures(), found.by_category()
    with django_assert_num_queries(2):  # the tallies of the places below, their mixes
        found.by_place()
