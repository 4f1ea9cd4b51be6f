"""Absences: who may stand in for whom and when, also when two people note one at the same moment."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import DISTRICT, fresh, make_cadre, make_unit
from tests.grievances.test_races import at_once
from villages.models import Absence, Cadre, Post, Role, Unit


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """What is refused is read in English."""
    with translation.override("en"):
        yield


def day(n: int) -> date:
    return timezone.localdate() + timedelta(days=n)


def away(
    cadre: Cadre, substitute: Cadre, first: int = 0, last: int = 3, *, by: Cadre | None = None
) -> Absence:
    return Absence.set(
        by=by or cadre, cadre=fresh(cadre), substitute=fresh(substitute), since=day(first), until=day(last)
    )


@pytest.fixture
def colleague(transport: Unit) -> Cadre:
    return make_cadre(name="colleague", role=Role.HANDLER, unit=transport)


@pytest.fixture
def third(transport: Unit) -> Cadre:
    return make_cadre(name="third", role=Role.HANDLER, unit=transport)


def refused(field: str, *args: object, **kwargs: object) -> str:
    with pytest.raises(ValidationError) as error:
        away(*args, **kwargs)
    assert field in error.value.message_dict
    return error.value.messages[0]


def test_the_desk_is_lent_from_the_first_day_to_the_last(handler: Cadre, colleague: Cadre) -> None:
    absence = away(handler, colleague)
    assert [lender.pk for lender in fresh(colleague).lenders] == [handler.pk]
    for since, until, lent in ((1, 3, []), (-3, -1, []), (-3, 0, [handler.pk]), (0, 0, [handler.pk])):
        Absence.objects.filter(pk=absence.pk).update(since=day(since), until=day(until))
        assert [lender.pk for lender in fresh(colleague).lenders] == lent
    assert fresh(handler).lenders == []


def test_only_posts_that_somebody_can_keep_are_lent(
    handler: Cadre, colleague: Cadre, transport: Unit
) -> None:
    for role in set(Role) - {Role.HANDLER}:
        Post.objects.create(cadre=handler, role=role, unit=transport, since="2020-01-01")
    away(handler, colleague)
    lent = {post.role for post in fresh(colleague).lenders[0].own_posts}
    assert lent == {Role.HANDLER, Role.HEAD, Role.COORDINATOR, Role.CALLER}
    assert fresh(colleague).roles == lent and not fresh(colleague).is_staff


def test_posts_are_read_in_one_query_also_for_whoever_stands_in(
    handler: Cadre, colleague: Cadre, third: Cadre, django_assert_num_queries: object
) -> None:
    away(handler, colleague)
    away(third, colleague)
    for cadre, many in ((fresh(colleague), 3), (fresh(handler), 1)):
        with django_assert_num_queries(1):
            assert len(cadre.posts_in_force) == many
            assert all(
                post.cadre.posts_ever and post.unit.path and post.region for post in cadre.posts_in_force
            )


def test_nothing_is_lent_by_the_disabled_nor_to_them_nor_to_who_has_left_the_unit(
    handler: Cadre, colleague: Cadre
) -> None:
    away(handler, colleague)
    for cadre in (handler, colleague):
        Cadre.objects.filter(pk=cadre.pk).update(is_active=False)
        assert fresh(colleague).lenders == []
        Cadre.objects.filter(pk=cadre.pk).update(is_active=True)
    assert fresh(colleague).lenders
    elsewhere = make_unit(code="housing")
    Post.objects.filter(cadre=colleague).update(unit=elsewhere)
    assert fresh(colleague).lenders == []


def test_what_is_lent_is_not_lent_on(handler: Cadre, colleague: Cadre, third: Cadre) -> None:
    Absence.objects.create(cadre=handler, substitute=colleague, since=day(0), until=day(3), set_by=handler)
    assert "stands in for" in refused("since", colleague, third)
    assert "is away from" in refused("substitute", third, handler)
    with pytest.raises(IntegrityError, match="somebody is away twice"), transaction.atomic():
        Absence.objects.create(cadre=colleague, substitute=third, since=day(3), until=day(9), set_by=third)
    away(colleague, third, 4, 9)


def test_two_absences_of_a_person_share_no_day(handler: Cadre, colleague: Cadre, third: Cadre) -> None:
    away(handler, colleague)
    assert "already" in refused("since", handler, third, 3, 5)
    with pytest.raises(IntegrityError, match="somebody is away twice"), transaction.atomic():
        Absence.objects.create(cadre=handler, substitute=third, since=day(3), until=day(9), set_by=third)
    away(handler, third, 4, 5)


@pytest.mark.parametrize(("first", "last"), [(2, 1), (-3, -1), (0, 400)])
def test_days_that_make_no_sense_are_refused(handler: Cadre, colleague: Cadre, first: int, last: int) -> None:
    refused("until", handler, colleague, first, last)
    assert not Absence.objects.exists()


def test_whoever_stands_in_is_of_the_unit_or_above_or_below_it(
    town: Unit, committee: Unit, transport: Unit
) -> None:
    clerk = make_cadre(name="clerk", role=Role.HANDLER, unit=committee)
    above = make_cadre(name="above", role=Role.VISITOR, unit=town)
    beside = make_cadre(name="beside", role=Role.HANDLER, unit=make_unit(code="next", parent=town))
    stranger = make_cadre(name="stranger", role=Role.HANDLER, unit=transport)
    for other in (beside, stranger, clerk):
        refused("substitute", clerk, other)
    away(clerk, above)
    away(above := make_cadre(name="head", role=Role.HEAD, unit=town), beside)
    assert fresh(beside).lenders == [above]


def test_nobody_who_controls_or_has_left_stands_in(handler: Cadre, transport: Unit) -> None:
    for role in (Role.AUDITOR, Role.ADMINISTRATOR):
        refused("substitute", handler, make_cadre(name=role, role=role, unit=transport))
    gone = make_cadre(name="gone", role=Role.HANDLER, unit=transport)
    Cadre.objects.filter(pk=gone.pk).update(is_active=False)
    refused("substitute", handler, gone)


def test_nobody_takes_a_desk_by_themselves_but_a_head_those_of_their_own_handlers(
    handler: Cadre, head: Cadre, colleague: Cadre, petitions: Unit
) -> None:
    refused("substitute", handler, colleague, by=colleague)
    away(handler, head, by=head)
    chief = make_cadre(name="chief", role=Role.HEAD, unit=petitions)
    caller = make_cadre(name="phone", role=Role.CALLER, unit=petitions, region=DISTRICT)
    refused("substitute", caller, chief, by=chief)
    away(caller, chief)


def test_whoever_has_no_desk_needs_nobody(visitor: Cadre, secretary: Cadre) -> None:
    with pytest.raises(ValidationError, match="no desk"):
        away(visitor, secretary)


def test_an_absence_that_ends_lends_nothing_from_today(handler: Cadre, colleague: Cadre) -> None:
    running, coming = away(handler, colleague), away(handler, colleague, 5, 6)
    Absence.objects.filter(pk=running.pk).update(since=day(-2))
    running.refresh_from_db()
    running.end()
    coming.end()
    assert [(row.since, row.until) for row in Absence.objects.all()] == [(day(-2), day(-1))]
    assert fresh(colleague).lenders == []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    wishes=st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 12), st.integers(0, 5)),
        min_size=2, max_size=8,
    )
)  # fmt: skip
def test_the_desk_of_each_day_is_kept_by_exactly_one_who_is_there(
    transport: Unit, wishes: list[tuple[int, int, int, int]]
) -> None:
    people = [Cadre.objects.filter(username=f"p{n}").first() or make_cadre(
        name=f"p{n}", role=Role.HANDLER, unit=transport) for n in range(4)]  # fmt: skip
    with transaction.atomic():
        for who, substitute, first, length in wishes:
            try:
                away(people[who], people[substitute], first, first + length)
            except ValidationError:
                continue
        for n in range(20):
            today = list(Absence.objects.in_force(day(n)))
            absent = [row.cadre_id for row in today]
            assert len(absent) == len(set(absent))
            assert not {row.substitute_id for row in today} & set(absent)
        transaction.set_rollback(True)


def test_of_two_absences_noted_at_the_same_moment_one_is_refused_in_words(committed_db: None) -> None:
    transport = make_unit(code="transport")
    one, two, three = (make_cadre(name=name, role=Role.HANDLER, unit=transport) for name in "abc")
    for n, (first, second) in enumerate(
        (((one, two), (one, three)), ((one, two), (two, three)), ((one, two), (three, one)))
    ):
        jobs = [lambda pair=pair, n=n: away(*pair, 10 * n, 10 * n + 3) for pair in (first, second)]
        results = at_once(*jobs)
        assert [type(result) for result in results].count(ValidationError) == 1, results
        assert Absence.objects.filter(since=day(10 * n)).count() == 1
