"""Joining common problems and leaving them: the verbs, who sees a problem, and what always holds."""

import uuid
from importlib import import_module
from itertools import pairwise

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grievances.errors import ChangedMeanwhile, StepRefused
from grievances.models import Category, CommonProblem, Event, Opinion, ProblemChange, ProblemMembership
from grievances.problems.common_problems import runs, smallest_region
from grievances.steps.record import Accused
from grievances.workflow import State
from tests.factories import (
    DISTRICT,
    GRID,
    TOWN,
    VILLAGE,
    fresh,
    make_cadre,
    make_category,
    make_opinion,
    make_region,
    make_unit,
)
from tests.grievances.cases import in_hand
from villages.models import Cadre, Role, Unit

fill = import_module("grievances.migrations.0040_in_a_problem").fill


def new(title: str = "路面坑洼 · 某村") -> CommonProblem:
    return CommonProblem(key=uuid.uuid4(), title=title)


def begun(opinion: Opinion, by: Cadre) -> CommonProblem:
    opinion.join(by=by, problem=new())
    return CommonProblem.objects.get(memberships__opinion=opinion, memberships__left_at=None)


def held(problem: CommonProblem) -> set[int]:
    return set(Opinion.objects.in_problem(problem).values_list("pk", flat=True))


@pytest.fixture
def pair(visitor: Cadre) -> tuple[Opinion, Opinion]:
    return make_opinion(by=visitor), make_opinion(by=visitor)


@pytest.fixture
def problem(pair: tuple[Opinion, Opinion], coordinator: Cadre) -> CommonProblem:
    made = begun(pair[0], coordinator)
    pair[1].join(by=coordinator, problem=made, reason="同一个坑")
    return CommonProblem.objects.get(pk=made.pk)


def test_joining_leaves_number_deadline_and_state_as_they_are(
    pair: tuple[Opinion, Opinion], coordinator: Cadre
) -> None:
    before = Opinion.objects.get(pk=pair[0].pk)
    problem = begun(pair[0], coordinator)
    after = Opinion.objects.get(pk=pair[0].pk)
    assert (after.number, after.due_at, after.state, after.unit) == (
        before.number, before.due_at, before.state, before.unit,
    )  # fmt: skip
    assert after.version == before.version + 1 and held(problem) == {after.pk}
    event = Event.objects.filter(opinion=after).latest("pk")
    assert (event.verb, event.actor, event.details) == ("join", coordinator, {"problem": problem.pk})
    assert problem.category == after.category and problem.region_id == VILLAGE
    assert ProblemChange.objects.get(problem=problem).verb == "open"


def test_a_new_problem_takes_unit_and_person_from_its_first_case(
    pair: tuple[Opinion, Opinion], coordinator: Cadre, head: Cadre, transport: Unit
) -> None:
    in_hand(pair[0], by=coordinator, unit=transport, person=head)
    problem = begun(pair[0], fresh(head))
    assert (problem.unit, problem.person) == (transport, head) and runs(problem, head)


def test_an_opinion_is_in_one_problem_at_a_time(
    pair: tuple[Opinion, Opinion], problem: CommonProblem, coordinator: Cadre
) -> None:
    with pytest.raises(StepRefused):
        pair[1].join(by=coordinator, problem=new())
    assert CommonProblem.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        ProblemMembership.objects.create(
            problem=problem, opinion=pair[1], joined_at=problem.opened_at, joined_by=coordinator
        )


def test_two_who_join_one_opinion_to_two_problems_leave_it_in_the_first(
    pair: tuple[Opinion, Opinion], visitor: Cadre, coordinator: Cadre
) -> None:
    """What a page showed before somebody else was quicker, is told; nothing is half written."""
    first, second = begun(pair[0], coordinator), begun(pair[1], coordinator)
    third = make_opinion(by=visitor)
    seen = third.version
    third.join(by=coordinator, problem=first, version=seen)
    with pytest.raises(ChangedMeanwhile):
        Opinion.objects.get(pk=third.pk).join(by=coordinator, problem=second, version=seen)
    assert held(first) == {pair[0].pk, third.pk} and held(second) == {pair[1].pk}


def test_taking_out_needs_a_reason_and_keeps_the_history(
    pair: tuple[Opinion, Opinion], problem: CommonProblem, coordinator: Cadre
) -> None:
    pair[1].leave(by=coordinator, reason="另一段路")
    assert held(problem) == {pair[0].pk}
    row = ProblemMembership.objects.get(opinion=pair[1])
    assert (row.problem, row.left_by, row.left_reason) == (problem, coordinator, "另一段路")
    verbs = list(Event.objects.filter(opinion=pair[1]).order_by("pk").values_list("verb", flat=True))
    assert verbs == ["record", "join", "leave"]
    with pytest.raises(StepRefused):
        pair[1].leave(by=coordinator, reason="再一次")
    pair[1].join(by=coordinator, problem=problem)
    assert held(problem) == {pair[0].pk, pair[1].pk}
    assert ProblemMembership.objects.filter(opinion=pair[1]).count() == 2


