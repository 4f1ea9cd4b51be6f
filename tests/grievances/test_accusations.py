"""Where an accusation lies, and from whom it is kept: also one that is named, released or referred later."""

from datetime import timedelta
from itertools import product

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from grievances.desk import queues
from grievances.dispatching.proposals import propose
from grievances.errors import StepRefused
from grievances.forms.choices import is_offered, units_for
from grievances.models import Opinion
from grievances.steps.record import Accused
from tests.factories import DISTRICT, GRID, TOWN, fresh, make_cadre, make_opinion, make_unit
from villages.models import Cadre, Post, Region, Role, Unit

QUEUE = {queue.name: queue for queue in queues.QUEUES}


def waiting(name: str, cadre: Cadre) -> list[str]:
    return [case.number for case in queues.rows(QUEUE[name], fresh(cadre))]


def region(code: str) -> Region:
    return Region.objects.get(code=code)


@pytest.fixture
def case(visitor: Cadre, town_coordinator: Cadre, coordinator: Cadre) -> Opinion:
    """A plain opinion on the town's desk."""
    return make_opinion(by=visitor)


@pytest.fixture
def unknown(visitor: Cadre, town_coordinator: Cadre, coordinator: Cadre) -> Opinion:
    """Complains about somebody who isn't known."""
    return make_opinion(by=visitor, accused=[Accused()])


def test_naming_the_town_moves_the_case_to_the_districts_desk(
    case: Opinion, town: Unit, town_coordinator: Cadre, coordinator: Cadre
) -> None:
    case.name_accused(by=town_coordinator, unit=town)
    assert case.desk_id == DISTRICT
    assert waiting("to-dispatch", coordinator) == [case.number]
    assert waiting("to-dispatch", town_coordinator) == []


def test_naming_somebody_else_leaves_it_on_the_towns_desk(
    case: Opinion, committee: Unit, town_coordinator: Cadre
) -> None:
    case.name_accused(by=town_coordinator, unit=committee)
    assert case.desk_id == TOWN and waiting("to-dispatch", town_coordinator) == [case.number]


def test_naming_never_brings_a_referred_case_down_again(
    case: Opinion, committee: Unit, town_coordinator: Cadre, coordinator: Cadre
) -> None:
    case.refer(by=town_coordinator, to=region(DISTRICT), reason="跨镇")
    case.name_accused(by=coordinator, unit=committee)
    assert case.desk_id == DISTRICT


def test_what_the_town_holds_when_it_is_named_waits_for_the_district_again(
    case: Opinion, town: Unit, town_coordinator: Cadre, coordinator: Cadre
) -> None:
    person = make_cadre(name="mayor", role=Role.HEAD, unit=town)
    case.assign(by=town_coordinator, unit=town, person=person)
    case.name_accused(by=coordinator, unit=town)
    assert (case.state, case.desk_id) == ("collected", DISTRICT)
    assert waiting("handed-back", coordinator) == [case.number]


def test_a_case_that_comes_back_after_its_coordinator_came_to_be_accused_goes_up(
    visitor: Cadre, committee: Unit, secretary: Cadre, town_coordinator: Cadre, coordinator: Cadre
) -> None:
    water = make_cadre(name="water", role=Role.HEAD, unit=committee.parent)
    opinion = make_opinion(by=visitor, accused=[Accused(unit=committee)])
    opinion.assign(by=town_coordinator, unit=committee.parent, person=water)
    town_coordinator.posts.create(role=Role.HANDLER, unit=committee)
    opinion.take_away(by=None)
    assert opinion.desk_id == DISTRICT and waiting("handed-back", coordinator) == [opinion.number]


@pytest.mark.parametrize("left", [False, True], ids=["in force", "ended since"])
def test_an_accusation_is_not_referred_to_a_level_whose_coordinators_it_accuses(
    visitor: Cadre, town: Unit, town_coordinator: Cadre, coordinator: Cadre, left: bool
) -> None:
    opinion = make_opinion(by=visitor, accused=[Accused(unit=town)])
    if left:
        # They dispatch for the town from another unit by now.
        Post.objects.filter(cadre=town_coordinator).update(until=timezone.localdate())
        Post.objects.create(
            cadre=town_coordinator, role=Role.COORDINATOR, unit=coordinator.unit, region=town.region
        )
    with pytest.raises(ValidationError) as refused:
        opinion.refer(by=coordinator, to=region(TOWN), reason="镇里办")
    assert "to" in refused.value.error_dict


def test_nothing_is_referred_to_a_level_without_a_coordinator(
    visitor: Cadre, town_coordinator: Cadre
) -> None:
    with pytest.raises(ValidationError):
        make_opinion(by=visitor).refer(by=town_coordinator, to=region(DISTRICT), reason="跨镇")


def test_an_accusation_of_nobody_known_is_referred_down_only_after_its_release(
    unknown: Opinion, coordinator: Cadre, town_coordinator: Cadre
) -> None:
    with pytest.raises(ValidationError):
        unknown.refer(by=coordinator, to=region(TOWN), reason="镇里办")
    unknown.release(by=coordinator)
    unknown.refer(by=coordinator, to=region(TOWN), reason="镇里办")
    assert waiting("to-dispatch", town_coordinator) == [unknown.number]


