"""Somebody leaves: their cases go to successors, and then the posts end."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from grievances.flow.stories import events_of, story
from grievances.models import Notice, Opinion, Succession
from grievances.people.leaving import HandingOn, endable, settle
from grievances.steps.record import Accused
from tests.factories import fresh, make_cadre, make_category, make_opinion, make_unit
from tests.grievances.cases import answered, assigned, copied, in_hand
from tests.grievances.test_races import at_once
from villages.models import Absence, Cadre, Post, Role, Unit


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """What is refused is read in English."""
    with translation.override("en"):
        yield


@pytest.fixture
def case(visitor: Cadre, coordinator: Cadre, transport: Unit, handler: Cadre) -> Opinion:
    return in_hand(make_opinion(by=visitor), by=coordinator, unit=transport, person=handler)


@pytest.fixture
def colleague(transport: Unit) -> Cadre:
    return make_cadre(name="colleague", role=Role.HANDLER, unit=transport)


@pytest.fixture
def heads(client: Client, head: Cadre) -> Client:
    client.force_login(head)
    client.cookies["django_language"] = "en"
    return client


def leave(client: Client, who: Cadre, *, way: str = "all", **fields: object) -> object:
    asked = {
        "reason": "调离", "last_day": timezone.localdate(), "posts": [post.pk for post in who.posts.all()],
    }  # fmt: skip
    return client.post(reverse("leaving", args=[who.pk]) + f"?way={way}", asked | fields)


def person_of(case: Opinion) -> Cadre:
    return Opinion.objects.get(pk=case.pk).person


def test_all_cases_go_to_one_and_the_post_ends(
    heads: Client, case: Opinion, handler: Cadre, colleague: Cadre, head: Cadre
) -> None:
    assert leave(heads, handler, **{"to-all": colleague.pk}).status_code == 302
    assert person_of(case) == colleague
    assert handler.posts.get().until == timezone.localdate()
    event = case.events.last()
    assert (event.verb, event.actor, event.text) == ("transfer", head, "调离")
    succession = Succession.objects.get()
    assert (succession.leaving, succession.successor, succession.by) == (handler, colleague, head)
    assert LogEntry.objects.get().object_id == str(handler.posts.get().pk)


@pytest.mark.parametrize("way", ["category", "place", "each"])
def test_cases_go_to_several_by_what_they_are_about_by_place_or_each(
    heads: Client, case: Opinion, handler: Cadre, colleague: Cadre, head: Cadre, visitor: Cadre,
    coordinator: Cadre, way: str,
) -> None:  # fmt: skip
    second = make_opinion(by=visitor, category=make_category(code="water-tap"), region="320904002001001")
    in_hand(second, by=coordinator, unit=case.unit, person=handler)
    keys = {
        "category": (f"c{case.category_id}", f"c{second.category_id}"),
        "place": (case.region_id[:12], second.region_id[:12]),
        "each": (f"o{case.pk}", f"o{second.pk}"),
    }[way]
    successors = {f"to-{keys[0]}": colleague.pk, f"to-{keys[1]}": head.pk}
    assert leave(heads, handler, way=way, **successors).status_code == 302
    assert (person_of(case), person_of(second)) == (colleague, head)
    assert Succession.objects.count() == 2 and handler.posts.get().until


def test_a_group_without_a_successor_is_pointed_out_and_nothing_is_done(
    heads: Client, case: Opinion, handler: Cadre, colleague: Cadre, outsider: Cadre
) -> None:
    for given in ("", "x", outsider.pk, handler.pk):
        page = leave(heads, handler, **{"to-all": given})
        assert page.status_code == 422 and "to-all" in page.context["form"].errors
    for field, wrong in (("reason", ""), ("last_day", "2020-01-01"), ("posts", ["0"])):
        page = leave(heads, handler, **{"to-all": colleague.pk, field: wrong})
        assert page.status_code == 422 and field in page.context["form"].errors
    assert person_of(case) == handler and handler.posts.get().until is None


def test_what_one_case_refuses_stops_no_other_and_keeps_the_post(
    heads: Client, case: Opinion, handler: Cadre, colleague: Cadre, visitor: Cadre, coordinator: Cadre
) -> None:
    accusing = make_opinion(by=visitor, accused=[Accused(cadre=colleague)])
    assigned(accusing, by=coordinator, unit=case.unit, person=handler)
    leave(heads, handler, **{"to-all": colleague.pk})
    page = heads.get(reverse("leaving", args=[handler.pk])).content.decode()
    assert f"{accusing.number} was not handed on" in page and "the post did not end" in page
    assert (person_of(case), person_of(accusing)) == (colleague, handler)
    assert handler.posts.get().until is None


def test_more_than_fit_go_in_turns_and_the_post_ends_with_the_last(
    heads: Client, case: Opinion, handler: Cadre, colleague: Cadre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grievances.views.leaving.MOST", 1)
    second = assigned(make_opinion(by=case.recorded_by), by=Cadre.objects.get(username="coordinator"),
                      unit=case.unit, person=handler)  # fmt: skip
    leave(heads, handler, **{"to-all": colleague.pk})
    assert handler.posts.get().until is None
    leave(heads, handler, **{"to-all": colleague.pk})
    assert person_of(case) == person_of(second) == colleague and handler.posts.get().until


def test_the_page_costs_the_same_whatever_hangs_on_them(
    heads: Client, case: Opinion, handler: Cadre, colleague: Cadre, django_assert_max_num_queries: object
) -> None:
    copied(case, 60)
    heads.get(reverse("help"))
    with django_assert_max_num_queries(18):
        page = heads.get(reverse("leaving", args=[handler.pk]), {"way": "each"})
    assert page.context["count"] == 61


def test_an_answered_case_stays_with_who_answered_and_falls_to_the_head_when_it_comes_back(
    heads: Client,
    visitor: Cadre,
    coordinator: Cadre,
    transport: Unit,
    handler: Cadre,
    head: Cadre,
    caller: Cadre,
) -> None:
    done = answered(make_opinion(by=visitor), by=coordinator, unit=transport, person=handler)
    assert leave(heads, handler).status_code == 302
    Post.objects.filter(cadre=handler).update(until=timezone.localdate() - timedelta(days=1))
    assert person_of(done) == handler
    done.call_back(by=caller, contacted=True, solved=False, satisfied=False)
    assert (done.state, person_of(done)) == ("handling", head)
    assert "answers for it now" in story(events_of(done), veiled=False)[0].aside
    assert done.file.opinion.events.last().details["fell_to"] == head.pk


def test_without_a_head_it_goes_back_to_dispatch(
    visitor: Cadre, coordinator: Cadre, transport: Unit, handler: Cadre, caller: Cadre
) -> None:
    done = answered(make_opinion(by=visitor), by=coordinator, unit=transport, person=handler)
    Post.objects.filter(cadre=handler).update(until=timezone.localdate() - timedelta(days=1))
    done.call_back(by=caller, contacted=True, solved=False, satisfied=False)
    assert (done.state, done.person) == ("collected", None)


# who may end which posts


def test_a_head_ends_posts_of_the_own_units_only(
    heads: Client, head: Cadre, handler: Cadre, caller: Cadre, administrator: Cadre, transport: Unit
) -> None:
    housing = make_unit(code="housing")
    other = handler.posts.create(role=Role.HANDLER, unit=housing, region=housing.region)
    rival = make_cadre(name="rival", role=Role.HEAD, unit=transport)
    leader = make_cadre(name="chief", role=Role.LEADER, unit=transport)
    assert (
        other not in endable(fresh(handler), fresh(head)) and len(endable(fresh(handler), fresh(head))) == 1
    )
    assert not any(endable(fresh(one), fresh(head)) for one in (rival, leader, head, caller))
    assert len(endable(fresh(handler), fresh(administrator))) == 2
    assert endable(fresh(administrator), fresh(administrator)) == []
    assert heads.get(reverse("leaving", args=[caller.pk])).status_code == 404
    leave(heads, handler, posts=[other.pk])
    assert handler.posts.get(pk=other.pk).until is None


def test_a_later_day_ends_the_post_then(heads: Client, handler: Cadre, colleague: Cadre) -> None:
    later = timezone.localdate() + timedelta(days=5)
    leave(heads, handler, last_day=later)
    assert handler.posts.get().until == later


# administrators


def test_an_administrator_sees_numbers_and_hands_on_by_the_programs_own_step(
    client: Client, case: Opinion, handler: Cadre, colleague: Cadre, administrator: Cadre
) -> None:
    client.force_login(administrator)
    client.cookies["django_language"] = "en"
    page = client.get(reverse("leaving", args=[handler.pk]))
    assert page.context["count"] == 1 and case.number not in page.content.decode()
    assert leave(client, handler, **{f"to-u{case.unit_id}": colleague.pk}).status_code == 302
    assert person_of(case) == colleague and handler.posts.get().until
    event = case.events.last()
    assert (event.verb, event.actor, event.actor_unit) == ("transfer", None, None)
    assert story(events_of(case), veiled=False)[0].what.startswith("It passed on to")


def test_an_administrator_neither_counts_nor_moves_accusations_and_they_keep_the_post(
    client: Client, case: Opinion, handler: Cadre, colleague: Cadre, administrator: Cadre, visitor: Cadre,
    coordinator: Cadre,
) -> None:  # fmt: skip
    apart = make_opinion(by=visitor, accused=[Accused(cadre=administrator)])
    assigned(apart, by=coordinator, unit=case.unit, person=handler)
    client.force_login(administrator)
    client.cookies["django_language"] = "en"
    assert client.get(reverse("leaving", args=[handler.pk])).context["count"] == 1
    leave(client, handler, **{f"to-u{case.unit_id}": colleague.pk})
    page = client.get(reverse("leaving", args=[handler.pk])).content.decode()
    assert "kept apart" in page and apart.number not in page
    assert (person_of(case), person_of(apart)) == (colleague, handler)
    assert handler.posts.get().until is None


def test_the_reference_page_leads_here_from_a_post_that_does_not_end(
    client: Client, case: Opinion, handler: Cadre, administrator: Cadre
) -> None:
    client.force_login(administrator)
    address = reverse("admin:villages_post_change", args=[handler.posts.get().pk])
    page = client.post(address, {"until": timezone.localdate()})
    assert f'<a href="{reverse("leaving", args=[handler.pk])}">' in page.content.decode()


def test_whoever_stands_in_for_somebody_does_not_leave_before_somebody_else_does(
    heads: Client, handler: Cadre, colleague: Cadre
) -> None:
    today = timezone.localdate()
    absence = Absence.set(by=handler, cadre=handler, substitute=colleague, since=today, until=today)
    with pytest.raises(ValidationError, match="stand in for"):
        colleague.posts.get().end(on=today - timedelta(days=1))
    absence.end()
    colleague.posts.get().end(on=today)


# the successor


@pytest.fixture
def handed(case: Opinion, handler: Cadre, colleague: Cadre, head: Cadre) -> Succession:
    order = HandingOn(handler, fresh(head), "调离")
    order.hand_on([case], fresh(colleague))
    return Succession.objects.get()


def answer(client: Client, succession: Succession, **fields: object) -> object:
    return client.post(reverse("succession", args=[succession.pk]), fields)


def test_the_successor_is_shown_what_was_handed_to_them_and_accepts_it(
    client: Client, case: Opinion, colleague: Cadre, handed: Succession
) -> None:
    client.force_login(colleague)
    address = reverse("succession", args=[handed.pk])
    assert address in client.get(reverse("desk"), follow=True).content.decode()
    assert case.number in client.get(address).content.decode()
    assert answer(client, handed, accept="1").status_code == 302
    assert address not in client.get(reverse("desk"), follow=True).content.decode()
    assert person_of(case) == colleague
    assert answer(client, handed, back="1", cases=[case.pk], reason="晚了").status_code == 422


def test_nobody_is_told_to_take_what_is_in_hand_already(
    client: Client, visitor: Cadre, coordinator: Cadre, transport: Unit, handler: Cadre, colleague: Cadre, head: Cadre,
    django_capture_on_commit_callbacks: object,
) -> None:  # fmt: skip
    new = assigned(make_opinion(by=visitor), by=coordinator, unit=transport, person=handler)
    taken = assigned(make_opinion(by=visitor), by=coordinator, unit=transport, person=handler)
    taken.accept(by=handler)
    with django_capture_on_commit_callbacks(execute=True):
        for case in (new, taken):
            case.transfer(by=head, person=colleague)
    client.force_login(colleague)
    client.cookies["django_language"] = "en"
    told = {row.opinion.number: row.what for row in client.get(reverse("notice-list")).context["page"].rows}
    assert told[new.number] == "given to you: take it, or hand it back"
    assert told[taken.number] == "given to you: it is in hand"


def test_what_is_handed_back_goes_to_the_head_with_a_notice(
    client: Client, case: Opinion, colleague: Cadre, head: Cadre, handed: Succession,
    django_capture_on_commit_callbacks: object,
) -> None:  # fmt: skip
    client.force_login(colleague)
    with django_capture_on_commit_callbacks(execute=True):
        assert answer(client, handed, back="1", cases=[case.pk], reason="手上已满").status_code == 302
    assert person_of(case) == head and case.events.last().text == "手上已满"
    assert Notice.objects.filter(cadre=head, event=case.events.last()).exists()
    assert handed.cases.get().handed_back


@pytest.mark.parametrize("missing", ["cases", "reason"])
def test_a_hand_back_says_what_and_why(
    client: Client, case: Opinion, colleague: Cadre, handed: Succession, missing: str
) -> None:
    client.force_login(colleague)
    fields = {"back": "1", "cases": [case.pk], "reason": "手上已满"} | {missing: []}
    page = answer(client, handed, **fields)
    assert page.status_code == 422 and missing in page.context["form"].errors
    assert page.content.decode().count(" checked") == (missing == "reason")
    handed.refresh_from_db()
    assert handed.answered_at is None and person_of(case) == colleague


def test_nobody_else_answers_for_the_successor(
    client: Client, case: Opinion, head: Cadre, handed: Succession
) -> None:
    client.force_login(head)
    assert answer(client, handed, accept="1").status_code == 404


def test_whoever_heads_the_unit_alone_has_nobody_to_hand_back_to(
    client: Client, case: Opinion, handler: Cadre, head: Cadre
) -> None:
    HandingOn(handler, fresh(head), "调离").hand_on([case], fresh(head))
    client.force_login(head)
    answer(client, Succession.objects.get(), back="1", cases=[case.pk], reason="满")
    assert person_of(case) == head


def test_two_working_days_of_silence_accept(
    client: Client, case: Opinion, colleague: Cadre, handed: Succession
) -> None:
    client.force_login(colleague)
    with time_machine.travel(handed.until + timedelta(seconds=1)):
        client.force_login(colleague)
        address = reverse("succession", args=[handed.pk])
        assert address not in client.get(reverse("desk"), follow=True).content.decode()
        assert client.get(address).context["waiting"] is False
        assert answer(client, handed, back="1", cases=[case.pk], reason="满").status_code == 422
    assert person_of(case) == colleague


def test_of_an_acceptance_and_a_hand_back_at_the_same_moment_one_counts(committed_db: None) -> None:
    transport, petitions = make_unit(code="transport"), make_unit(code="petitions")
    head, one, two = (
        make_cadre(name=name, role=role, unit=transport)
        for name, role in (("head", Role.HEAD), ("one", Role.HANDLER), ("two", Role.HANDLER))
    )
    coordinator = make_cadre(name="c", role=Role.COORDINATOR, unit=petitions)
    case = assigned(make_opinion(by=coordinator), by=coordinator, unit=transport, person=one)
    HandingOn(one, head, "调离").hand_on([case], fresh(two))
    row = Succession.objects.get()
    answers = [set(), {case.pk}]
    results = at_once(
        *[
            lambda back=back: settle(Succession.objects.get(pk=row.pk), handed_back=back, reason="满")
            for back in answers
        ]
    )
    assert [type(result) for result in results].count(ValidationError) == 1
    back = not isinstance(results[1], ValidationError)
    assert person_of(case) == (head if back else two)
