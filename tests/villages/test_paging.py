"""Pages of lists: each row once, whatever comes and goes; a broken position is the first page."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from itertools import chain, count
from random import Random
from urllib.parse import parse_qs

import pytest
from django.db import connection, transaction
from django.db.models import BooleanField, Exists, OuterRef, Q, QuerySet, Value
from django.http import QueryDict
from django.test import RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from grievances.models import Look, Notice, Opinion, OpinionSpan, Visit
from tests.factories import GRID, make_cadre, make_category, make_household, make_region
from villages import cursors
from villages.keyset import keys_of, stretches
from villages.models import Cadre, Household
from villages.paging import SIZE, Page, page_of
from villages.sealing import seal, unseal

BEGAN = datetime(2026, 3, 1, 8, tzinfo=UTC)
ORDERS = [
    ("-recorded_at", "-pk"), ("due_at", "pk"), ("-due_at", "pk"), ("due_at", "-recorded_at"), ("number",),
    ("region", "-due_at"), ("category__position", "due_at"), ("supervised", "-number"), (),
]  # fmt: skip


def page(found: QuerySet, query: str = "", **given: object) -> Page:
    return page_of(found, RequestFactory().get(f"/{query}"), **given)


def walk(found: QuerySet, query: str = "", *, by: str = "next") -> list[list[int]]:
    """The keys of each page, from ``query`` on."""
    pages = []
    while query or not pages:
        shown = page(found, query)
        pages.append([row.pk for row in shown.rows])
        query = getattr(shown, by)
        assert len(pages) < 100
        if not query:
            break
    return pages


def leave(pks: Iterable[int]) -> None:
    """No opinion is ever deleted: rows leave a list by what its filter asks."""
    Opinion.objects.filter(pk__in=list(pks)).update(urgency="urgent")


def flat(pages: Iterable[list[int]]) -> list[int]:
    return list(chain.from_iterable(pages))


@pytest.fixture
def make(db: None) -> Callable[..., list[Opinion]]:
    """Makes opinions of which several share a moment, a deadline or a place, and some have none."""
    region, other = make_region(code=GRID), make_region(code="320904001001002")
    category, numbers = make_category(), count()

    def opinions(many: int) -> list[Opinion]:
        made = []
        for n in (next(numbers) for _n in range(many)):
            made.append(Opinion(
                number=f"N{(n * 7919) % 1_000_003:07}", text="路", region=(region, other)[n % 2], desk=region,
                category=category, said_at=BEGAN, recorded_at=BEGAN + timedelta(hours=n // 3 % 40),
                due_at=None if n % 5 == 0 else BEGAN + timedelta(days=n % 11, microseconds=n % 7),
                supervised=n % 3 == 0,
            ))  # fmt: skip
        return Opinion.objects.bulk_create(made)

    return opinions


@pytest.mark.parametrize("order", ORDERS)
def test_all_pages_hold_each_row_once_forwards_and_back(
    make: Callable[..., list[Opinion]], order: tuple[str, ...]
) -> None:
    make(230)
    found = Opinion.objects.order_by(*order)
    last_key = order[-1] if order else "pk"
    wanted = list(
        found.order_by(*order, "-pk" if last_key.startswith("-") else "pk")
        .values_list("pk", flat=True)
    )  # fmt: skip
    forwards = walk(found)
    assert [len(one) for one in forwards] == [50, 50, 50, 50, 30]
    assert flat(forwards) == wanted
    last = page(found, page_before_last(found))
    assert last.next == ""
    back = walk(found, last.previous, by="previous")
    assert flat(reversed(back)) == wanted[:200]


def page_before_last(found: QuerySet) -> str:
    """The address of the last page."""
    query = ""
    while following := page(found, query).next:
        query = following
    return query


def test_the_same_link_shows_the_rest_whatever_becomes_of_the_rows_before(
    make: Callable[..., list[Opinion]],
) -> None:
    made = make(120)
    found = Opinion.objects.filter(urgency="normal").order_by("-due_at", "-pk")
    wanted = list(found.values_list("pk", flat=True))
    first = page(found)
    keep = [pk for n, pk in enumerate(wanted) if n >= SIZE and n not in (60, 75, 110)]
    leave(wanted[n] for n in (0, 20, 49, 60, 75, 110))
    # The row on which the link stands changes what it is ordered by.
    Opinion.objects.filter(pk=wanted[48]).update(due_at=BEGAN - timedelta(days=9))
    Opinion.objects.filter(pk=made[5].pk).update(supervised=True)
    later = make(3)
    Opinion.objects.filter(pk__in=[one.pk for one in later]).update(due_at=BEGAN + timedelta(days=30))
    assert flat(walk(found, first.next)) == [*keep, wanted[48]]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=some.integers(0, 2**32), order=some.sampled_from(ORDERS))
def test_rows_that_come_and_go_make_no_other_row_appear_twice_or_be_skipped(
    make: Callable[..., list[Opinion]], seed: int, order: tuple[str, ...]
) -> None:
    dice = Random(seed)
    with transaction.atomic():
        make(300)
        found = Opinion.objects.filter(urgency="normal").order_by(*order)
        stayed = set(found.values_list("pk", flat=True))
        last = _walk_while_rows_come_and_go(found, "", "next", stayed, make, dice)
        if last.previous:
            stayed -= {row.pk for row in last.rows}
            _walk_while_rows_come_and_go(found, last.previous, "previous", stayed, make, dice)
        transaction.set_rollback(True)


def _walk_while_rows_come_and_go(
    found: QuerySet, query: str, by: str, stayed: set[int], make: Callable[..., object], dice: Random
) -> Page:
    """Takes from ``stayed`` what leaves; the rest must have been seen, nothing twice."""
    seen: list[int] = []
    while True:
        shown = page(found, query)
        seen += [row.pk for row in shown.rows]
        make(dice.randint(0, 15))
        gone = set(dice.sample(sorted(stayed), min(dice.choice([0, 5, 40, 60]), len(stayed))))
        leave(gone)
        stayed -= gone
        query = getattr(shown, by)
        if not query:
            break
    assert len(seen) == len(set(seen)) and stayed <= set(seen)
    return shown


def test_a_household_list_goes_by_house_numbers_and_by_what_is_computed(db: None) -> None:
    grids = (GRID, "320904001001002")
    for n in range(130):
        make_household(grid=grids[n % 2], number=f"{n}-{n % 4}~!号")
    visited = Visit.objects.filter(household=OuterRef("pk"))
    for order in ((), ("visited", "grid", "number_order", "number"), ("-visited", "number_order")):
        for marked in (Exists(visited), Value(False, output_field=BooleanField())):
            found = Household.objects.annotate(visited=marked)
            found = found.order_by(*order) if order else found
            keys = [key.name for key in keys_of(found)]
            assert ("id" in keys) == (order == ("-visited", "number_order"))
            assert len(set(flat(walk(found)))) == 130


def test_an_ordering_says_itself_which_columns_tell_rows_apart(db: None) -> None:
    def names(found: QuerySet) -> list[str]:
        return [key.term() for key in keys_of(found)]

    assert names(Household.objects.all()) == ["grid_id", "number_order", "number"]
    assert names(Opinion.objects.order_by("number")) == ["number"]
    assert names(Opinion.objects.order_by("-recorded_at")) == ["-recorded_at", "-id"]
    assert names(OpinionSpan.objects.order_by("-opinion__recorded_at", "-opinion_id")) == [
        "-opinion__recorded_at", "-opinion_id", "-id",
    ]  # fmt: skip
    assert names(Notice.objects.order_by("-event__recorded_at", "-id")) == ["-event__recorded_at", "-id"]
    assert names(Look.objects.order_by("-at", "-id")) == ["-at", "-id"]
    assert names(Cadre.objects.all()) == ["username"]
    for wrong in (Opinion.objects.order_by("?"), Opinion.objects.order_by("events"), Cadre.objects.reverse()):
        with pytest.raises(TypeError):
            keys_of(wrong)


def test_an_index_leads_straight_to_the_page(make: Callable[..., list[Opinion]]) -> None:
    make(300)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE grievances_opinion")
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
    for order, condition in (
        (("-recorded_at", "-pk"), "Index Cond: (ROW(recorded_at, id) < ROW("),
        (("due_at", "pk"), "(ROW(due_at, id) > ROW("),
        (("-pk",), "Index Cond: (id < "),
    ):
        found = Opinion.objects.order_by(*order)
        after = parse_qs(page(found).next[1:])["after"][0]
        position = cursors.read(keys_of(found), after, Opinion)
        assert position is not None
        plan = next(iter(stretches(found, keys_of(found), beyond=position)))[:SIZE].explain()
        assert condition in plan, plan


BROKEN = ["", "x", "~", "~~~", "0", "\0", "a\0b", "9" * 5000, "'; DROP TABLE x; --", "０~１", "_", "\ud800"]


@pytest.mark.parametrize("text", BROKEN)
@pytest.mark.parametrize("name", ["after", "before", "from"])
def test_a_broken_position_is_the_first_page(
    make: Callable[..., list[Opinion]], name: str, text: str
) -> None:
    make(60)
    found = Opinion.objects.order_by("due_at", "pk")
    request = RequestFactory().get("/")
    request.GET = QueryDict(mutable=True)
    request.GET[name] = text
    shown = page_of(found, request)
    assert (shown.rows, shown.first, shown.start) == (page(found).rows, 1, "")


def test_a_position_of_another_list_or_order_is_the_first_page(
    make: Callable[..., list[Opinion]], leader: Cadre
) -> None:
    make(60)
    due = Opinion.objects.order_by("due_at", "pk")
    for other in (("-due_at", "pk"), ("recorded_at", "pk"), ("due_at", "-pk"), ("pk",)):
        assert page(Opinion.objects.order_by(*other), page(due).next).first == 1
    assert page(Cadre.objects.all(), page(due).next).first == 1


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=some.data())
def test_whatever_stands_in_a_position_is_never_an_error(db: None, data: some.DataObject) -> None:
    order = data.draw(some.sampled_from(ORDERS))
    found = Opinion.objects.order_by(*order)
    keys = keys_of(found)
    written = unseal(
        cursors.written(keys, Opinion(recorded_at=BEGAN, category=make_category())), purpose=cursors.PURPOSE
    )
    mark = written.split("~")[0]
    value = some.one_of(
        some.text(max_size=30), some.integers().map(str), some.text(max_size=10).map(lambda t: "_" + t),
        some.datetimes().map(lambda t: t.strftime("%Y%m%dT%H%M%S.%fZ")),
        some.sampled_from(["", "0", "1", "-1", "9" * 19, "99991231T235959.999999Z", "00010101T000000.000000Z"]),
    )  # fmt: skip
    parts = data.draw(some.lists(value, min_size=len(keys), max_size=len(keys) + 1))
    request = RequestFactory().get("/")
    request.GET = QueryDict(mutable=True)
    request.GET["after"] = seal(
        "~".join([mark, *parts]).encode("utf-8", "replace").decode(), purpose=cursors.PURPOSE
    )
    assert page_of(found, request).rows == []


@pytest.mark.parametrize(
    "moment", [BEGAN, datetime(1, 1, 1, tzinfo=UTC), datetime(999, 1, 1, 1, 1, 1, 7, tzinfo=UTC)]
)
def test_a_position_says_again_what_was_written(db: None, moment: datetime) -> None:
    row = Opinion(pk=2**63 - 1, number="a~b!0!1_#村", recorded_at=moment, supervised=True)
    for order in (("recorded_at", "pk"), ("number",), ("due_at", "supervised", "pk")):
        keys = keys_of(Opinion.objects.order_by(*order))
        text = cursors.written(keys, row)
        assert cursors.read(keys, text, Opinion) == tuple(key.value_in(row) for key in keys)


def test_the_page_says_which_rows_of_how_many(make: Callable[..., list[Opinion]]) -> None:
    make(120)
    found = Opinion.objects.order_by("number")
    first = page(found)
    second = page(found, first.next)
    third = page(found, second.next)
    assert [(one.first, one.last, one.total) for one in (first, second, third)] == [
        (1, 50, 120), (51, 100, 120), (101, 120, 120),
    ]  # fmt: skip
    again = page(found, third.previous)
    assert (again.first, again.last, again.rows) == (51, 100, second.rows)
    start = page(found, again.previous)
    assert (start.first, start.previous, start.rows) == (1, "", first.rows)
    assert (first.start, second.start) == ("", "?") and third.next == ""


@pytest.mark.parametrize("number", ["1", "0", "-3", "x", "999999", "9" * 50, "１"])
def test_a_number_that_makes_no_sense_is_not_shown(make: Callable[..., list[Opinion]], number: str) -> None:
    make(130)
    found = Opinion.objects.order_by("number")
    query = page(found).next.replace("from=51", f"from={number}")
    shown = page(found, query)
    assert (shown.first, shown.last, len(shown.rows)) == (0, 0, 50)
    assert page(found, shown.next).first == 101


def test_other_filters_stay_in_the_links(make: Callable[..., list[Opinion]]) -> None:
    make(60)
    shown = page(Opinion.objects.order_by("number"), "?text=%E8%B7%AF&state=collected&before=x&from=9")
    asked = parse_qs(shown.next[1:])
    assert asked["text"] == ["路"] and asked["state"] == ["collected"] and asked["from"] == ["51"]
    assert "before" not in asked


def test_the_total_is_exact_to_a_thousand_or_where_it_is_given(make: Callable[..., list[Opinion]]) -> None:
    make(1001)
    found = Opinion.objects.order_by("due_at", "pk").select_related("category").prefetch_related("events")
    assert (page(found).total, page(found).is_exact) == (1001, False)
    assert (page(found, total=7000).total, page(found, total=7000).is_exact) == (7000, True)
    leave([Opinion.objects.first().pk])
    found = found.filter(urgency="normal")
    assert (page(found).total, page(found).is_exact) == (1000, True)


def test_a_list_far_longer_than_any_page_ends_where_it_ends(make: Callable[..., list[Opinion]]) -> None:
    make(2400)
    assert sum(len(one) for one in walk(Opinion.objects.order_by("-due_at", "-pk"))) == 2400


def test_where_all_that_followed_has_gone_the_page_is_empty_and_leads_to_the_first(
    make: Callable[..., list[Opinion]],
) -> None:
    make(60)
    found = Opinion.objects.filter(urgency="normal").order_by("number")
    following = page(found).next
    leave(row.pk for row in page(found, following).rows)
    shown = page(found, following)
    assert (shown.rows, shown.first, shown.next, shown.previous, shown.start) == ([], 0, "", "", "?")


def test_people_of_one_name_are_paged_by_their_sign_in_names(db: None) -> None:
    for n in range(70):
        make_cadre(name=f"c{n:03}")
    pages = walk(Cadre.objects.filter(username__startswith="c"))
    assert [len(one) for one in pages] == [50, 20]


@pytest.mark.parametrize("order", [("due_at", "pk"), ("-due_at", "pk"), ("due_at", "-recorded_at")])
@pytest.mark.parametrize(
    "demand",
    [
        Q(due_at__lte=BEGAN + timedelta(days=8)), Q(due_at__gt=BEGAN) & Q(urgency="normal"),
        Q(due_at__isnull=False), Q(due_at__gte=BEGAN, due_at__lt=BEGAN + timedelta(days=9)),
    ],
)  # fmt: skip
def test_rows_without_a_value_are_not_looked_for_where_a_condition_demands_one(
    make: Callable[..., list[Opinion]], order: tuple[str, ...], demand: Q, django_assert_num_queries: object
) -> None:
    make(40)
    found = Opinion.objects.filter(demand).order_by(*order)
    with django_assert_num_queries(1):
        shown = page(found)
    assert [row.pk for row in shown.rows] == [row.pk for row in found]


@pytest.mark.parametrize(
    "free",
    [
        Q(due_at__lte=BEGAN) | Q(urgency="normal"), ~Q(due_at__lte=BEGAN), Q(waits_until__isnull=True),
        Q(due_at__isnull=True),
    ],
)  # fmt: skip
def test_where_no_condition_demands_a_value_rows_without_one_are_there(
    make: Callable[..., list[Opinion]], free: Q
) -> None:
    make(40)
    found = Opinion.objects.filter(free).order_by("due_at", "pk")
    assert flat(walk(found)) == [row.pk for row in found]
    assert found.filter(due_at=None).exists()


def test_a_place_without_a_value_leads_to_what_follows_it_in_a_list_that_demands_one(
    make: Callable[..., list[Opinion]],
) -> None:
    make(40)
    late = Opinion.objects.filter(due_at__lte=BEGAN + timedelta(days=8))
    bare = Opinion.objects.filter(due_at=None)[0]
    for order, following in (("due_at", []), ("-due_at", [row.pk for row in late.order_by("-due_at", "pk")])):
        found = late.order_by(order, "pk")
        place = cursors.written(keys_of(found), bare)
        assert [row.pk for row in page(found, f"?after={place}").rows] == following


def test_a_list_that_should_be_empty_shows_what_is_there_all_the_same(
    make: Callable[..., list[Opinion]], django_assert_num_queries: object
) -> None:
    found = Opinion.objects.order_by("due_at", "pk")
    with django_assert_num_queries(1):
        assert page(found, total=0).rows == []
    made = make(3)
    assert {row.pk for row in page(found, total=0).rows} == {row.pk for row in made}
