"""What slipped: each way in which cases do, who sees it, and that the number and the list agree."""

from datetime import date, datetime, timedelta
from importlib import import_module

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grievances.flow.calendar import WorkingCalendar
from grievances.measures.slipped import SLIPS, Moment
from grievances.models import CalendarDay, Opinion
from grievances.models.opinion import SLIP_FIELDS
from grievances.steps.record import Accused
from tests.factories import fresh, make_cadre, make_opinion, make_unit
from tests.grievances.cases import answered, assigned, copied, in_hand
from villages.models import Cadre, Role, Unit

fill = import_module("grievances.migrations.0039_slips_and_withdrawals").fill
EVERY = [slip.name for slip in SLIPS]
# A Wednesday, and nobody's holiday.
NOON = timezone.make_aware(datetime(2026, 3, 18, 12))


@pytest.fixture(autouse=True)
def wednesday() -> object:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def oversees(client: Client, coordinator: Cadre) -> Client:
    return signed_in(client, coordinator)


def signed_in(client: Client, cadre: Cadre) -> Client:
    client.cadre = cadre
    client.force_login(cadre)
    client.cookies["django_language"] = "en"
    return client


def slipped(client: Client) -> dict[str, int]:
    """{kind: how many} of the page; each number is also the length of its own list."""
    client.force_login(client.cadre)  # a session doesn't last for days
    found = client.get(reverse("slipped"))
    totals = {section.slip.name: section.total for section in found.context["sections"]}
    for name, total in totals.items():
        assert client.get(reverse("slipped-list", args=[name])).context["page"].total == total
    return {name: total for name, total in totals.items() if total}


def before(**ago: int) -> object:
    return time_machine.travel(NOON - timedelta(**ago), tick=False)


# unassigned


@pytest.mark.parametrize(
    ("recorded", "expected"),
    [("2026-03-18", 0), ("2026-03-17", 0), ("2026-03-16", 1), ("2026-03-10", 1)],
)
def test_whatever_lay_unassigned_through_a_whole_working_day_slipped(
    oversees: Client, visitor: Cadre, recorded: str, expected: int
) -> None:
    with time_machine.travel(timezone.make_aware(datetime.fromisoformat(f"{recorded}T09:00")), tick=False):
        make_opinion(by=visitor)
    assert slipped(oversees).get("unassigned", 0) == expected


def test_a_weekend_and_a_holiday_are_no_working_days(oversees: Client, visitor: Cadre) -> None:
    with time_machine.travel(timezone.make_aware(datetime(2026, 3, 13, 9)), tick=False):  # a Friday
        make_opinion(by=visitor)
    CalendarDay.objects.create(day=date(2026, 3, 16), working=False)
    with time_machine.travel(timezone.make_aware(datetime(2026, 3, 17, 9)), tick=False):
        assert slipped(oversees) == {}
    assert slipped(oversees) == {"unassigned": 1}
    assert WorkingCalendar.load().working_day_before(date(2026, 3, 17)) == date(2026, 3, 13)


