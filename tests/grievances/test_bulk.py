"""A step on many cases at once: each action, wrong input, wrong people, and the same as one by one."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from grievances.errors import StepRefused, in_words
from grievances.models import BulkItem, BulkOrder, Event, Opinion
from grievances.steps.record import Accused
from tests.factories import fresh, make_cadre, make_category, make_opinion
from tests.grievances.bulk import ask, chosen, form_for, last_event, order_of, results
from tests.grievances.cases import assigned, copied, in_hand
from villages.models import Cadre, Role, Unit


@pytest.fixture
def dispatches(client: Client, coordinator: Cadre) -> Client:
    client.force_login(coordinator)
    return client


@pytest.fixture
def new_cases(visitor: Cadre) -> list[Opinion]:
    return [make_opinion(by=visitor) for _n in range(3)]


@pytest.fixture
def colleague(transport: Unit) -> Cadre:
    return make_cadre(name="colleague", role=Role.HANDLER, unit=transport)


def test_many_are_assigned_each_with_an_event_of_its_own(
    dispatches: Client, new_cases: list[Opinion], transport: Unit, handler: Cadre, coordinator: Cadre
) -> None:
    order = order_of(
        ask(dispatches, "assign", new_cases, unit=transport.pk, person=handler.pk, reason="请办")
    )
    assert set(results(order).values()) == {("done", "")}
    for case in new_cases:
        event = last_event(case)
        assert (event.verb, event.actor, event.text) == ("assign", coordinator, "请办")
        assert event.key == uuid.uuid5(order.key, str(case.pk))
        assert Opinion.objects.get(pk=case.pk).person == handler


def test_without_a_person_they_go_to_the_units_head(
    dispatches: Client, new_cases: list[Opinion], transport: Unit, head: Cadre
) -> None:
    order_of(ask(dispatches, "assign", new_cases, unit=transport.pk))
    assert {Opinion.objects.get(pk=case.pk).person for case in new_cases} == {head}


def test_a_head_hands_many_to_a_colleague(
    client: Client, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre, colleague: Cadre
) -> None:
    cases = [in_hand(make_opinion(by=visitor), by=coordinator, unit=transport, person=head) for _n in "ab"]
    client.force_login(head)
    order_of(ask(client, "transfer", cases, person=colleague.pk, reason="出差"))
    assert {Opinion.objects.get(pk=case.pk).person for case in cases} == {colleague}
    assert {last_event(case).verb for case in cases} == {"transfer"}


def test_the_lead_unit_of_many_is_changed_only_with_a_reason(
    dispatches: Client, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre, town: Unit
) -> None:
    cases = [assigned(make_opinion(by=visitor), by=coordinator, unit=transport, person=head) for _n in "ab"]
    mayor = make_cadre(name="mayor", role=Role.HEAD, unit=town)
    assert ask(dispatches, "reassign", cases, unit=town.pk).status_code == 422
    order_of(ask(dispatches, "reassign", cases, unit=town.pk, reason="属镇里管"))
    assert {Opinion.objects.get(pk=case.pk).person for case in cases} == {mayor}


def test_the_category_of_many_is_changed(dispatches: Client, new_cases: list[Opinion]) -> None:
    water = make_category(code="water-pipes")
    order_of(ask(dispatches, "recategorise", new_cases, category=water.pk))
    assert {Opinion.objects.get(pk=case.pk).category for case in new_cases} == {water}


@pytest.mark.parametrize("who", ["leader", "coordinator"])
def test_a_leader_or_coordinator_supervises_many(
    client: Client, request: pytest.FixtureRequest, new_cases: list[Opinion], who: str
) -> None:
    client.force_login(request.getfixturevalue(who))
    due = timezone.localdate() + timedelta(days=3)
    order_of(ask(client, "supervise", new_cases, text="请抓紧", due=due.isoformat()))
    assert Opinion.objects.filter(supervised=True).count() == 3


def test_only_the_last_of_many_waits_for_the_disk(
    dispatches: Client, new_cases: list[Opinion], django_assert_max_num_queries: object
) -> None:
    due = timezone.localdate() + timedelta(days=3)
    with django_assert_max_num_queries(45) as asked:
        ask(dispatches, "supervise", new_cases, text="请抓紧", due=due.isoformat())
    claims = ["synchronous_commit" in one["sql"] for one in asked if "SKIP LOCKED" in one["sql"]]
    assert claims == [True, True, False]


def test_a_case_that_the_colleague_holds_already_is_refused(
    client: Client, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre, colleague: Cadre
) -> None:
    held = in_hand(make_opinion(by=visitor), by=coordinator, unit=transport, person=colleague)
    client.force_login(head)
    assert ask(client, "transfer", [held], step="preview", person=colleague.pk).context["found"].can == []
    order = order_of(ask(client, "transfer", [held], person=colleague.pk))
    assert results(order)[held.pk][0] == "refused" and last_event(held).verb == "accept"


# what it would do


def test_the_preview_says_on_which_it_cannot_be_done_and_changes_nothing(
    dispatches: Client, new_cases: list[Opinion], coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    assigned(new_cases[0], by=coordinator, unit=transport, person=head)
    before = Event.objects.count()
    page = ask(dispatches, "assign", new_cases, step="preview", unit=transport.pk)
    found = page.context["found"]
    assert {case.pk for case in found.can} == {case.pk for case in new_cases[1:]}
    assert [case.pk for case, _why in found.cannot] == [new_cases[0].pk]
    assert new_cases[0].number in page.content.decode()
    assert page.context["chosen"].count(".") == 2
    assert Event.objects.count() == before and not BulkOrder.objects.exists()
    assert {Opinion.objects.get(pk=case.pk).state for case in new_cases[1:]} == {"collected"}


def test_the_preview_says_who_changed_a_case_meanwhile(
    dispatches: Client, new_cases: list[Opinion], transport: Unit, head: Cadre, leader: Cadre
) -> None:
    form = form_for(new_cases, step="preview", unit=transport.pk)
    new_cases[1].supervise(by=leader, text="催", due=timezone.localdate())
    page = dispatches.post(reverse("bulk-new", args=["assign"]), form)
    ((case, why),) = page.context["found"].cannot
    assert case.pk == new_cases[1].pk and leader.name in why


# What a coordinator does on new cases.
@pytest.mark.parametrize("action", ["assign", "recategorise", "supervise", "join"])
def test_the_preview_takes_as_many_queries_for_sixty_as_for_two(
    dispatches: Client, new_cases: list[Opinion], transport: Unit, head: Cadre, action: str, visitor: Cadre
) -> None:
    fields = {
        "assign": {"unit": transport.pk},
        "recategorise": {"category": make_category(code="water-pipes").pk},
        "supervise": {"text": "催", "due": timezone.localdate().isoformat()},
        "join": {"title": "同一个原因"},
    }[action]
    accusing = make_opinion(by=visitor, accused=[Accused(unit=transport)])
    many = [*new_cases, accusing, *copied(new_cases[0], 60)]
    counted = []
    ask(dispatches, action, new_cases[:2], step="preview", **fields)
    for cases in ([new_cases[0], accusing], many):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page = ask(dispatches, action, cases, step="preview", **fields)
        assert page.status_code == 200
        counted.append(len(asked))
    assert counted[0] == counted[1] <= 25


def mixed(visitor: Cadre, coordinator: Cadre, unit: Unit, head: Cadre) -> list[Opinion]:
    """One of each: new, assigned, in hand, accusing the unit, accusing somebody not known."""
    return [
        make_opinion(by=visitor),
        assigned(make_opinion(by=visitor), by=coordinator, unit=unit, person=head),
        in_hand(make_opinion(by=visitor), by=coordinator, unit=unit, person=head),
        make_opinion(by=visitor, accused=[Accused(unit=unit)]),
        make_opinion(by=visitor, accused=[Accused()]),
    ]


@pytest.mark.parametrize("action", ["assign", "reassign", "recategorise", "supervise", "transfer"])
def test_many_at_once_and_one_by_one_give_the_same_events_and_refusals(
    client: Client, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre, colleague: Cadre,
    leader: Cadre, town: Unit, action: str,
) -> None:  # fmt: skip
    by = {"transfer": head, "supervise": leader}.get(action, coordinator)
    arguments = {
        "assign": {"unit": transport, "person": colleague, "reason": ""},
        "reassign": {"unit": transport, "person": colleague, "reason": "换人"},
        "transfer": {"person": colleague, "reason": "出差"},
        "recategorise": {"category": make_category(code="water-pipes"), "reason": ""},
        "supervise": {"text": "催", "due": timezone.localdate()},
    }[action]
    together, alone = (mixed(visitor, coordinator, transport, head) for _n in range(2))
    client.force_login(by)
    fields = {name: getattr(value, "pk", value) for name, value in arguments.items()}
    with translation.override("zh-hans"):
        found = ask(client, action, together, step="preview", **fields).context["found"]
        foreseen = {case.pk: why for case, why in found.cannot} | {case.pk: "" for case in found.can}
        told = results(order_of(ask(client, action, together, **fields)))
        for one, other in zip(together, alone, strict=True):
            if not Opinion.objects.visible_to(fresh(by)).filter(pk=one.pk).exists() and one.pk not in told:
                continue
            refused = done_alone(other, action, fresh(by), arguments)
            result, why = told[one.pk]
            assert (result, why) == ("refused" if refused else "done", refused)
            assert foreseen[one.pk] == refused
            assert event_of(one) == event_of(other)


def done_alone(case: Opinion, action: str, by: Cadre, arguments: dict[str, object]) -> str:
    from django.core.exceptions import ValidationError

    try:
        getattr(Opinion.objects.get(pk=case.pk), action)(by=by, **arguments)
    except (StepRefused, ValidationError) as error:
        return in_words(error)
    return ""


def event_of(case: Opinion) -> tuple:
    event = last_event(case)
    return event.verb, event.from_state, event.to_state, event.actor_id, event.text, event.details


# what is refused


def test_a_case_that_changed_meanwhile_is_refused_in_both_languages_and_not_overwritten(
    dispatches: Client, new_cases: list[Opinion], transport: Unit, head: Cadre, leader: Cadre
) -> None:
    form = form_for(new_cases, step="do", unit=transport.pk)
    new_cases[1].supervise(by=leader, text="催", due=timezone.localdate())
    order = order_of(dispatches.post(reverse("bulk-new", args=["assign"]), form))
    assert Opinion.objects.get(pk=new_cases[1].pk).state == "collected"
    item = order.items.get(opinion=new_cases[1])
    assert item.reasons["en"].startswith("Changed meanwhile by") and leader.name in item.reasons["zh-hans"]
    page = dispatches.get(reverse("bulk-order", args=[order.key]))
    assert page.context["number"] == {"waiting": 0, "done": 2, "refused": 1, "left_out": 0}
    assert item.reasons["zh-hans"] in page.content.decode()
    dispatches.cookies["django_language"] = "en"
    assert "Changed meanwhile by" in dispatches.get(reverse("bulk-order", args=[order.key])).content.decode()


def test_what_was_not_done_can_be_tried_again_as_it_stands_now(
    dispatches: Client, new_cases: list[Opinion], transport: Unit, head: Cadre, leader: Cadre
) -> None:
    form = form_for(new_cases, step="do", unit=transport.pk)
    new_cases[1].supervise(by=leader, text="催", due=timezone.localdate())
    order = order_of(dispatches.post(reverse("bulk-new", args=["assign"]), form))
    page = dispatches.get(reverse("bulk-new", args=["assign"]), {"again": str(order.key)})
    shown = page.context["form"]
    assert page.context["number"] == 1 and shown["unit"].value() == transport.pk
    again = {"chosen": shown["chosen"].value(), "key": str(shown["key"].value()), "unit": transport.pk}
    order_of(dispatches.post(reverse("bulk-new", args=["assign"]), again | {"step": "do"}))
    assert Opinion.objects.get(pk=new_cases[1].pk).state == "assigned"


def test_the_same_order_sent_twice_is_done_once(
    dispatches: Client, new_cases: list[Opinion], transport: Unit, head: Cadre
) -> None:
    form = form_for(new_cases, step="do", unit=transport.pk)
    first, second = (dispatches.post(reverse("bulk-new", args=["assign"]), form) for _n in range(2))
    assert order_of(first) == order_of(second)
    assert Event.objects.filter(verb="assign").count() == 3 and BulkItem.objects.count() == 3


def test_the_same_key_with_something_else_is_refused(
    dispatches: Client, new_cases: list[Opinion], transport: Unit, head: Cadre
) -> None:
    form = form_for(new_cases[:1], step="do", unit=transport.pk)
    order_of(dispatches.post(reverse("bulk-new", args=["assign"]), form))
    other = form | {"chosen": chosen(new_cases[1:])}
    assert dispatches.post(reverse("bulk-new", args=["assign"]), other).status_code == 409
    assert Event.objects.filter(verb="assign").count() == 1


def test_somebody_elses_key_gives_nothing_away(
    dispatches: Client, new_cases: list[Opinion], town_coordinator: Cadre
) -> None:
    water = make_category(code="water-pipes")
    form = form_for(new_cases, step="do", category=water.pk)
    order_of(dispatches.post(reverse("bulk-new", args=["recategorise"]), form))
    other = Client()
    other.force_login(town_coordinator)
    assert other.post(reverse("bulk-new", args=["recategorise"]), form).status_code == 409


@pytest.mark.parametrize(
    ("action", "fields", "wrong"),
    [
        ("assign", {}, "unit"),
        ("assign", {"unit": "x"}, "unit"),
        ("assign", {"unit": 99999999}, "unit"),
        ("recategorise", {"category": ""}, "category"),
        ("supervise", {"text": "", "due": "2099-01-01"}, "text"),
        ("supervise", {"text": "催", "due": "2020-01-01"}, "due"),
        ("supervise", {"text": "催", "due": "soon"}, "due"),
        ("supervise", {"text": "催" * 4001, "due": "2099-01-01"}, "text"),
        ("supervise", {"text": "催", "due": "2099-01-01", "key": "no key"}, "key"),
    ],
)
@pytest.mark.parametrize("step", ["preview", "do"])
def test_wrong_input_is_said_at_its_field_and_nothing_is_done(
    dispatches: Client, new_cases: list[Opinion], action: str, fields: dict, wrong: str, step: str
) -> None:
    page = ask(dispatches, action, new_cases, step=step, **fields)
    assert page.status_code == 422 and wrong in page.context["form"].errors
    assert not BulkOrder.objects.exists()


def test_a_unit_without_a_head_wants_a_person(
    dispatches: Client, new_cases: list[Opinion], transport: Unit
) -> None:
    page = ask(dispatches, "assign", new_cases, unit=transport.pk)
    assert page.status_code == 422 and "person" in page.context["form"].errors


@pytest.mark.parametrize(
    "words", ["", " ", "x", "1", "1.x", "9999999999999999999.1", "1.1,2.1", "-1.2", "١.1"]
)
def test_what_is_no_choice_of_cases_is_said(dispatches: Client, new_cases: list, words: str) -> None:
    page = dispatches.post(
        reverse("bulk-new", args=["recategorise"]),
        {"chosen": words, "key": str(uuid.uuid4()), "category": make_category().pk, "step": "do"},
    )
    assert page.status_code == 422 and page.context["problems"]
    asked = dispatches.get(reverse("bulk-new", args=["recategorise"]), {"case": words})
    assert asked.status_code == 422


def test_more_than_a_thousand_are_refused(dispatches: Client) -> None:
    words = " ".join(f"{n}.1" for n in range(1001))
    page = dispatches.post(reverse("bulk-new", args=["recategorise"]), {"chosen": words})
    assert page.status_code == 422 and "1,000" in page.content.decode()


# choosing


def test_ticked_rows_are_chosen_as_they_were_shown(dispatches: Client, new_cases: list[Opinion]) -> None:
    page = dispatches.get(reverse("desk-queue", args=["to-dispatch"])).content.decode()
    box = f'form="many" name="case" value="{new_cases[0].pk}.{new_cases[0].version}"'
    assert box in page and reverse("bulk-new", args=["assign"]) in page
    asked = dispatches.get(reverse("bulk-new", args=["assign"]), {"case": chosen(new_cases[:2]).split()})
    assert asked.context["number"] == 2
    assert asked.context["form"]["chosen"].value() == chosen(new_cases[:2])


def test_all_of_a_filtered_list_are_chosen(
    dispatches: Client, new_cases: list[Opinion], visitor: Cadre
) -> None:
    make_opinion(by=visitor, text="水管漏水没人修")
    for asked, expected in (({}, 4), ({"text": "水管漏水"}, 1), ({"text": "没有的词"}, None)):
        page = dispatches.get(
            reverse("bulk-new", args=["assign"]), {"all": "1", "queue": "to-dispatch"} | asked
        )
        assert page.context.get("number") == expected
        assert bool(page.context["problems"]) == (expected is None)


def test_all_of_a_list_are_at_most_a_thousand_and_the_page_says_so(
    dispatches: Client, new_cases: list[Opinion]
) -> None:
    copied(new_cases[0], 1000)
    dispatches.cookies["django_language"] = "en"
    page = dispatches.get(reverse("bulk-new", args=["assign"]), {"all": "1", "queue": "to-dispatch"})
    assert page.context["number"] == 1000 and "The first 1,000 cases" in page.content.decode()


def test_all_of_a_queue_of_other_roles_is_not_found(dispatches: Client) -> None:
    for queue in ("in-hand", "nothing", ""):
        page = dispatches.get(reverse("bulk-new", args=["assign"]), {"all": "1", "queue": queue})
        assert page.status_code == 404


def test_a_queue_offers_only_what_its_cases_are_in_the_state_for(
    dispatches: Client, client: Client, new_cases: list[Opinion], caller: Cadre
) -> None:
    page = dispatches.get(reverse("desk-queue", args=["to-dispatch"]))
    assert page.context["actions"] == ["assign", "recategorise", "supervise", "join"]
    client.force_login(caller)
    page = client.get(reverse("desk-queue", args=["to-call-back"]))
    assert page.context["actions"] == [] and 'form="many"' not in page.content.decode()


def test_the_people_of_a_unit_are_shown_when_it_is_chosen(
    dispatches: Client, new_cases: list[Opinion], transport: Unit, handler: Cadre
) -> None:
    page = dispatches.post(
        reverse("bulk-new", args=["assign"]), form_for(new_cases, unit=transport.pk, reload="1")
    )
    assert handler in page.context["form"].fields["person"].queryset
    assert page.context["form"]["chosen"].value() == chosen(new_cases)


def test_what_was_typed_comes_back_for_a_change(
    dispatches: Client, new_cases: list[Opinion], transport: Unit, head: Cadre
) -> None:
    page = ask(dispatches, "assign", new_cases, step="change", unit=transport.pk, reason="请尽快")
    assert page.status_code == 200 and "请尽快" in page.content.decode()


# who


def test_actions_of_other_roles_are_not_found(
    client: Client, head: Cadre, caller: Cadre, coordinator: Cadre
) -> None:
    for cadre, action in (
        (head, "assign"),
        (caller, "transfer"),
        (coordinator, "resolve"),
        (head, "nonsense"),
    ):
        client.force_login(cadre)
        assert client.get(reverse("bulk-new", args=[action])).status_code == 404
        assert ask(client, action, []).status_code == 404


def test_every_case_that_is_somebody_elses_is_refused(
    client: Client, visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre, colleague: Cadre
) -> None:
    """A handler passes on only the own cases; the others of the unit are the head's to hand over."""
    theirs = [assigned(make_opinion(by=visitor), by=coordinator, unit=transport, person=head) for _n in "ab"]
    client.force_login(colleague)
    order = order_of(ask(client, "transfer", theirs, person=colleague.pk))
    assert {result for result, _why in results(order).values()} == {"refused"}
    assert all(why for _result, why in results(order).values())


