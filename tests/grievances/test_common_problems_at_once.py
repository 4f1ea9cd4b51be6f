"""Two people join at the same moment, with real threads and real transactions."""

import uuid
from collections.abc import Callable

import pytest

from grievances.errors import StepRefused
from grievances.models import CommonProblem, Event, Opinion, ProblemMembership
from tests.factories import DISTRICT, fresh, make_cadre, make_opinion, make_unit
from tests.grievances.test_races import at_once
from villages.models import Cadre, Role

ROUNDS = 5


@pytest.fixture
def two(committed_db: None) -> tuple[Cadre, Cadre]:
    petitions = make_unit(code="petitions")
    return (
        make_cadre(name="one", role=Role.COORDINATOR, unit=petitions),
        make_cadre(name="other", role=Role.VISITOR, unit=petitions, region=DISTRICT),
    )


def joining(case: Opinion, by: Cadre) -> Callable[[], Event]:
    """Joining it to a problem of one's own."""
    new = CommonProblem(key=uuid.uuid4(), title=by.username)
    return lambda: Opinion.objects.get(pk=case.pk).join(by=fresh(by), problem=new)


def same_as(known: Opinion, case: Opinion, by: Cadre) -> Callable[[], None]:
    return lambda: case.join_same(known, by=fresh(by), key=uuid.uuid4())


def test_an_opinion_lands_in_one_of_two_problems_and_two_same_matters_in_one(
    two: tuple[Cadre, Cadre],
) -> None:
    one, other = two
    for n in range(ROUNDS):
        case, known, *more = (make_opinion(by=other) for _n in range(4))
        told = at_once(joining(case, one), joining(case, other))
        assert sorted(isinstance(result, StepRefused) for result in told) == [False, True], told
        assert ProblemMembership.objects.filter(opinion=case).count() == 1
        assert CommonProblem.objects.count() == 2 * n + 1
        assert at_once(same_as(known, more[0], one), same_as(known, more[1], other)) == [None, None]
        rows = ProblemMembership.objects.filter(opinion__in=[known, *more])
        assert rows.count() == 3 and len(set(rows.values_list("problem", flat=True))) == 1
    assert Event.objects.filter(verb="join").count() == 4 * ROUNDS


def test_whoever_comes_first_of_those_who_join_take_out_and_withdraw_a_case_knows_its_problem(
    two: tuple[Cadre, Cadre],
) -> None:
    one, other = two
    for _n in range(ROUNDS):
        case, more, elsewhere = (make_opinion(by=other) for _n in range(3))
        for joined in (case, elsewhere):
            joining(joined, one)()
        problem = CommonProblem.objects.get(memberships__opinion=elsewhere)
        at_once(
            lambda case=case: Opinion.objects.get(pk=case.pk).leave(by=fresh(one), reason="另一件"),
            lambda case=case, problem=problem: Opinion.objects.get(pk=case.pk).join(
                by=fresh(other), problem=problem
            ),
            lambda case=case: Opinion.objects.get(pk=case.pk).withdraw(by=fresh(one), reason="重复"),
            same_as(case, more, other),
        )
        for row in Opinion.objects.all():
            current = row.problem_memberships.filter(left_at=None).first()
            assert row.problem_id == (current.problem_id if current else None)
