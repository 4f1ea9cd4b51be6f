"""Who sees what: the one door, and the accused on the other side of it."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from grievances.flow.relations import relations
from grievances.models import Accusation, Assignment, Opinion
from grievances.steps.record import Accused
from grievances.workflow import Relation, State
from tests.factories import DISTRICT, GRID, fresh, make_cadre, make_category, make_opinion, make_unit
from villages.models import Cadre, Post, Role, Unit


def sees(cadre: Cadre, opinion: Opinion) -> bool:
    return Opinion.objects.visible_to(fresh(cadre)).filter(pk=opinion.pk).exists()


def test_a_named_opinion_is_seen_by_its_place_and_its_unit_only(
    visitor: Cadre, coordinator: Cadre, leader: Cadre, auditor: Cadre, caller: Cadre, handler: Cadre,
    head: Cadre, administrator: Cadre, outsider: Cadre, transport: Unit,
) -> None:  # fmt: skip
    opinion = make_opinion(by=visitor)
    assert all(sees(cadre, opinion) for cadre in (visitor, coordinator, leader, auditor, caller))
    assert not any(sees(cadre, opinion) for cadre in (handler, head, administrator, outsider))
    opinion.assign(by=coordinator, unit=transport)
    assert sees(handler, opinion) and sees(head, opinion)


def test_a_visitor_of_another_grid_does_not_see_it(visitor: Cadre, committee: Unit) -> None:
    other = make_cadre(name="other", role=Role.VISITOR, unit=committee, region="320904001001002")
    assert not sees(other, make_opinion(by=visitor))


def test_a_confidential_opinion_stands_at_the_village_and_not_with_other_visitors(
    visitor: Cadre, committee: Unit
) -> None:
    other = make_cadre(name="other", role=Role.VISITOR, unit=committee)
    opinion = make_opinion(by=visitor, kind="confidential")
    assert opinion.region_id == GRID[:12]
    assert sees(visitor, opinion) and not sees(other, opinion)


def test_an_anonymous_opinion_leads_to_nobody(visitor: Cadre, leader: Cadre) -> None:
    opinion = make_opinion(by=visitor, kind="anonymous")
    assert opinion.recorded_by is None and not opinion.informants.exists()
    assert timezone.localtime(opinion.recorded_at).hour == timezone.localtime(opinion.said_at).hour == 0
    assert opinion.events.get().actor is None and opinion.pk > 1 << 40
    assert sees(leader, opinion) and not sees(visitor, opinion)


def test_no_row_of_an_anonymous_opinion_has_an_id_next_to_those_of_its_visit(
    visitor: Cadre, coordinator: Cadre, committee: Unit, transport: Unit, head: Cadre
) -> None:
    make_opinion(by=visitor)
    opinion = make_opinion(by=visitor, kind="anonymous", accused=[Accused(unit=committee)])
    rows = (opinion.events, opinion.spans, opinion.clocks, opinion.accusations)
    assert all(row.get().pk < -1 for row in rows)
    opinion.assign(by=coordinator, unit=transport)
    assert [event.verb for event in opinion.events.all()] == ["record", "assign"]
    assert opinion.spans.get(until=None).state == "assigned"


def test_a_post_that_ended_yesterday_gives_nothing(visitor: Cadre, leader: Cadre) -> None:
    opinion = make_opinion(by=visitor)
    Post.objects.filter(cadre=leader).update(until=timezone.localdate() - timedelta(days=1))
    assert not sees(leader, opinion)


def test_the_last_day_of_a_post_still_counts(visitor: Cadre, leader: Cadre) -> None:
    opinion = make_opinion(by=visitor)
    Post.objects.filter(cadre=leader).update(until=timezone.localdate())
    assert sees(leader, opinion)


def test_several_posts_act_together(visitor: Cadre, outsider: Cadre, leader: Cadre) -> None:
    opinion = make_opinion(by=visitor)
    Post.objects.create(cadre=outsider, role=Role.LEADER, unit=leader.unit, since="2020-01-01")
    assert sees(outsider, opinion)


@pytest.fixture
def accusing(visitor: Cadre, committee: Unit) -> Opinion:
    """Complains about the committee in which its own visitor sits."""
    return make_opinion(
        by=visitor, accused=[Accused(unit=committee)],
        category=make_category(code="conduct-attitude", demands_accused=True),
    )  # fmt: skip


def test_the_accused_unit_its_people_and_its_visitor_never_see_it(
    accusing: Opinion, visitor: Cadre, secretary: Cadre, town_coordinator: Cadre, leader: Cadre
) -> None:
    assert not sees(visitor, accusing) and not sees(secretary, accusing)
    assert sees(town_coordinator, accusing) and sees(leader, accusing)


def test_a_sub_unit_of_the_accused_does_not_see_it(
    visitor: Cadre, town: Unit, secretary: Cadre, town_coordinator: Cadre, coordinator: Cadre
) -> None:
    opinion = make_opinion(by=visitor, accused=[Accused(unit=town)])
    assert not any(sees(cadre, opinion) for cadre in (visitor, secretary, town_coordinator))
    assert opinion.desk_id == DISTRICT and sees(coordinator, opinion)


def test_an_accused_person_does_not_see_it_but_their_colleagues_may(
    visitor: Cadre, leader: Cadre, coordinator: Cadre
) -> None:
    opinion = make_opinion(by=visitor, accused=[Accused(cadre=leader)])
    assert not sees(leader, opinion) and sees(coordinator, opinion)


def test_whoever_left_the_accused_unit_since_does_not_see_it_nor_is_anything_to_it(
    accusing: Opinion, leader: Cadre, committee: Unit
) -> None:
    today = timezone.localdate()
    leader.posts.create(role=Role.VISITOR, unit=committee, since="2020-01-01", until=today)
    assert not sees(leader, accusing)
    assert relations(accusing, fresh(leader)) == frozenset()


def test_whoever_left_the_accused_unit_before_it_came_in_sees_it(
    accusing: Opinion, leader: Cadre, committee: Unit
) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    leader.posts.create(role=Role.VISITOR, unit=committee, since="2020-01-01", until=yesterday)
    assert sees(leader, accusing)
    assert relations(accusing, fresh(leader)) == {Relation.LEADER}


def test_the_accused_units_future_head_does_not_see_it(
    accusing: Opinion, leader: Cadre, committee: Unit
) -> None:
    later = timezone.localdate() + timedelta(days=20)
    leader.posts.create(role=Role.HEAD, unit=committee, since=later)
    assert not sees(leader, accusing)
    assert relations(accusing, fresh(leader)) == frozenset()


def test_somebody_transferred_out_of_the_accused_unit_yesterday_does_not_see_what_came_in_before(
    visitor: Cadre, leader: Cadre, committee: Unit
) -> None:
    opinion = make_opinion(
        by=visitor, accused=[Accused(unit=committee)], at=timezone.now() - timedelta(days=9)
    )
    yesterday = timezone.localdate() - timedelta(days=1)
    leader.posts.create(role=Role.VISITOR, unit=committee, since="2020-01-01", until=yesterday)
    assert not sees(leader, opinion)
    Post.objects.filter(until=yesterday).update(until=yesterday - timedelta(days=9))
    assert sees(leader, opinion)


def test_nobody_known_is_for_the_district_until_somebody_there_has_looked(
    visitor: Cadre, town_coordinator: Cadre, coordinator: Cadre
) -> None:
    opinion = make_opinion(by=visitor, accused=[Accused()])
    assert not sees(town_coordinator, opinion) and sees(coordinator, opinion)
    opinion.release(by=coordinator)
    assert sees(town_coordinator, opinion)


def test_the_accused_cannot_be_assigned_by_the_form_nor_by_the_database(
    accusing: Opinion, committee: Unit, secretary: Cadre, coordinator: Cadre
) -> None:
    with pytest.raises(ValidationError) as refused:
        accusing.assign(by=coordinator, unit=committee)
    assert "unit" in refused.value.error_dict
    with pytest.raises(IntegrityError), transaction.atomic():
        Opinion.objects.filter(pk=accusing.pk).update(unit=committee, person=secretary, state="assigned")


def test_naming_the_holder_takes_the_case_away(
    visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    opinion = make_opinion(by=visitor)
    opinion.assign(by=coordinator, unit=transport)
    opinion.name_accused(by=coordinator, unit=transport)
    assert opinion.state == State.COLLECTED and not sees(head, opinion)
    assert not Assignment.objects.filter(opinion=opinion, ended_at=None).exists()


def test_a_new_post_with_the_accused_takes_the_case_away(
    accusing: Opinion, coordinator: Cadre, transport: Unit, head: Cadre, committee: Unit
) -> None:
    accusing.assign(by=coordinator, unit=transport)
    Post.objects.create(cadre=head, role=Role.VISITOR, unit=committee)
    accusing.refresh_from_db()
    assert accusing.state == State.COLLECTED and not sees(head, accusing)


def test_the_database_refuses_a_post_that_would_leave_a_case_with_the_accused(
    accusing: Opinion, coordinator: Cadre, transport: Unit, head: Cadre, committee: Unit
) -> None:
    accusing.assign(by=coordinator, unit=transport)
    post = Post(cadre=head, role=Role.VISITOR, unit=committee, region=committee.region)
    with pytest.raises(IntegrityError), transaction.atomic():
        Post.objects.bulk_create([post])


def test_a_unit_moved_under_the_accused_loses_the_case(
    accusing: Opinion, coordinator: Cadre, transport: Unit, head: Cadre, committee: Unit
) -> None:
    accusing.assign(by=coordinator, unit=transport)
    transport.move(parent=committee)
    accusing.refresh_from_db()
    assert accusing.state == State.COLLECTED and not sees(head, accusing)


def test_the_database_refuses_to_name_a_holder_behind_the_program(
    visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    opinion = make_opinion(by=visitor)
    opinion.assign(by=coordinator, unit=transport)
    with pytest.raises(IntegrityError), transaction.atomic():
        Accusation.objects.create(opinion=opinion, unit=transport, named_at=timezone.now())


def test_an_accused_coordinator_is_passed_over(visitor: Cadre, town_coordinator: Cadre) -> None:
    opinion = make_opinion(by=visitor, accused=[Accused(cadre=town_coordinator)])
    assert opinion.desk_id == DISTRICT


def test_assisting_units_see_the_case(
    visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre
) -> None:
    water = make_unit(code="water")
    helper = make_cadre(name="helper", role=Role.HANDLER, unit=water)
    opinion = make_opinion(by=visitor)
    opinion.assign(by=coordinator, unit=transport)
    opinion.assist(by=coordinator, unit=water)
    assert sees(helper, opinion)