def test_the_category_is_that_of_the_first_case_that_is_in_it(
    pair: tuple[Opinion, Opinion], problem: CommonProblem, visitor: Cadre, coordinator: Cadre
) -> None:
    lamps, water = (make_category(code=code, name=code) for code in ("roads-lamps", "water-taps"))

    def category() -> Category:
        return CommonProblem.objects.get(pk=problem.pk).category

    first, second = pair
    second.recategorise(by=coordinator, category=lamps, reason="是灯")
    assert category() == first.category
    first.leave(by=coordinator, reason="另一段路")
    assert category() == lamps
    second.recategorise(by=coordinator, category=water, reason="是水")
    assert category() == water
    first.join(by=coordinator, problem=problem)
    assert category() == water
    for case in pair:
        Opinion.objects.get(pk=case.pk).leave(by=coordinator, reason="不是一回事")
    assert category() == water


def test_only_those_who_answer_for_the_case_take_it_out(
    pair: tuple[Opinion, Opinion], problem: CommonProblem, visitor: Cadre, leader: Cadre, auditor: Cadre
) -> None:
    for cadre in (visitor, leader, auditor):
        with pytest.raises(StepRefused):
            pair[1].leave(by=fresh(cadre), reason="不行")
    for cadre in (leader, auditor):
        with pytest.raises(StepRefused):
            make_opinion(by=visitor).join(by=fresh(cadre), problem=problem)


def test_a_problem_that_one_does_not_see_can_not_be_joined(
    problem: CommonProblem, visitor: Cadre, coordinator: Cadre
) -> None:
    make_region(code="320904002001001")
    unit = make_unit(code="elsewhere2", region="320904002001")
    stranger = make_cadre(name="stranger", role=Role.VISITOR, unit=unit, region="320904002001001")
    mine = make_opinion(by=stranger, region="320904002001001")
    with pytest.raises(StepRefused):
        mine.join(by=fresh(stranger), problem=problem)


def test_the_place_is_the_smallest_that_holds_all(
    pair: tuple[Opinion, Opinion], problem: CommonProblem, visitor: Cadre, coordinator: Cadre
) -> None:
    make_region(code="320904001002001")
    unit = make_unit(code="next", region="320904001002")
    other = make_cadre(name="other", role=Role.VISITOR, unit=unit, region="320904001002001")
    far = make_opinion(by=other, region="320904001002001")
    far.join(by=coordinator, problem=problem)
    assert CommonProblem.objects.get().region_id == TOWN
    far.leave(by=coordinator, reason="不是")
    assert CommonProblem.objects.get().region_id == VILLAGE


@given(codes=st.lists(st.sampled_from(["320904001001001", "320904001001002", "320904001002", "320904002001001",
                                        "320904001", "320904"]), min_size=1, max_size=5))  # fmt: skip
def test_the_smallest_region_begins_all_codes_and_none_smaller_does(codes: list[str]) -> None:
    found = smallest_region(*codes)
    assert all(code.startswith(found) for code in codes) and len(found) in (6, 9, 12)
    longer = [code[: len(found) + 3] for code in codes]
    assert len(found) == 12 or len(set(longer)) > 1 or longer[0] == found


def test_a_withdrawn_opinion_leaves_and_none_joins(
    pair: tuple[Opinion, Opinion], problem: CommonProblem, coordinator: Cadre
) -> None:
    pair[1].withdraw(by=coordinator, reason="重复")
    assert held(problem) == {pair[0].pk}
    with pytest.raises(StepRefused):
        pair[1].join(by=coordinator, problem=problem)