def test_cases_of_another_place_are_as_if_they_were_not_chosen(
    client: Client, new_cases: list[Opinion], visitor: Cadre
) -> None:
    from tests.factories import make_unit

    elsewhere = make_cadre(name="far", role=Role.COORDINATOR, unit=make_unit(code="far", region="320903"))
    client.force_login(elsewhere)
    page = ask(client, "recategorise", new_cases, category=make_category().pk)
    assert page.status_code == 422 and "chosen" in page.context["form"].errors
    assert not BulkOrder.objects.exists()


def test_the_accused_order_nothing_on_what_accuses_them_and_learn_nothing(
    client: Client, new_cases: list[Opinion], visitor: Cadre, town_coordinator: Cadre, town: Unit
) -> None:
    accusing = make_opinion(by=visitor, accused=[Accused(unit=town)])
    client.force_login(town_coordinator)
    water = make_category(code="water-pipes")
    page = ask(client, "recategorise", [*new_cases, accusing], step="preview", category=water.pk)
    assert accusing.number not in page.content.decode() and len(page.context["found"].can) == 3
    order = order_of(ask(client, "recategorise", [*new_cases, accusing], category=water.pk))
    assert accusing.pk not in results(order)
    assert accusing.number not in client.get(reverse("bulk-order", args=[order.key])).content.decode()


