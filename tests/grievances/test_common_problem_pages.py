"""The pages of common problems: joining one case or many, the problem's page and list, answering all."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from grievances.models import Answer, BulkOrder, CommonProblem, Event, Opinion, ProblemMembership
from grievances.steps.record import Accused
from tests.factories import LONG_AGO, fresh, make_cadre, make_opinion, make_region, make_unit
from tests.grievances.bulk import ask, chosen, order_of, results
from tests.grievances.cases import assigned, carried, copied, in_hand
from villages.models import Cadre, Post, Role, Unit


def signed_in(cadre: Cadre) -> Client:
    client = Client()
    client.force_login(fresh(cadre))
    return client


def new(title: str = "村道坑洼 · 某村") -> CommonProblem:
    return CommonProblem(key=uuid.uuid4(), title=title)


def joined(*cases: Opinion, by: Cadre) -> CommonProblem:
    """A new problem with these cases."""
    made = new()
    for case in cases:
        case.join(by=by, problem=CommonProblem.objects.filter(key=made.key).first() or made)
    return CommonProblem.objects.get(key=made.key)


@pytest.fixture
def cases(visitor: Cadre) -> list[Opinion]:
    return [make_opinion(by=visitor) for _n in range(3)]


@pytest.fixture
def problem(cases: list[Opinion], coordinator: Cadre) -> CommonProblem:
    return joined(*cases, by=coordinator)


# joining from a case


def test_a_case_begins_a_problem_and_shows_it(cases: list[Opinion], coordinator: Cadre) -> None:
    client, case = signed_in(coordinator), cases[0]
    address = reverse("opinion-join", args=[case.number])
    assert "路面坑洼" in client.get(address).content.decode()
    assert client.post(address, carried(case, title="村道坑洼")).status_code == 302
    problem = CommonProblem.objects.get()
    assert problem.title == "村道坑洼"
    page = client.get(reverse("opinion", args=[case.number])).content.decode()
    assert reverse("common-problem", args=[problem.key]) in page
    assert reverse("opinion-leave", args=[case.number]) in page
    assert reverse("opinion-join", args=[case.number]) not in page


def test_the_same_form_sent_twice_begins_one(cases: list[Opinion], coordinator: Cadre) -> None:
    client, address = signed_in(coordinator), reverse("opinion-join", args=[cases[0].number])
    form = carried(cases[0], title="村道坑洼")
    assert [client.post(address, form).status_code for _n in range(2)] == [302, 302]
    assert CommonProblem.objects.count() == 1 and ProblemMembership.objects.count() == 1


def test_an_existing_one_of_the_place_is_chosen(
    cases: list[Opinion], visitor: Cadre, coordinator: Cadre, committee: Unit
) -> None:
    problem, more = joined(cases[0], by=coordinator), cases[1]
    client, address = signed_in(coordinator), reverse("opinion-join", args=[more.number])
    assert problem.title in client.get(address).content.decode()
    client.post(address, carried(more, problem=problem.pk, reason="同一段路"))
    assert Opinion.objects.in_problem(problem).count() == 2
    blaming = make_opinion(by=visitor, accused=[Accused(unit=committee)])
    address = reverse("opinion-join", args=[blaming.number])
    assert problem.title not in client.get(address).content.decode()
    refused = client.post(address, carried(blaming, problem=problem.pk))
    assert refused.status_code == 422 and Opinion.objects.in_problem(problem).count() == 2


@pytest.mark.parametrize(
    ("title", "said"), [("", "title"), ("x" * 101, "100"), ("陈小明家门口的路", "陈小明")]
)
def test_a_wrong_title_is_named_and_nothing_is_written(
    cases: list[Opinion], coordinator: Cadre, title: str, said: str
) -> None:
    address = reverse("opinion-join", args=[cases[0].number])
    page = signed_in(coordinator).post(
        address, carried(cases[0], title=title), headers={"accept-language": "en"}
    )
    assert page.status_code == 422 and said in page.content.decode()
    assert not CommonProblem.objects.exists() and not Event.objects.filter(verb="join").exists()


def test_taking_out_asks_why(problem: CommonProblem, cases: list[Opinion], coordinator: Cadre) -> None:
    client, case = signed_in(coordinator), Opinion.objects.get(pk=cases[0].pk)
    address = reverse("opinion-leave", args=[case.number])
    assert client.post(address, carried(case)).status_code == 422
    assert client.post(address, carried(case, reason="另一段")).status_code == 302
    assert Opinion.objects.in_problem(problem).count() == 2


def test_of_a_problem_that_accuses_them_the_history_of_no_case_tells(
    visitor: Cadre, coordinator: Cadre, committee: Unit
) -> None:
    """Somebody who left the unit between two accusations of it is accused by the first only."""
    past = timezone.now() - timedelta(days=20)
    left = make_cadre(name="left", role=Role.HEAD, unit=committee, until=past.date() + timedelta(days=5))
    reads = Post.objects.create(cadre=left, role=Role.LEADER, unit=committee.parent, region=committee.parent.region,
                                since=past.date())  # fmt: skip
    first = make_opinion(by=visitor, accused=[Accused(unit=committee)], at=past)
    second = make_opinion(by=visitor, accused=[Accused(unit=committee)])
    assert set(Opinion.objects.visible_to(fresh(reads.cadre))) == {second}
    problem = joined(first, second, by=coordinator)
    address = reverse("opinion", args=[second.number])
    shown, hidden = (signed_in(who).get(address) for who in (coordinator, left))
    assert shown.context["common_problem"] == problem and len(shown.context["story"]) == 2
    assert hidden.context["common_problem"] is None and len(hidden.context["story"]) == 1


# many


def test_many_join_a_new_problem_and_what_can_not_is_named(
    cases: list[Opinion], visitor: Cadre, coordinator: Cadre, committee: Unit
) -> None:
    blaming = make_opinion(by=visitor, accused=[Accused(unit=committee)])
    already = make_opinion(by=visitor)
    joined(already, by=coordinator)
    every, client = [*cases, blaming, already], signed_in(coordinator)
    preview = ask(client, "join", every, step="preview", title="村道坑洼").content.decode()
    for case in (blaming, already):
        assert reverse("opinion", args=[case.number]) in preview
    assert CommonProblem.objects.count() == 1
    order = order_of(ask(client, "join", every, title="村道坑洼"))
    problem = CommonProblem.objects.get(title="村道坑洼")
    assert set(Opinion.objects.in_problem(problem)) == set(cases)
    found = results(order)
    assert {pk for pk, (result, _why) in found.items() if result == "refused"} == {blaming.pk, already.pk}
    again = client.get(reverse("bulk-new", args=["join"]), {"again": order.key})
    assert again.status_code == 200 and "村道坑洼" in again.content.decode()


def test_many_join_an_existing_problem(cases: list[Opinion], coordinator: Cadre) -> None:
    problem = joined(cases[0], by=coordinator)
    order_of(ask(signed_in(coordinator), "join", cases[1:], problem=problem.pk))
    assert Opinion.objects.in_problem(problem).count() == 3


def test_only_coordinators_and_heads_join_many(cases: list[Opinion], handler: Cadre, leader: Cadre) -> None:
    for cadre in (handler, leader):
        assert ask(signed_in(cadre), "join", cases, title="村道").status_code == 404


# the problem's page


def page_of(problem: CommonProblem, by: Cadre, **query: str) -> str:
    answer = signed_in(by).get(reverse("common-problem", args=[problem.key]), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_each_reader_counts_only_what_they_see(
    problem: CommonProblem,
    cases: list[Opinion],
    coordinator: Cadre,
    head: Cadre,
    transport: Unit,
    handler: Cadre,
) -> None:
    assigned(cases[0], by=coordinator, unit=transport, person=head)
    whole, part = page_of(problem, coordinator), page_of(problem, handler)
    assert '<span id="total">3</span>' in whole and '<span id="total">1</span>' in part
    for case in cases[1:]:
        assert case.number in whole and case.number not in part
    assert "?state=collected" in whole and "?state=collected" not in part
    only = page_of(problem, coordinator, state="assigned")
    assert cases[0].number in only and cases[1].number not in only
    listed = signed_in(handler).get(reverse("common-problem-list"), headers={"accept-language": "en"})
    assert "1 opinion" in listed.content.decode() and "3 opinions" not in listed.content.decode()


def test_words_of_a_confidential_opinion_stay_hidden(visitor: Cadre, coordinator: Cadre) -> None:
    case = make_opinion(by=visitor, kind="confidential", text="金丝雀说的话")
    page = page_of(joined(case, by=coordinator), coordinator)
    assert case.number in page and "金丝雀" not in page


def test_the_page_costs_the_same_however_many_it_holds(
    problem: CommonProblem, cases: list[Opinion], coordinator: Cadre, django_assert_max_num_queries: object
) -> None:
    made = copied(cases[0], 60)
    row = ProblemMembership.objects.filter(problem=problem).first()
    ProblemMembership.objects.bulk_create(
        ProblemMembership(problem=problem, opinion=one, joined_at=row.joined_at, joined_by=row.joined_by)
        for one in made
    )
    client = signed_in(coordinator)
    for name, args in (("common-problem", [problem.key]), ("common-problem-list", [])):
        client.get(reverse(name, args=args))
        with django_assert_max_num_queries(14):
            assert client.get(reverse(name, args=args)).status_code == 200


def test_plan_and_unit_are_changed_and_kept_in_its_history(
    problem: CommonProblem, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    client, address = signed_in(coordinator), reverse("common-problem-edit", args=[problem.key])
    form = {"version": 0, "title": "村道", "plan": "十月前铺沥青", "unit": transport.pk}
    assert client.post(address, form | {"reload": "1"}).status_code == 200
    assert client.post(address, form).status_code == 302
    problem.refresh_from_db()
    assert (problem.plan, problem.unit, problem.person) == ("十月前铺沥青", transport, head)
    assert "十月前铺沥青" in page_of(problem, coordinator)
    stale = client.post(address, form | {"plan": "别的"})
    assert stale.status_code == 409 and "别的" in stale.content.decode()
    problem.refresh_from_db()
    assert problem.plan == "十月前铺沥青"


def test_words_that_name_who_spoke_are_refused(problem: CommonProblem, coordinator: Cadre) -> None:
    address = reverse("common-problem-edit", args=[problem.key])
    page = signed_in(coordinator).post(address, {"version": 0, "title": "村道", "plan": "找陈小明谈"})
    assert page.status_code == 422 and CommonProblem.objects.get().plan == ""


def test_neither_the_accused_unit_nor_its_people_lead_it(
    visitor: Cadre, coordinator: Cadre, committee: Unit, secretary: Cadre, town: Unit
) -> None:
    case = make_opinion(by=visitor, accused=[Accused(unit=committee)])
    problem = joined(case, by=coordinator)
    client, address = signed_in(coordinator), reverse("common-problem-edit", args=[problem.key])
    for unit, person in ((committee, ""), (town, secretary.pk)):
        page = client.post(address, {"version": 0, "title": "某事", "unit": unit.pk, "person": person})
        assert page.status_code == 422
    assert CommonProblem.objects.get().unit is None


def test_closing_says_what_came_of_it_and_one_left_says_so(
    problem: CommonProblem, cases: list[Opinion], coordinator: Cadre
) -> None:
    for case in cases[1:]:
        case.leave(by=coordinator, reason="另一段")
    assert 'data-shape="△"' in page_of(problem, coordinator)
    client, address = signed_in(coordinator), reverse("common-problem-close", args=[problem.key])
    assert client.post(address, {"version": 0}).status_code == 422
    assert client.post(address, {"version": 0, "text": "修好了"}).status_code == 302
    assert not CommonProblem.objects.get().is_open
    assert "修好了" in page_of(problem, coordinator)
    assert client.post(address, {"version": 1, "text": "又坏了"}).status_code == 302
    assert CommonProblem.objects.get().is_open


def test_who_only_sees_it_changes_nothing(
    problem: CommonProblem, visitor: Cadre, leader: Cadre, outsider: Cadre
) -> None:
    for cadre, status in ((visitor, 403), (leader, 403), (outsider, 404)):
        for name in ("common-problem-edit", "common-problem-close"):
            form = {"version": 0, "title": "别的", "text": "别的"}
            assert signed_in(cadre).post(reverse(name, args=[problem.key]), form).status_code == status


# the list


def test_the_list_is_filtered(
    problem: CommonProblem, visitor: Cadre, coordinator: Cadre, transport: Unit
) -> None:
    make_region(code="320904002001001")
    unit = make_unit(code="far", region="320904002001")
    far = make_cadre(name="far", role=Role.VISITOR, unit=unit, region="320904002001001")
    other = new("别处的水")
    make_opinion(by=far, region="320904002001001").join(by=coordinator, problem=other)
    CommonProblem.objects.filter(key=other.key).update(unit=transport)
    client = signed_in(coordinator)

    def listed(**query: object) -> set[str]:
        page = client.get(reverse("common-problem-list"), query).content.decode()
        return {one.title for one in CommonProblem.objects.all() if f"<b>{one.title}</b>" in page}

    assert listed() == {problem.title, "别处的水"}
    assert listed(region="320904002") == {"别处的水"} == listed(unit=transport.pk)
    assert listed(category=problem.category_id, state="open") == {problem.title, "别处的水"}
    assert listed(state="closed") == set()


def test_a_title_with_marks_is_shown_as_it_was_written(problem: CommonProblem, coordinator: Cadre) -> None:
    CommonProblem.objects.update(title="<i>坑</i>&")
    page = signed_in(coordinator).get(reverse("common-problem-list")).content.decode()
    assert "<b>&lt;i&gt;坑&lt;/i&gt;&amp;</b>" in page


# answering and dispatching all


def test_what_waits_is_dispatched_to_the_lead_unit(
    problem: CommonProblem, cases: list[Opinion], coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    assigned(cases[0], by=coordinator, unit=transport, person=head)
    problem.change(by=coordinator, version=0, unit=transport, person=head)
    client = signed_in(coordinator)
    assert reverse("bulk-new", args=["assign"]) in page_of(problem, coordinator)
    form = client.get(reverse("bulk-new", args=["assign"]), {"problem": problem.key}).content.decode()
    assert chosen(cases[1:]) in form and f'value="{transport.pk}" selected' in form
    order_of(ask(client, "assign", cases[1:], unit=transport.pk, person=head.pk))
    assert set(Opinion.objects.values_list("state", flat=True)) == {"assigned"}


def test_one_text_becomes_each_cases_own_answer(
    problem: CommonProblem, cases: list[Opinion], coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    for case in cases[:2]:
        in_hand(case, by=coordinator, unit=transport, person=head)
    assigned(cases[2], by=coordinator, unit=transport, person=head)
    client = signed_in(head)
    asked = client.get(reverse("bulk-new", args=["resolve"]), {"problem": problem.key})
    assert asked.status_code == 200
    words = {"account": "铺了沥青", "public": "您反映的{编号}号事项（{类别}）已办好，地点：{地点}。"}
    preview = ask(client, "resolve", cases, step="preview", **words).content.decode()
    assert f"您反映的{cases[0].number}号事项（路面坑洼）" in preview and cases[2].number in preview
    assert not Answer.objects.exists()
    order = order_of(ask(client, "resolve", cases, **words))
    found = results(order)
    assert [found[case.pk][0] for case in cases] == ["done", "done", "refused"] and found[cases[2].pk][1]
    answers = {answer.opinion_id: answer.public for answer in Answer.objects.all()}
    assert set(answers) == {case.pk for case in cases[:2]}
    assert all(case.number in answers[case.pk] for case in cases[:2])
    states = Opinion.objects.filter(pk__in=answers).values_list("state", "problem_memberships__left_at")
    assert set(states) == {("resolved", None)}
    assert Event.objects.filter(verb="resolve").exclude(key=None).count() == 2


def test_a_text_that_names_unit_and_person_leaves_out_a_case_that_has_neither(
    problem: CommonProblem, cases: list[Opinion], coordinator: Cadre, transport: Unit, head: Cadre, petitions: Unit
) -> None:  # fmt: skip
    Post.objects.create(
        cadre=head, role=Role.COORDINATOR, unit=petitions, region=petitions.region, since=LONG_AGO
    )
    in_hand(cases[0], by=coordinator, unit=transport, person=head)
    words = {"account": "{责任人}去看了", "public": "由{单位}（{单位电话}）的{责任人}办理。"}
    Unit.objects.filter(pk=transport.pk).update(telephone="83500000")
    client = signed_in(head)
    preview = ask(client, "resolve", cases, step="preview", **words)
    assert preview.context["found"].can == cases[:1]
    assert [case for case, _why in preview.context["found"].cannot] == cases[1:]
    # One that goes back to dispatch after the preview keeps none of the others from being answered.
    found = results(order_of(ask(client, "resolve", cases, **words)))
    assert [found[case.pk][0] for case in cases] == ["done", "refused", "refused"]
    assert "83500000" in Answer.objects.get().public


def test_each_letter_is_seen_as_it_will_be_sent_page_by_page(
    problem: CommonProblem, cases: list[Opinion], visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre,
    django_assert_max_num_queries: object,
) -> None:  # fmt: skip
    named = [make_opinion(by=visitor, name=f"王小{n}", text=f"第{n}户没有水") for n in range(3)]
    apart = make_opinion(by=visitor, kind="confidential", text="金丝雀")
    for case in (*named, apart):
        case.join(by=coordinator, problem=problem)
    every = [*cases, *named, apart]
    for case in every:
        in_hand(Opinion.objects.get(pk=case.pk), by=coordinator, unit=transport, person=head)
    client, address = signed_in(head), reverse("bulk-new", args=["explain"])
    form = {
        "chosen": chosen(every), "key": str(uuid.uuid4()), "ground": "outside", "passed_to": "市局",
        "account": "已查{编号}", "public": "您｛反映日期｝在{地点}反映的{编号}号事项（{类别}）已转交。",
    }  # fmt: skip
    seen: dict[Opinion, str] = {}
    first = "1"
    while first:
        page = client.post(address, form | {"letters": first})
        found = page.context["letters"]
        assert (
            found.total == 7
            and len(found.rows) <= 5
            and "{编号}" not in page.content.decode().split("<dl")[1]
        )
        seen |= {one.case: one.text for one in found.rows}
        assert all(one.account == f"已查{one.case.number}" for one in found.rows)
        first = str(found.next or "")
    assert set(seen) == set(every)
    for case in named:
        assert f"{case.number}号事项（路面坑洼）已转交" in seen[case] and case.text in seen[case]
        assert case.informants.get().name in seen[case] and "市局" in seen[case]
    assert f"{apart.number}号事项" in seen[apart] and "金丝雀" not in seen[apart]
    with django_assert_max_num_queries(34):
        client.post(address, form)
    order_of(
        ask(
            client,
            "explain",
            every,
            **{name: form[name] for name in ("ground", "passed_to", "account", "public")},
        )
    )
    for answer in Answer.objects.select_related("opinion"):
        assert answer.public in seen[answer.opinion] and "{" not in answer.public


@pytest.mark.parametrize("asked", ["0", "x", "-1", "8", "９", "9" * 40])
def test_what_is_no_number_of_a_letter_means_the_first(
    problem: CommonProblem, cases: list[Opinion], coordinator: Cadre, transport: Unit, head: Cadre, asked: str
) -> None:
    in_hand(cases[0], by=coordinator, unit=transport, person=head)
    words = {"account": "修了", "public": "{编号}修了", "letters": asked}
    page = ask(signed_in(head), "resolve", cases[:1], step="preview", **words)
    assert [one.case for one in page.context["letters"].rows] == cases[:1]


def test_the_letters_cost_the_same_queries_for_two_cases_as_for_five(
    problem: CommonProblem,
    cases: list[Opinion],
    visitor: Cadre,
    coordinator: Cadre,
    transport: Unit,
    head: Cadre,
) -> None:
    more = [make_opinion(by=visitor) for _n in range(2)]
    for case in more:
        case.join(by=coordinator, problem=problem)
    every = [*cases, *more]
    for case in every:
        in_hand(Opinion.objects.get(pk=case.pk), by=coordinator, unit=transport, person=head)
    client = signed_in(head)
    words = {"account": "修了", "public": "{编号}修了"}
    ask(client, "resolve", every, step="preview", **words)
    numbers = []
    for some in (every[:2], every):
        with CaptureQueriesContext(connection) as asked:
            assert len(ask(client, "resolve", some, step="preview", **words).context["letters"].rows) == len(
                some
            )
        numbers.append(len(asked))
    assert numbers[0] == numbers[1]


def test_a_case_that_cannot_fill_in_a_field_is_not_answered_whichever_text_it_stands_in(
    problem: CommonProblem, cases: list[Opinion], coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    for case in cases:
        in_hand(case, by=coordinator, unit=transport, person=head)
    assert not transport.telephone
    for words in (
        {"account": "打{单位电话}", "public": "已办好。"},
        {"account": "办了", "public": "请打{单位电话}"},
    ):
        preview = ask(signed_in(head), "resolve", cases, step="preview", **words).content.decode()
        assert "{单位电话}" in preview and all(case.number in preview for case in cases)
        assert 'value="do"' not in preview


def test_the_same_order_of_answers_is_done_once(
    problem: CommonProblem, cases: list[Opinion], coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    for case in cases:
        in_hand(case, by=coordinator, unit=transport, person=head)
    client, address = signed_in(head), reverse("bulk-new", args=["explain"])
    form = {"chosen": chosen(cases), "key": str(uuid.uuid4()), "step": "do", "ground": "planned",
            "planned_for": "2099-01-01", "account": "排在明年", "public": "明年修。"}  # fmt: skip
    assert [client.post(address, form).status_code for _n in range(2)] == [302, 302]
    assert BulkOrder.objects.count() == 1
    planned = Answer.objects.values_list("planned_for", flat=True)
    assert [day.isoformat() for day in planned] == ["2099-01-01"] * 3


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("resolve", {"account": "办了", "public": "{姓名}您好"}),
        ("resolve", {"account": "办了", "public": "陈小明您好"}),
        ("resolve", {"account": "", "public": "办好了"}),
        ("explain", {"account": "查了", "public": "明年修", "ground": "planned"}),
        ("explain", {"account": "查了", "public": "转交", "ground": "outside"}),
    ],
)
def test_a_wrong_text_is_refused_before_anything_is_done(
    problem: CommonProblem, cases: list[Opinion], coordinator: Cadre, transport: Unit, head: Cadre, action: str,
    words: dict[str, str],
) -> None:  # fmt: skip
    for case in cases:
        in_hand(case, by=coordinator, unit=transport, person=head)
    assert ask(signed_in(head), action, cases, **words).status_code == 422
    assert not Answer.objects.exists() and not BulkOrder.objects.exists()


def test_one_text_answers_only_cases_of_one_problem(
    problem: CommonProblem,
    cases: list[Opinion],
    visitor: Cadre,
    coordinator: Cadre,
    transport: Unit,
    head: Cadre,
) -> None:
    alone = make_opinion(by=visitor)
    for case in (cases[0], alone):
        in_hand(case, by=coordinator, unit=transport, person=head)
    words = {"account": "办了", "public": "办好了"}
    assert ask(signed_in(head), "resolve", [cases[0], alone], **words).status_code == 422
    joined(alone, by=coordinator)
    assert ask(signed_in(head), "resolve", [cases[0], alone], **words).status_code == 422
    assert not Answer.objects.exists()


def test_the_desk_offers_no_answer_for_many(
    cases: list[Opinion], head: Cadre, coordinator: Cadre, transport: Unit
) -> None:
    in_hand(cases[0], by=coordinator, unit=transport, person=head)
    page = signed_in(head).get(reverse("desk-queue", args=["in-hand"])).content.decode()
    assert reverse("bulk-new", args=["join"]) in page
    assert reverse("bulk-new", args=["resolve"]) not in page