def test_before_its_release_nobody_below_the_district_can_be_made_to_answer(
    unknown: Opinion, coordinator: Cadre, committee: Unit, secretary: Cadre, transport: Unit
) -> None:
    assert committee not in units_for(unknown, coordinator)
    with pytest.raises(ValidationError) as refused:
        unknown.assign(by=coordinator, unit=committee, person=secretary)
    assert "unit" in refused.value.error_dict
    narrow = make_cadre(name="narrow", role=Role.HANDLER, unit=transport, region=TOWN)
    with pytest.raises(ValidationError):
        unknown.assign(by=coordinator, unit=transport, person=narrow)


def test_a_unit_is_offered_if_it_is_among_those_to_which_a_coordinator_may_dispatch_the_case(
    case: Opinion, unknown: Opinion, visitor: Cadre, coordinator: Cadre, town_coordinator: Cadre, handler: Cadre,
    transport: Unit, town: Unit, committee: Unit,
) -> None:  # fmt: skip
    places = ("32", "3209", "320903", DISTRICT, "320904002", "320904002001", f"{TOWN}009", GRID)
    for place in places:
        make_unit(code=f"at-{place}", region=place)
    named = [make_opinion(by=visitor, accused=[Accused(unit=unit)]) for unit in (transport, committee)]
    cases = [case, unknown, *named, make_opinion(by=visitor, kind="anonymous")]
    for one, cadre in product(cases, map(fresh, (coordinator, town_coordinator, handler))):
        offered = {unit for unit in Unit.objects.all() if is_offered(unit, one, cadre)}
        assert offered == set(units_for(one, cadre))
    assert {unit.code for unit in units_for(case, coordinator)} >= {
        "at-320904",
        transport.code,
        committee.code,
    }


def test_before_its_release_the_districts_people_answer_and_pass_it_on_only_among_them(
    unknown: Opinion, coordinator: Cadre, transport: Unit, head: Cadre, handler: Cadre, committee: Unit
) -> None:
    narrow = make_cadre(name="narrow", role=Role.HANDLER, unit=transport, region=TOWN)
    unknown.assign(by=coordinator, unit=transport)
    with pytest.raises(ValidationError):
        unknown.transfer(by=head, person=narrow)
    with pytest.raises(ValidationError):
        unknown.assist(by=coordinator, unit=committee)
    unknown.transfer(by=head, person=handler)
    assert Opinion.objects.visible_to(fresh(handler)).filter(pk=unknown.pk).exists()


def test_after_its_release_the_committee_answers(
    unknown: Opinion, coordinator: Cadre, committee: Unit, secretary: Cadre
) -> None:
    unknown.release(by=coordinator)
    unknown.assign(by=coordinator, unit=committee)
    assert unknown.person == secretary


def test_the_rules_propose_nobody_from_whom_it_is_kept(
    unknown: Opinion, coordinator: Cadre, committee: Unit, secretary: Cadre
) -> None:
    from grievances.models import DispatchRule

    DispatchRule.objects.create(category=unknown.category.parent, unit=committee)
    assert propose(unknown, coordinator=coordinator).unit is None


def test_whoever_heard_it_does_not_solve_on_the_spot_what_is_kept_from_them(
    unknown: Opinion, visitor: Cadre
) -> None:
    with pytest.raises(ValidationError) as refused:
        unknown.solve_on_the_spot(by=visitor, account="解决了")
    assert "account" in refused.value.error_dict


def test_only_an_accusation_of_nobody_known_can_be_released_and_once(
    case: Opinion, visitor: Cadre, committee: Unit, coordinator: Cadre, unknown: Opinion
) -> None:
    named = make_opinion(by=visitor, accused=[Accused(unit=committee)])
    for opinion, by in ((case, coordinator), (named, coordinator)):
        by = make_cadre(name=f"of-{opinion.pk}", role=Role.COORDINATOR, unit=by.unit, region=opinion.desk_id)
        with pytest.raises(StepRefused):
            opinion.release(by=by)
    unknown.release(by=coordinator)
    with pytest.raises(StepRefused):
        unknown.release(by=coordinator)


def test_a_coordinator_who_left_the_accused_unit_since_is_passed_over(
    visitor: Cadre, town: Unit, committee: Unit, town_coordinator: Cadre, coordinator: Cadre
) -> None:
    town_coordinator.posts.create(
        role=Role.HANDLER, unit=committee, since="2020-01-01", until=timezone.localdate() + timedelta(days=1)
    )
    opinion = make_opinion(by=visitor, accused=[Accused(unit=committee)])
    assert opinion.desk_id == DISTRICT


@pytest.mark.parametrize(
    ("since", "until"), [("2020-01-01", 0), ("2120-01-01", None)], ids=["left", "future"]
)
def test_a_unit_that_moves_under_the_accused_takes_the_cases_of_its_former_and_future_people_away(
    visitor: Cadre, committee: Unit, coordinator: Cadre, transport: Unit, head: Cadre, since: str, until: int
) -> None:
    """What the database's trigger would refuse goes back to dispatch first."""
    team = make_unit(code="team")
    last = None if until is None else timezone.localdate()
    opinion = make_opinion(by=visitor, accused=[Accused(unit=committee)])
    opinion.assign(by=coordinator, unit=transport)
    head.posts.create(role=Role.HANDLER, unit=team, since=since, until=last)
    team.move(parent=committee)
    opinion.refresh_from_db()
    assert (opinion.state, opinion.unit) == ("collected", None)