def test_what_comes_to_accuse_them_before_its_turn_is_left_out_and_told_by_no_number(
    client: Client, new_cases: list[Opinion], coordinator: Cadre, town_coordinator: Cadre, town: Unit
) -> None:
    water = make_category(code="water-pipes")
    order = BulkOrder.objects.create(
        key=uuid.uuid4(), by=town_coordinator, verb="recategorise", digest="", made_at=timezone.now(),
        arguments={"category": water.pk, "reason": ""},
    )  # fmt: skip
    for case in new_cases:
        BulkItem.objects.create(order=order, opinion=case, version=case.version)
    new_cases[0].name_accused(by=coordinator, unit=town)
    client.force_login(town_coordinator)
    address = reverse("bulk-order", args=[order.key])
    before = client.get(address)
    assert before.context["page"].total == 2 and new_cases[0].number not in before.content.decode()
    client.post(address)
    after = client.get(address)
    assert after.context["number"] == {"waiting": 0, "done": 2, "refused": 0, "left_out": 0}
    assert after.context["finished"] and new_cases[0].number not in after.content.decode()
    assert results(order)[new_cases[0].pk] == ("left_out", "")


def test_nobody_else_finds_the_order(
    dispatches: Client, new_cases: list[Opinion], leader: Cadre, town_coordinator: Cadre
) -> None:
    order = order_of(ask(dispatches, "recategorise", new_cases, category=make_category(code="water-a").pk))
    for cadre in (leader, town_coordinator):
        other = Client()
        other.force_login(cadre)
        address = reverse("bulk-order", args=[order.key])
        assert other.get(address).status_code == other.post(address).status_code == 404
        assert other.get(reverse("bulk-list")).context["page"].rows == []
        again = other.get(reverse("bulk-new", args=["supervise"]), {"again": str(order.key)})
        assert again.status_code == 404


