"""What is proposed for a case to dispatch: by rules, by like cases, one by one and for many; and each number's list."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grievances.dispatching.proposals import propose, propose_all
from grievances.models import BulkOrder, Category, DispatchRule, Look, Opinion
from grievances.steps.record import Accused
from tests.factories import fresh, make_cadre, make_category, make_opinion, make_unit
from tests.grievances.bulk import chosen, last_event, order_of, results
from tests.grievances.cases import answered, assigned, copied, in_hand
from villages.models import Cadre, Role, Unit, UnitKind

OTHER_VILLAGE, OTHER_TOWN = "320904001002001", "320904002001001"


@pytest.fixture
def dispatches(client: Client, coordinator: Cadre) -> Client:
    client.force_login(coordinator)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def case(visitor: Cadre) -> Opinion:
    return make_opinion(by=visitor)


@pytest.fixture
def water(db: None) -> Unit:
    unit = make_unit(code="water")
    make_cadre(name="waterman", role=Role.HEAD, unit=unit)
    return unit


def kept(unit: Unit, many: int, *, by: Cadre, coordinator: Cadre, **fields: object) -> list[Opinion]:
    """Cases that a unit took and works on."""
    person = Cadre.objects.get(posts__unit=unit, posts__role=Role.HEAD)
    first = in_hand(make_opinion(by=by, **fields), by=coordinator, unit=unit, person=person)
    return [first, *copied(first, many - 1, called=f"{unit.code}-{first.pk}")]


@pytest.fixture
def like(visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre, water: Unit) -> list[Opinion]:
    """Six of the village went to transport, two to water."""
    mine = kept(transport, 6, by=visitor, coordinator=coordinator)
    kept(water, 2, by=visitor, coordinator=coordinator)
    return mine


def rows(client: Client, cases: list[Opinion], **more: object) -> str:
    page = client.get(reverse("proposal-list"), {"case": chosen(cases).split()} | more)
    assert page.status_code == 200
    return page.content.decode()


def test_most_like_cases_of_the_village_say_the_unit_and_its_head_answers(
    case: Opinion, like: list[Opinion], coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    found = propose(case, coordinator=coordinator)
    assert (found.unit, found.person, found.town) == (transport, head, False)
    assert (found.agreeing.value, found.of.value) == (6, 8)


def test_both_numbers_open_exactly_the_cases_that_they_count(
    dispatches: Client, case: Opinion, like: list[Opinion], coordinator: Cadre
) -> None:
    found = propose(case, coordinator=coordinator)
    for number in (found.agreeing, found.of):
        page = dispatches.get(number.url)
        assert page.context["page"].total == number.value == len(page.context["page"].rows)
    went = dispatches.get(found.agreeing.url).context["page"].rows
    assert {row.pk for row in went} == {one.pk for one in like}


def test_a_rule_comes_before_like_cases(
    case: Opinion, like: list[Opinion], coordinator: Cadre, water: Unit
) -> None:
    DispatchRule.objects.create(category=case.category.parent, unit=water, note="归水利")
    found = propose(case, coordinator=coordinator)
    assert found.unit == water and "归水利" in found.reason and found.of is None


def test_the_town_decides_where_the_village_has_too_few(
    case: Opinion, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    kept(transport, 4, by=visitor, coordinator=coordinator, region=OTHER_VILLAGE)
    kept(transport, 9, by=visitor, coordinator=coordinator, region=OTHER_TOWN)
    found = propose(case, coordinator=coordinator)
    assert (found.unit, found.town, found.of.value) == (transport, True, 4)


def test_other_matters_too_few_cases_and_disagreement_decide_nothing(
    case: Opinion, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre, water: Unit
) -> None:
    kept(transport, 9, by=visitor, coordinator=coordinator, category=make_category(code="water-pipes"))
    kept(transport, 2, by=visitor, coordinator=coordinator)
    assert propose(case, coordinator=coordinator).unit is None
    third = make_unit(code="third")
    make_cadre(name="third-head", role=Role.HEAD, unit=third)
    for unit in (water, third):
        kept(unit, 2, by=visitor, coordinator=coordinator)
    assert propose(case, coordinator=coordinator).unit is None


def test_what_was_not_taken_or_was_done_on_the_spot_or_long_ago_or_accuses_somebody_decides_nothing(
    case: Opinion, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    waiting = assigned(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
    copied(waiting, 5)
    accusing = in_hand(
        make_opinion(by=visitor, accused=[Accused(unit=make_unit(code="bad"))]),
        by=coordinator, unit=transport, person=head,
    )  # fmt: skip
    copied(accusing, 5, called="BAD")
    for _n in range(5):
        make_opinion(by=visitor).solve_on_the_spot(by=visitor, account="当场办了")
    with time_machine.travel(timezone.now() - timedelta(days=400), tick=False):
        kept(transport, 5, by=visitor, coordinator=coordinator)
    assert propose(case, coordinator=coordinator).unit is None


def test_of_two_units_with_as_many_the_more_alike_words_decide(
    visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre, water: Unit
) -> None:
    kept(transport, 3, by=visitor, coordinator=coordinator, text="路面塌了一个大坑")
    kept(water, 3, by=visitor, coordinator=coordinator, text="水管爆了路上全是水")
    found = propose(make_opinion(by=visitor, text="水管又爆了，水漫到路上"), coordinator=coordinator)
    assert found.unit == water and found.by_words
    assert propose(make_opinion(by=visitor, text="钱"), coordinator=coordinator).unit is None


def test_a_committee_of_another_village_is_never_proposed(
    case: Opinion, visitor: Cadre, coordinator: Cadre, town: Unit
) -> None:
    far = make_unit(code="far", region=OTHER_VILLAGE[:12], kind=UnitKind.COMMITTEE)
    make_cadre(name="far-head", role=Role.HEAD, unit=far)
    kept(far, 6, by=visitor, coordinator=coordinator, region=OTHER_VILLAGE)
    assert propose(case, coordinator=coordinator).unit is None


def test_a_town_never_sees_proposed_what_only_the_district_dispatches(
    case: Opinion, like: list[Opinion], town_coordinator: Cadre
) -> None:
    assert propose(case, coordinator=town_coordinator).unit is None


def test_a_unit_without_a_head_is_not_proposed(
    case: Opinion, like: list[Opinion], coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    Cadre.objects.filter(pk=head.pk).update(is_active=False)
    found = propose(case, coordinator=coordinator)
    assert found.unit is None and transport.label in found.reason


def test_accusations_are_proposed_one_by_one_only(visitor: Cadre, coordinator: Cadre, water: Unit) -> None:
    accusing = make_opinion(by=visitor, accused=[Accused(unit=make_unit(code="bad"))])
    DispatchRule.objects.create(unit=water)
    assert propose(accusing, coordinator=coordinator).unit == water
    assert propose_all([accusing], coordinator=coordinator)[accusing.pk].unit is None


def test_proposals_for_many_take_as_many_queries_as_for_few(
    like: list[Opinion], visitor: Cadre, coordinator: Cadre, django_assert_max_num_queries: object
) -> None:
    cases = copied(make_opinion(by=visitor), 30)
    pipes = copied(make_opinion(by=visitor, category=make_category(code="water-pipes")), 10, called="P")
    every = list(Opinion.objects.filter(pk__in=[one.pk for one in cases + pipes]).select_related("category"))
    assert coordinator.posts_in_force
    with django_assert_max_num_queries(5):
        found = propose_all(every, coordinator=coordinator)
    assert sum(one.unit is not None for one in found.values()) == 30


def test_like_cases_are_found_by_their_own_index(
    case: Opinion, like: list[Opinion], coordinator: Cadre
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with connection.cursor() as cursor, CaptureQueriesContext(connection) as asked:
        cursor.execute("SET LOCAL enable_seqscan = off")
        propose(case, coordinator=coordinator)
        [query] = [one["sql"] for one in asked if "ARRAY(" in one["sql"]]
        cursor.execute("EXPLAIN " + query)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "opinion_like" in plan and "Sort" not in plan


# by one button


def test_the_panel_and_the_row_offer_one_button_that_does_the_step(
    dispatches: Client, case: Opinion, like: list[Opinion], transport: Unit, head: Cadre, coordinator: Cadre
) -> None:
    for text in (rows(dispatches, [case]), rows(dispatches, [case], panel="1")):
        assert f'name="person" value="{head.pk}"' in text and transport.label in text
        assert reverse("opinion-assign", args=[case.number]) in text
    context = dispatches.get(reverse("proposal-list"), {"case": chosen([case])}).context
    [row] = context["cases"]
    form = {"version": row.version, "key": row.key, "unit": transport.pk, "person": head.pk}
    assert dispatches.post(reverse("opinion-assign", args=[case.number]), form).status_code == 302
    event = last_event(case)
    assert (event.verb, event.actor, Opinion.objects.get(pk=case.pk).person) == ("assign", coordinator, head)


def test_a_row_that_changed_meanwhile_shows_the_case_and_what_happened(
    dispatches: Client, case: Opinion, transport: Unit, head: Cadre, visitor: Cadre
) -> None:
    form = {"version": case.version, "key": "0b0d5a0e-3c3c-4a0e-9a69-6f4e6f0c6c11", "unit": transport.pk}
    case.remark(by=visitor, text="记一笔")
    page = dispatches.post(
        reverse("opinion-assign", args=[case.number]), form,
        headers={"HX-Request": "true", "HX-Trigger": f"take-{case.pk}", "HX-Target": "panel"},
    )  # fmt: skip
    text = page.content.decode()
    assert page.status_code == 409 and "Changed meanwhile" in text and case.words in text
    assert "HX-Retarget" not in page.headers and Opinion.objects.get(pk=case.pk).state == "collected"


def test_the_list_to_dispatch_asks_for_the_proposals_of_its_rows(
    dispatches: Client, case: Opinion, like: list[Opinion]
) -> None:
    text = dispatches.get(reverse("desk-queue", args=["to-dispatch"])).content.decode()
    address = text.split('id="proposals" hx-get="')[1].split('"')[0].replace("&amp;", "&")
    assert parse_qs(urlsplit(address).query) == {"case": [chosen([case])]}
    assert "data-take" in dispatches.get(address).content.decode()


def test_the_proposals_of_nothing_are_nothing_and_of_nonsense_an_error(dispatches: Client) -> None:
    assert dispatches.get(reverse("proposal-list")).status_code == 200
    assert dispatches.get(reverse("proposal-list"), {"case": "x"}).status_code == 422


def test_nobody_gets_proposals_for_what_they_do_not_see_or_what_is_assigned(
    client: Client, case: Opinion, like: list[Opinion], dispatches: Client
) -> None:
    unit = make_unit(code="there", region="320903")
    foreign = make_cadre(name="foreign", role=Role.COORDINATOR, unit=unit)
    assert "data-for" not in rows(dispatches, [like[0]])
    client.force_login(foreign)
    assert "data-for" not in rows(client, [case])
    assert client.get(reverse("opinion-like", args=[case.number])).status_code == 404


def test_like_cases_are_for_who_dispatches_and_leave_a_trace_of_what_is_protected(
    client: Client, visitor: Cadre, leader: Cadre, coordinator: Cadre, like: list[Opinion]
) -> None:
    secret = make_opinion(by=visitor, kind="confidential")
    client.force_login(leader)
    assert client.get(reverse("opinion-like", args=[secret.number])).status_code == 403
    client.force_login(coordinator)
    assert client.get(reverse("opinion-like", args=[secret.number])).status_code == 200
    assert Look.objects.filter(opinion=secret, cadre=coordinator).exists()
    for nonsense in ("x", "0", "9" * 30):
        page = client.get(reverse("opinion-like", args=[secret.number]), {"unit": nonsense})
        assert page.status_code == 404


def test_the_assign_form_shows_the_numbers_as_links(
    dispatches: Client, case: Opinion, like: list[Opinion], transport: Unit
) -> None:
    page = dispatches.get(reverse("opinion-assign", args=[case.number]))
    assert page.context["form"].initial["unit"] == transport
    assert (
        f'{reverse("opinion-like", args=[case.number])}?unit={transport.pk}">6</a>' in page.content.decode()
    )


# many at once


def offered(client: Client, cases: list[Opinion]) -> object:
    return client.get(reverse("bulk-proposals"), {"case": chosen(cases).split()})


def form_of(page: object, **more: object) -> dict[str, object]:
    form = page.context["form"]
    names = ("chosen", "key", "proposed")
    return {name: form[name].value() for name in names} | more


def test_many_take_their_own_proposals_and_those_without_one_are_named(
    dispatches: Client, visitor: Cadre, like: list[Opinion], transport: Unit, head: Cadre, water: Unit
) -> None:
    pipes = make_category(code="water-pipes")
    DispatchRule.objects.create(category=pipes, unit=water, note="归水利")
    roads, pipe = make_opinion(by=visitor), make_opinion(by=visitor, category=pipes)
    lost = make_opinion(by=visitor, category=make_category(code="other-thing"))
    accusing = make_opinion(by=visitor, accused=[Accused(unit=make_unit(code="bad"))])
    page = offered(dispatches, [roads, pipe, lost, accusing])
    text = page.content.decode()
    assert {case.pk for case in page.context["can"]} == {roads.pk, pipe.pk}
    assert {case.pk for case, _why in page.context["cannot"]} == {lost.pk, accusing.pk}
    assert "归水利" in text and head.label in text and lost.number in text
    order = order_of(dispatches.post(reverse("bulk-proposals"), form_of(page, reason="请办")))
    assert {result for result, _why in results(order).values()} == {"done"}
    got = {case.pk: Opinion.objects.get(pk=case.pk).unit for case in (roads, pipe, lost)}
    assert got == {roads.pk: transport, pipe.pk: water, lost.pk: None}
    assert last_event(roads).text == "请办"
    assert dispatches.get(reverse("bulk-order", args=[order.key])).status_code == 200


def test_a_case_that_changed_meanwhile_stops_no_other(
    dispatches: Client, visitor: Cadre, like: list[Opinion]
) -> None:
    first, second = make_opinion(by=visitor), make_opinion(by=visitor)
    form = form_of(offered(dispatches, [first, second]))
    first.remark(by=visitor, text="记一笔")
    order = order_of(dispatches.post(reverse("bulk-proposals"), form))
    assert {pk: result for pk, (result, _why) in results(order).items()} == {
        first.pk: "refused", second.pk: "done",
    }  # fmt: skip
    assert order_of(dispatches.post(reverse("bulk-proposals"), form)) == order


@pytest.mark.parametrize(
    ("wrong", "status"),
    [({"chosen": ""}, 422), ({"proposed": ""}, 422), ({"proposed": "1.2"}, 422), ({"key": "x"}, 422)],
)
def test_a_broken_form_does_nothing(
    dispatches: Client, case: Opinion, like: list[Opinion], wrong: dict[str, str], status: int
) -> None:
    form = form_of(offered(dispatches, [case]))
    assert dispatches.post(reverse("bulk-proposals"), form | wrong).status_code == status
    gone = f"{case.pk}.{10**12}.{10**12}"
    assert dispatches.post(reverse("bulk-proposals"), form | {"proposed": gone}).status_code == 422
    other = form["proposed"].replace(str(case.pk), "1", 1)
    assert dispatches.post(reverse("bulk-proposals"), form | {"proposed": other}).status_code == 422
    assert not BulkOrder.objects.exists()


def test_nothing_chosen_says_what_to_do(dispatches: Client) -> None:
    assert dispatches.get(reverse("bulk-proposals")).status_code == 200
    assert dispatches.get(reverse("bulk-proposals"), {"case": "x"}).status_code == 422


def test_the_whole_queue_is_taken_in_a_fixed_number_of_queries_and_as_a_job(
    dispatches: Client,
    visitor: Cadre,
    like: list[Opinion],
    settings: object,
    django_assert_max_num_queries: object,
) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    copied(make_opinion(by=visitor), 199)
    dispatches.get(reverse("help"))
    with django_assert_max_num_queries(30):
        page = dispatches.get(reverse("bulk-proposals"), {"queue": "to-dispatch", "all": "1"})
    assert len(page.context["can"]) == 200 and page.context["later"]
    order = order_of(dispatches.post(reverse("bulk-proposals"), form_of(page)))
    assert order.items.filter(result="waiting").count() == 200


def test_only_coordinators_take_proposals(client: Client, case: Opinion, head: Cadre) -> None:
    client.force_login(head)
    assert offered(client, [case]).status_code == 403
    assert client.post(reverse("bulk-proposals"), {"chosen": chosen([case])}).status_code == 403


def test_the_sum_of_agreeing_cases_never_exceeds_all(
    case: Opinion, like: list[Opinion], coordinator: Cadre, visitor: Cadre, transport: Unit, head: Cadre
) -> None:
    answered(make_opinion(by=visitor), by=coordinator, unit=transport, person=head)
    found = propose(case, coordinator=fresh(coordinator))
    assert (found.agreeing.value, found.of.value) == (7, 9)
    assert Category.objects.filter(assigns_itself=True).count() == 0