def test_nothing_joins_a_closed_problem_until_it_is_opened_again(
    problem: CommonProblem, visitor: Cadre, coordinator: Cadre
) -> None:
    assert problem.close(by=coordinator, version=problem.version, text="路修好了")
    late = make_opinion(by=visitor)
    with pytest.raises(StepRefused):
        late.join(by=coordinator, problem=problem)
    assert not problem.open_again(by=coordinator, version=problem.version - 1, text="看旧了")
    assert problem.open_again(by=coordinator, version=problem.version, text="又坏了")
    late.join(by=coordinator, problem=problem)
    assert len(held(problem)) == 3
    verbs = list(ProblemChange.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["open", "close", "open_again"]


@pytest.mark.parametrize("change", ["UPDATE grievances_problemchange SET text = 'x'",
                                    "DELETE FROM grievances_problemchange"])  # fmt: skip
def test_its_history_is_refused_to_change(problem: CommonProblem, change: str) -> None:
    from django.db import connection

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


# accusations


def accusing(visitor: Cadre, committee: Unit) -> Opinion:
    return make_opinion(by=visitor, accused=[Accused(unit=committee)], text="村委会收了钱不办事")


def test_accusations_are_joined_only_with_those_of_the_same_people(
    pair: tuple[Opinion, Opinion], problem: CommonProblem, visitor: Cadre, coordinator: Cadre, committee: Unit,
    town: Unit,
) -> None:  # fmt: skip
    first = accusing(visitor, committee)
    with pytest.raises(StepRefused):
        first.join(by=coordinator, problem=problem)
    theirs = begun(first, coordinator)
    with pytest.raises(StepRefused):
        make_opinion(by=visitor).join(by=coordinator, problem=theirs)
    with pytest.raises(StepRefused):
        accusing(visitor, town).join(by=coordinator, problem=theirs)
    with pytest.raises(StepRefused):
        make_opinion(by=visitor, accused=[Accused()]).join(by=coordinator, problem=new())
    second = accusing(visitor, committee)
    second.join(by=coordinator, problem=theirs)
    assert held(theirs) == {first.pk, second.pk} and CommonProblem.objects.count() == 2


def test_the_accused_see_no_problem_of_accusations_not_even_as_its_coordinators(
    visitor: Cadre, coordinator: Cadre, committee: Unit, secretary: Cadre, leader: Cadre
) -> None:
    opinion = accusing(visitor, committee)
    problem = begun(opinion, coordinator)
    secretary.posts.create(
        role=Role.COORDINATOR, unit=committee, region=make_region(code=DISTRICT), since="2020-01-01"
    )
    seeing = {
        c.username: CommonProblem.objects.visible_to(fresh(c)).exists()
        for c in (secretary, coordinator, leader)
    }
    assert seeing == {"secretary": False, "coordinator": True, "leader": True}
    opinion.leave(by=coordinator, reason="分开办")
    assert not CommonProblem.objects.visible_to(fresh(secretary)).exists()
    assert CommonProblem.objects.visible_to(fresh(coordinator)).get() == problem


def test_an_opinion_that_comes_to_accuse_somebody_is_no_longer_in_the_problem(
    pair: tuple[Opinion, Opinion],
    problem: CommonProblem,
    coordinator: Cadre,
    secretary: Cadre,
    committee: Unit,
) -> None:
    pair[1].name_accused(by=coordinator, unit=committee)
    assert held(problem) == {pair[0].pk}
    # The problem itself accuses nobody: who knew it, knows it still.
    assert CommonProblem.objects.get().accused == ""


def test_whoever_sees_one_of_its_opinions_sees_the_problem_and_others_do_not(
    pair: tuple[Opinion, Opinion], problem: CommonProblem, visitor: Cadre, handler: Cadre, coordinator: Cadre,
    head: Cadre, transport: Unit, outsider: Cadre, administrator: Cadre,
) -> None:  # fmt: skip
    def sees(cadre: Cadre) -> bool:
        return CommonProblem.objects.visible_to(fresh(cadre)).exists()

    assert sees(visitor) and sees(coordinator)
    assert not any(sees(cadre) for cadre in (handler, outsider, administrator))
    pair[0].assign(by=coordinator, unit=transport, person=head)
    assert sees(handler)


def test_a_unit_sees_the_problems_of_what_it_leads_or_assists_in_as_long_as_that_is_in_them(
    pair: tuple[Opinion, Opinion], problem: CommonProblem, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    water, power = make_unit(code="water"), make_unit(code="power")
    assists = make_cadre(name="assists", role=Role.HEAD, unit=water)
    other = make_cadre(name="other", role=Role.HEAD, unit=power)
    # A case of the unit that is in no problem shows none.
    in_hand(make_opinion(by=pair[0].recorded_by), by=coordinator, unit=power, person=other)
    in_hand(pair[0], by=coordinator, unit=transport, person=head)
    pair[0].assist(by=coordinator, unit=water)
    problem.refresh_from_db()

    def sees() -> list[bool]:
        people = [fresh(cadre) for cadre in (head, assists, other)]
        return [CommonProblem.objects.visible_to(cadre).filter(pk=problem.pk).exists() for cadre in people]

    assert sees() == [True, True, False]
    pair[0].leave(by=coordinator, reason="不是同一件事")
    assert sees() == [False, False, False]


def test_an_opinion_that_comes_to_accuse_knows_that_it_is_in_no_problem(
    pair: tuple[Opinion, Opinion], problem: CommonProblem, coordinator: Cadre, committee: Unit
) -> None:
    assert Opinion.objects.get(pk=pair[0].pk).problem == problem
    pair[0].name_accused(by=coordinator, unit=committee)
    assert Opinion.objects.get(pk=pair[0].pk).problem is None


def test_what_was_joined_before_is_filled_in_again_as_the_steps_wrote_it(
    pair: tuple[Opinion, Opinion], problem: CommonProblem, visitor: Cadre, coordinator: Cadre
) -> None:
    make_opinion(by=visitor).join(by=coordinator, problem=new())
    pair[1].leave(by=coordinator, reason="不是同一个坑")
    make_opinion(by=visitor)
    every = Opinion.objects.order_by("pk").values_list("pk", "problem")
    written = list(every)
    assert [problem for _pk, problem in written].count(None) == 2
    for _twice in range(2):
        Opinion.objects.update(problem=None)
        fill(None, connection.schema_editor())
        assert list(every) == written


# the same matter


def test_the_same_matter_begins_one_problem_with_both(
    pair: tuple[Opinion, Opinion], visitor: Cadre, coordinator: Cadre
) -> None:
    pair[1].join_same(pair[0], by=visitor, key=uuid.uuid4())
    third = make_opinion(by=visitor)
    third.join_same(pair[1], by=coordinator, key=uuid.uuid4())
    problem = CommonProblem.objects.get()
    assert held(problem) == {pair[0].pk, pair[1].pk, third.pk}
    assert problem.title.startswith("路面坑洼")


def test_what_cannot_join_leaves_the_other_as_it_is(
    pair: tuple[Opinion, Opinion], coordinator: Cadre, visitor: Cadre, committee: Unit
) -> None:
    with pytest.raises(StepRefused):
        accusing(visitor, committee).join_same(pair[0], by=coordinator, key=uuid.uuid4())
    assert not CommonProblem.objects.exists() and not ProblemMembership.objects.exists()
    assert Event.objects.filter(verb="join").count() == 0


# what always holds

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["join", "join_same", "leave", "withdraw", "close", "open_again", "new"]),
        st.integers(0, 3), st.integers(0, 3),
    ),
    max_size=14,
)  # fmt: skip


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_is_tried_an_opinion_is_in_one_problem_and_its_history_is_whole(
    steps: list[tuple[str, int, int]], visitor: Cadre, coordinator: Cadre
) -> None:
    with transaction.atomic():
        cases = [make_opinion(by=visitor) for _n in range(4)]
        for verb, one, other in steps:
            try:
                with transaction.atomic():
                    tried(verb, cases, one, other, coordinator)
            except (StepRefused, ValidationError):
                continue
        check(cases)
        transaction.set_rollback(True)