def test_whoever_loses_the_post_does_nothing_more(
    dispatches: Client, new_cases: list[Opinion], coordinator: Cadre
) -> None:
    from grievances.bulk.doing import run

    order = BulkOrder.objects.create(
        key=uuid.uuid4(), by=coordinator, verb="recategorise", digest="", made_at=timezone.now(),
        arguments={"category": make_category(code="water-pipes").pk, "reason": ""},
    )  # fmt: skip
    BulkItem.objects.create(order=order, opinion=new_cases[0], version=new_cases[0].version)
    coordinator.posts.update(until=timezone.localdate() - timedelta(days=1))
    run(order)
    assert results(order)[new_cases[0].pk][0] == "left_out"
    assert last_event(new_cases[0]).verb == "record"


# its page


def test_more_than_fifty_become_a_job_and_the_page_tells_how_far_it_is(
    dispatches: Client, new_cases: list[Opinion], transport: Unit, head: Cadre, settings: object
) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    many = [*new_cases, *copied(new_cases[0], 60)]
    order = order_of(ask(dispatches, "assign", many, unit=transport.pk))
    address = reverse("bulk-order", args=[order.key])
    page = dispatches.get(address)
    assert page.context["number"]["waiting"] == 63 and not page.context["finished"]
    assert 'hx-trigger="every 2s"' in page.content.decode() and not page.context["still"]
    part = dispatches.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "<progress" in part and "<html" not in part


