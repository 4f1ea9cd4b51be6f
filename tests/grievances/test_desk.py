"""The staff desk: queues, rows and the panel beside them."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grievances.models import Opinion
from grievances.steps.record import Accused
from tests.factories import GRID, VILLAGE, fresh, make_opinion
from tests.grievances.cases import answered, assigned, copied, in_hand
from villages.models import Cadre, Unit

MOST_QUERIES = 7


@pytest.fixture
def desk(client: Client, head: Cadre) -> Client:
    client.force_login(head)
    return client


@pytest.fixture
def case(visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre) -> Opinion:
    return assigned(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)


def shown(client: Client, queue: str, **asked: str) -> list[str]:
    page = client.get(reverse("desk-queue", args=[queue]), asked)
    return [row.number for row in page.context["page"].rows]


def test_the_desk_opens_at_the_first_queue_in_which_something_waits(
    desk: Client, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    in_hand(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
    assert desk.get(reverse("desk")).url == reverse("desk-queue", args=["in-hand"])


def test_an_empty_desk_opens_at_its_first_queue_and_says_so(desk: Client) -> None:
    page = desk.get(reverse("desk"), follow=True)
    assert page.redirect_chain[-1][0] == reverse("desk-queue", args=["to-take"])
    assert page.status_code == 200 and "<tr data-row" not in page.content.decode()


def test_an_empty_queue_speaks_of_filters_only_where_there_is_one(desk: Client) -> None:
    desk.cookies["django_language"] = "en"
    for asked, said in (({}, False), ({"order": "newest"}, False), ({"text": "路"}, True)):
        page = desk.get(reverse("desk-queue", args=["to-take"]), asked).content.decode()
        assert ("Remove a filter above" in page) == said
        assert ("There is nothing to do here." in page) != said


def test_a_queue_of_other_roles_is_not_found(desk: Client) -> None:
    for name in ("to-dispatch", "to-call-back", "no-such-queue"):
        assert desk.get(reverse("desk-queue", args=[name])).status_code == 404


def test_a_row_links_to_its_page_and_fills_the_panel(desk: Client, case: Opinion) -> None:
    page = desk.get(reverse("desk-queue", args=["to-take"])).content.decode()
    address = reverse("opinion", args=[case.number])
    assert f'<a data-open href="{address}" hx-get="{address}" hx-target="#panel"' in page
    assert 'id="panel"' in page


def test_a_row_says_in_words_how_much_time_is_left(desk: Client, case: Opinion) -> None:
    Opinion.objects.filter(pk=case.pk).update(due_at=timezone.now() - timedelta(days=2))
    page = desk.get(reverse("desk-queue", args=["to-take"]))
    left = page.context["page"].rows[0].left
    assert left.look == "late" and left.words in page.content.decode()


def test_the_nearest_deadline_comes_first(
    desk: Client, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    cases = [
        assigned(make_opinion(by=visitor), by=coordinator, unit=transport, person=head) for _n in range(3)
    ]
    for case, days in zip(cases, (5, 1, 3), strict=True):
        Opinion.objects.filter(pk=case.pk).update(due_at=timezone.now() + timedelta(days=days))
    assert shown(desk, "to-take") == [cases[1].number, cases[2].number, cases[0].number]


def test_every_queue_shows_its_count(desk: Client, case: Opinion) -> None:
    counted = {queue.name: n for queue, n in desk.get(reverse("desk"), follow=True).context["queues"]}
    assert counted["to-take"] == 1 and counted["in-hand"] == 0


def test_after_a_step_htmx_gets_only_the_list_with_new_counts(
    desk: Client, case: Opinion, head: Cadre
) -> None:
    Opinion.objects.get(pk=case.pk).accept(by=head)
    part = desk.get(reverse("desk-queue", args=["to-take"]), headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert dict((queue.name, n) for queue, n in part.context["queues"])["in-hand"] == 1


def test_a_cache_keeps_the_page_and_its_part_apart(desk: Client, case: Opinion) -> None:
    page = desk.get(reverse("desk-queue", args=["to-take"]))
    assert "HX-Request" in page.get("Vary", "") or "no-store" in page.get("Cache-Control", "")


def test_a_filter_narrows_a_queue_and_its_total(desk: Client, case: Opinion) -> None:
    assert shown(desk, "to-take", text="卫生室") == [case.number]
    page = desk.get(reverse("desk-queue", args=["to-take"]), {"text": "没有的词"})
    assert page.context["page"].rows == [] and page.context["page"].total == 0


def test_a_past_day_or_a_figure_is_no_filter_of_the_desk(desk: Client, case: Opinion) -> None:
    assert shown(desk, "to-take", as_of="2020-01-01", figure="resolved") == [case.number]


def test_a_queue_never_shows_what_accuses_the_one_who_looks(
    client: Client, visitor: Cadre, town_coordinator: Cadre, coordinator: Cadre, town: Unit
) -> None:
    accusing = make_opinion(by=visitor, accused=[Accused(unit=town)])
    for cadre, seen in ((town_coordinator, 0), (coordinator, 1)):
        client.force_login(cadre)
        assert (accusing.number in shown(client, "to-dispatch")) == bool(seen)


def test_a_confidential_row_shows_the_village_and_no_more(
    client: Client, visitor: Cadre, coordinator: Cadre
) -> None:
    make_opinion(by=visitor, kind="confidential", name="李四")
    client.force_login(coordinator)
    page = client.get(reverse("desk-queue", args=["to-dispatch"]))
    assert page.context["page"].rows[0].region_id == VILLAGE
    assert "李四" not in page.content.decode() and f"区划{GRID}" not in page.content.decode()


@pytest.mark.parametrize("many", [1, 60])
def test_a_queue_takes_few_queries_whatever_the_rows(
    desk: Client, case: Opinion, many: int, django_assert_max_num_queries: object
) -> None:
    copied(case, many)
    desk.get(reverse("help"))  # a session's first page notes when it began
    with django_assert_max_num_queries(MOST_QUERIES):
        page = desk.get(reverse("desk-queue", args=["to-take"]))
    assert page.context["page"].total == many + 1


def test_the_next_page_goes_on_where_the_first_ends(desk: Client, case: Opinion) -> None:
    for n in range(55):
        copy = Opinion.objects.get(pk=case.pk)
        copy.pk, copy.number = None, f"COPY-{n}"
        copy.save(force_insert=True)
    first = desk.get(reverse("desk-queue", args=["to-take"])).context["page"]
    second = desk.get(reverse("desk-queue", args=["to-take"]) + first.next).context["page"]
    assert (len(first.rows), len(second.rows)) == (50, 6)
    assert len({row.number for row in (*first.rows, *second.rows)}) == 56


@pytest.mark.parametrize("place", ["0", "-1", "x", "99999", "１", ""])
@pytest.mark.parametrize("name", ["after", "before", "from"])
def test_a_wrong_place_is_no_error(desk: Client, case: Opinion, name: str, place: str) -> None:
    assert shown(desk, "to-take", **{name: place}) == [case.number]


def test_where_a_page_was_worked_off_it_says_so_and_leads_to_the_first(
    desk: Client, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre, case: Opinion
) -> None:
    for n in range(51):
        copy = Opinion.objects.get(pk=case.pk)
        copy.pk, copy.number = None, f"COPY-{n:02}"
        copy.save(force_insert=True)
    queue = reverse("desk-queue", args=["to-take"])
    following = desk.get(queue).context["page"].next
    for row in desk.get(queue + following).context["page"].rows:
        Opinion.objects.filter(pk=row.pk).update(state="handling")
    emptied = desk.get(queue + following)
    assert emptied.context["page"].rows == [] and emptied.context["page"].start == "?"
    assert '<a class="ms-3" href="?">' in emptied.content.decode()


def test_somebody_from_elsewhere_finds_an_empty_desk(client: Client, case: Opinion, outsider: Cadre) -> None:
    client.force_login(outsider)
    assert shown(client, "to-take") == []


def test_a_person_without_a_post_has_no_desk(client: Client, head: Cadre, case: Opinion) -> None:
    head.posts.update(until=timezone.localdate() - timedelta(days=1))
    client.force_login(fresh(head))
    assert client.get(reverse("desk")).status_code == 403


def test_the_caller_finds_the_answered_cases(
    client: Client, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre, caller: Cadre
) -> None:
    case = answered(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
    client.force_login(caller)
    assert shown(client, "to-call-back") == [case.number]


def test_whoever_writes_nothing_down_is_not_led_there(client: Client, leader: Cadre, head: Cadre) -> None:
    for cadre, led in ((leader, False), (head, True)):
        client.force_login(cadre)
        page = client.get(reverse("desk-queue", args=["supervised"])).content.decode()
        assert (f'href="{reverse("opinion-new")}"' in page) == led