def tried(verb: str, cases: list[Opinion], one: int, other: int, by: Cadre) -> None:
    problems = list(CommonProblem.objects.order_by("pk"))
    if verb == "new":
        cases[one].join(by=by, problem=new())
    elif verb == "join_same" and one != other:
        cases[one].join_same(cases[other], by=by, key=uuid.uuid4())
    elif verb in ("leave", "withdraw"):
        getattr(cases[one], verb)(by=by, reason="试")
    elif problems:
        problem = problems[other % len(problems)]
        if verb == "join":
            cases[one].join(by=by, problem=problem)
        elif verb in ("close", "open_again") and problem.is_open == (verb == "close"):
            getattr(problem, verb)(by=by, version=problem.version, text="试")


def check(cases: list[Opinion]) -> None:
    for case in cases:
        rows = list(ProblemMembership.objects.filter(opinion=case).order_by("pk"))
        assert [row.left_at is None for row in rows[:-1]] == [False] * (len(rows) - 1)
        assert all(a.left_at <= b.joined_at for a, b in pairwise(rows))
        events = Event.objects.filter(opinion=case)
        joins = [e.details["problem"] for e in events.filter(verb="join").order_by("pk")]
        left = [e.details["left"] for e in events.order_by("pk") if "left" in e.details]
        assert joins == [row.problem_id for row in rows]
        assert left == [row.problem_id for row in rows if row.left_at]
        stored = Opinion.objects.get(pk=case.pk)
        if stored.state == State.WITHDRAWN:
            assert not rows or rows[-1].left_at
        assert stored.problem_id == next((row.problem_id for row in rows if row.left_at is None), None)
    for problem in CommonProblem.objects.all():
        rows = ProblemMembership.objects.filter(problem=problem, left_at=None)
        assert Opinion.objects.in_problem(problem).count() == rows.count()
        codes = [row.opinion.region_id for row in rows]
        assert not codes or problem.region_id == smallest_region(*codes) == GRID[:12]