def test_an_order_that_stands_still_is_gone_on_with_by_hand(
    dispatches: Client, new_cases: list[Opinion], transport: Unit, head: Cadre, settings: object
) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    many = [*new_cases, *copied(new_cases[0], 60)]
    order = order_of(ask(dispatches, "assign", many, unit=transport.pk))
    BulkOrder.objects.filter(pk=order.pk).update(made_at=timezone.now() - timedelta(minutes=2))
    address = reverse("bulk-order", args=[order.key])
    assert dispatches.get(address).context["still"]
    for left in (13, 0):
        dispatches.post(address)
        assert dispatches.get(address).context["number"]["waiting"] == left
    assert Event.objects.filter(verb="assign").count() == 63


def test_a_job_does_all_of_an_order(
    dispatches: Client, new_cases: list[Opinion], transport: Unit, head: Cadre
) -> None:
    many = [*new_cases, *copied(new_cases[0], 60)]
    order = order_of(ask(dispatches, "assign", many, unit=transport.pk))
    assert order.items.filter(result="done").count() == 63


def test_orders_are_listed_and_an_empty_list_says_what_to_do(
    dispatches: Client, new_cases: list[Opinion]
) -> None:
    dispatches.cookies["django_language"] = "en"
    assert "Tick cases in a list" in dispatches.get(reverse("bulk-list")).content.decode()
    order = order_of(ask(dispatches, "recategorise", new_cases, category=make_category(code="water-a").pk))
    assert reverse("bulk-order", args=[order.key]) in dispatches.get(reverse("bulk-list")).content.decode()


@pytest.mark.parametrize("many", [1, 60])
def test_an_orders_page_takes_few_queries_whatever_its_cases(
    dispatches: Client, new_cases: list[Opinion], coordinator: Cadre, many: int,
    django_assert_max_num_queries: object,
) -> None:  # fmt: skip
    order = BulkOrder.objects.create(
        key=uuid.uuid4(), by=coordinator, verb="assign", digest="", made_at=timezone.now()
    )
    cases = copied(new_cases[0], many)
    BulkItem.objects.bulk_create(BulkItem(order=order, opinion=case, version=1) for case in cases)
    dispatches.get(reverse("help"))
    with django_assert_max_num_queries(10):
        assert dispatches.get(reverse("bulk-order", args=[order.key])).context["page"].total == many