def test_what_was_handed_back_counts_from_then(
    oversees: Client, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    with before(days=5):
        opinion = assigned(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
    opinion.object(by=head, reason="不属于我局")
    opinion.uphold(by=coordinator)
    assert slipped(oversees) == {}
    with time_machine.travel(NOON + timedelta(days=2), tick=False):
        assert slipped(oversees) == {"unassigned": 1}


# accepted, and then nothing


def test_accepted_and_untouched_for_ten_days_until_somebody_does_something(
    oversees: Client, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    with before(days=10, minutes=1):
        opinion = in_hand(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
    with before(days=9):
        in_hand(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
    assert slipped(oversees) == {"untouched": 1}
    opinion.remark(by=head, text="已到现场查看")
    assert slipped(oversees) == {}


# promises


@pytest.fixture
def promised(visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre) -> Opinion:
    """Planned for yesterday."""
    with before(days=4):
        opinion = in_hand(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
        opinion.explain(
            by=head, account="已列入计划", public="将于下周修。", ground="planned",
            planned_for=NOON.date() - timedelta(days=1),
        )  # fmt: skip
    return opinion


def test_a_promised_date_that_has_passed_slipped_also_after_the_call_back(
    oversees: Client, promised: Opinion, caller: Cadre
) -> None:
    with before(days=1):
        assert slipped(oversees) == {}
    assert slipped(oversees) == {"promised": 1}
    promised.call_back(by=caller, contacted=True, satisfied=True)
    assert slipped(oversees) == {"promised": 1}


def test_a_new_answer_with_a_later_date_takes_its_place(
    oversees: Client, promised: Opinion, head: Cadre
) -> None:
    promised.rework(by=head, reason="日期写错了")
    assert slipped(oversees) == {}
    promised.explain(
        by=head, account="改期", public="下月修。", ground="planned",
        planned_for=NOON.date() + timedelta(days=20),
    )  # fmt: skip
    assert slipped(oversees) == {}


def test_an_answer_on_another_ground_promised_nothing(
    oversees: Client, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    with before(days=4):
        opinion = in_hand(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
        opinion.explain(by=head, account="政策不允许", public="政策不允许。", ground="policy")
    assert slipped(oversees) == {}


# informants


def test_accepted_without_telling_slipped_after_a_working_day_until_it_is_recorded(
    oversees: Client, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    with before(days=2):
        opinion = assigned(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
        opinion.accept(by=head)
    with before(days=1):
        assigned(make_opinion(by=visitor), by=coordinator, unit=transport, person=head).accept(by=head)
    with before(days=2):
        nobody = make_opinion(by=visitor, kind="anonymous")
        assigned(nobody, by=coordinator, unit=transport, person=head).accept(by=head)
    assert slipped(oversees) == {"untold": 1}
    opinion.tell(by=head, about="accepted", means="telephone")
    assert slipped(oversees) == {}


def test_answered_and_not_called_back_slipped_when_the_clock_has_run_out(
    oversees: Client, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre, caller: Cadre
) -> None:
    with before(days=11):
        opinion = answered(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
    with before(days=10):
        answered(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
    assert slipped(oversees) == {"not-called": 1}
    opinion.call_back(by=caller, contacted=False)
    assert slipped(oversees) == {"not-called": 1}
    opinion.call_back(by=caller, contacted=True, solved=True, satisfied=True)
    assert slipped(oversees) == {}


def test_what_came_back_twice_and_is_open(
    oversees: Client, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre, caller: Cadre
) -> None:
    opinion = answered(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
    opinion.reopen(by=caller, reason="没有修好")
    assert slipped(oversees) == {}
    opinion.resolve(by=head, account="又补", public="真好了")
    opinion.reopen(by=caller, reason="还是没有修好")
    assert slipped(oversees) == {"back-twice": 1}
    opinion.resolve(by=head, account="重铺", public="重铺了")
    assert slipped(oversees) == {}


# the page


def test_where_nothing_slipped_all_is_well(oversees: Client, visitor: Cadre) -> None:
    make_opinion(by=visitor)
    found = oversees.get(reverse("slipped"))
    assert found.context["is_well"] and "All is well" in found.content.decode()
    for name in EVERY:
        assert "All is well" in oversees.get(reverse("slipped-list", args=[name])).content.decode()


def test_the_first_rows_lead_to_their_cases_and_the_rest_is_one_click_away(
    oversees: Client, visitor: Cadre
) -> None:
    with before(days=5):
        first = make_opinion(by=visitor)
    with before(days=4):
        for _ in range(6):
            make_opinion(by=visitor)
    found = oversees.get(reverse("slipped"))
    [section] = [section for section in found.context["sections"] if section.total]
    assert (section.total, len(section.rows), section.rows[0]) == (7, 5, first)
    text = found.content.decode()
    assert reverse("opinion", args=[first.number]) in text
    assert f'<a href="{reverse("slipped-list", args=["unassigned"])}">7</a>' in text


def test_a_long_list_is_paged_and_what_is_more_than_a_thousand_is_not_counted(
    oversees: Client, visitor: Cadre
) -> None:
    with before(days=5):
        opinion = make_opinion(by=visitor)
    copied(opinion, 1000)
    found = oversees.get(reverse("slipped"))
    section = found.context["sections"][0]
    assert not section.is_exact and "more than 1,000" in found.content.decode()
    address, seen = reverse("slipped-list", args=["unassigned"]), set()
    for _ in range(3):
        page = oversees.get(address).context["page"]
        seen |= {row.pk for row in page.rows}
        address = reverse("slipped-list", args=["unassigned"]) + page.next
    assert len(seen) == 150
    Opinion.objects.filter(number="COPY-0000").update(state="withdrawn")
    section = oversees.get(reverse("slipped")).context["sections"][0]
    assert (section.total, section.is_exact) == (1000, True)


def test_what_no_kind_is_called_is_not_found(oversees: Client) -> None:
    for name in ("late", "xyz", "unassigned-"):
        assert oversees.get(f"/slipped/{name}/").status_code == 404


def test_a_broken_place_in_the_address_is_the_first_page(oversees: Client, visitor: Cadre) -> None:
    with before(days=5):
        make_opinion(by=visitor)
    address = reverse("slipped-list", args=["unassigned"])
    assert oversees.get(address, {"after": "x~y"}).context["page"].total == 1


# who sees what


@pytest.fixture
def one_of_each_unit(
    visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre
) -> tuple[Opinion, Opinion]:
    water = make_unit(code="water")
    other = make_cadre(name="other", role=Role.HEAD, unit=water)
    with before(days=11):
        return (
            in_hand(make_opinion(by=visitor), by=coordinator, unit=transport, person=head),
            in_hand(make_opinion(by=visitor), by=coordinator, unit=water, person=other),
        )


def test_heads_see_their_units_and_nothing_that_has_no_unit(
    client: Client, one_of_each_unit: tuple[Opinion, Opinion], head: Cadre, visitor: Cadre
) -> None:
    with before(days=5):
        make_opinion(by=visitor)
    mine, other = one_of_each_unit
    signed_in(client, head)
    assert slipped(client) == {"untouched": 1}
    text = client.get(reverse("slipped-list", args=["untouched"])).content.decode()
    assert mine.number in text and other.number not in text
    assert client.get(reverse("slipped-list", args=["unassigned"])).status_code == 404


def test_coordinators_see_their_places(
    client: Client, one_of_each_unit: tuple[Opinion, Opinion], coordinator: Cadre, town_coordinator: Cadre
) -> None:
    assert slipped(signed_in(client, coordinator)) == {"untouched": 2}
    assert slipped(signed_in(client, town_coordinator)) == {"untouched": 2}
    far = make_cadre(
        name="far", role=Role.COORDINATOR, unit=make_unit(code="far", region="320904002"), region="320904002"
    )
    assert slipped(signed_in(client, far)) == {}


def test_others_have_no_such_page(
    client: Client, handler: Cadre, leader: Cadre, caller: Cadre, visitor: Cadre
) -> None:
    for cadre in (handler, leader, caller, visitor):
        signed_in(client, cadre)
        for address in (reverse("slipped"), reverse("slipped-list", args=["untouched"])):
            assert client.get(address).status_code == 403
        assert reverse("slipped") not in client.get(reverse("help")).content.decode()


def test_the_accused_see_neither_case_nor_count(
    client: Client, visitor: Cadre, coordinator: Cadre, transport: Unit, handler: Cadre, head: Cadre,
    caller: Cadre, committee: Unit, secretary: Cadre, town: Unit, town_coordinator: Cadre,
) -> None:  # fmt: skip
    """An accused head, whose unit works on it; and an accused unit's, of whose place it is."""
    with before(days=30):
        of_head = in_hand(
            make_opinion(by=visitor, accused=[Accused(cadre=head)]), by=coordinator, unit=transport,
            person=handler,
        )  # fmt: skip
        in_hand(
            make_opinion(by=visitor, accused=[Accused(unit=town)]), by=coordinator, unit=transport,
            person=handler,
        )  # fmt: skip
    assert slipped(signed_in(client, head)) == {"untouched": 1}
    assert of_head.number not in client.get(reverse("slipped")).content.decode()
    assert slipped(signed_in(client, town_coordinator)) == {"untouched": 1}
    assert slipped(signed_in(client, secretary)) == {}
    assert slipped(signed_in(client, coordinator)) == {"untouched": 2}


def test_the_words_of_a_protected_case_stay_hidden(
    oversees: Client, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    with before(days=11):
        opinion = make_opinion(by=visitor, kind="confidential", text="金丝雀八哥")
        in_hand(opinion, by=coordinator, unit=transport, person=head)
    for address in (reverse("slipped"), reverse("slipped-list", args=["untouched"])):
        text = oversees.get(address).content.decode()
        assert opinion.number in text and "金丝雀" not in text


def test_a_head_who_also_coordinates_sees_both(
    client: Client, one_of_each_unit: tuple[Opinion, Opinion], head: Cadre, visitor: Cadre
) -> None:
    head.posts.create(role=Role.COORDINATOR, unit=head.unit, region=head.unit.region, since=date(2020, 1, 1))
    with before(days=5):
        make_opinion(by=visitor)
    assert slipped(signed_in(client, fresh(head))) == {"unassigned": 1, "untouched": 2}


def test_a_page_asks_as_little_whatever_there_is(
    oversees: Client, visitor: Cadre, django_assert_max_num_queries: object
) -> None:
    with before(days=5):
        opinion = make_opinion(by=visitor)
    copied(opinion, 60)
    with django_assert_max_num_queries(12):
        assert oversees.get(reverse("slipped")).context["sections"][0].total == 61


def test_what_is_there_already_is_filled_in_again_as_the_steps_wrote_it(
    promised: Opinion, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    with before(days=3):
        told = in_hand(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
    with before(days=2):
        untold = assigned(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
        untold.accept(by=head)
        told.remark(by=head, text="已到现场查看")
    rework = fresh_answer(visitor, coordinator, transport, head)
    every = Opinion.objects.order_by("pk").values_list("pk", *SLIP_FIELDS)
    written = list(every)
    assert [row[1:].count(None) for row in written] == [2, 2, 1, 2]
    for _twice in range(2):
        Opinion.objects.update(**dict.fromkeys(SLIP_FIELDS))
        fill(None, connection.schema_editor())
        assert list(every) == written
    assert rework.promised_for is None


def fresh_answer(visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre) -> Opinion:
    """Planned, taken back, and in hand again."""
    opinion = in_hand(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
    day = NOON.date() + timedelta(days=1)
    opinion.explain(by=head, account="已列入计划", public="将修。", ground="planned", planned_for=day)
    opinion.rework(by=head, reason="不清楚")
    return opinion


def test_the_longest_untouched_comes_first_whatever_is_due(
    oversees: Client, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    with before(days=40):
        later, sooner = (
            in_hand(make_opinion(by=visitor), by=coordinator, unit=transport, person=head) for _n in range(2)
        )
    with before(days=20):
        later.remark(by=head, text="已到现场查看")
    found = oversees.get(reverse("slipped-list", args=["untouched"])).context["page"]
    assert found.rows == [sooner, later]


def test_the_moment_of_looking_is_that_of_a_whole_working_day_ago(db: None) -> None:
    assert Moment.of_now().a_day_ago == timezone.make_aware(datetime(2026, 3, 17))
