"""Figures: one definition, equal to a plain count, today and on past days."""

from datetime import timedelta

import pytest
from django.utils import timezone

from grievances.measures import figures
from grievances.measures.boards import Board
from grievances.measures.rates import Rate
from grievances.models import Opinion
from grievances.steps.record import Accused
from tests.factories import DISTRICT, fresh, make_campaign, make_opinion
from villages.models import Cadre, Region, Unit


def of(cadre: Cadre, **more: object) -> dict[str, int]:
    as_of = more.get("as_of")
    return figures.count(figures.rows(cadre=fresh(cadre), **more), as_of=as_of)


def test_explained_is_counted_apart_from_resolved(
    visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre, leader: Cadre
) -> None:
    for verb, more in (("resolve", {}), ("explain", {"ground": "policy"})):
        opinion = make_opinion(by=visitor)
        opinion.assign(by=coordinator, unit=transport)
        opinion.accept(by=head)
        getattr(opinion, verb)(by=head, account="查了", public="答复", **more)
    counted = of(leader)
    assert (counted["collected"], counted["resolved"], counted["explained"], counted["open"]) == (2, 1, 1, 0)


def test_a_withdrawn_opinion_is_not_collected(visitor: Cadre, coordinator: Cadre, leader: Cadre) -> None:
    make_opinion(by=visitor).withdraw(by=coordinator, reason="测试")
    assert of(leader)["collected"] == 0


def test_a_past_day_stays_as_it_was(
    visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre, leader: Cadre
) -> None:
    today, now = timezone.localdate(), timezone.now()
    opinion = make_opinion(by=visitor, at=now - timedelta(days=9))
    opinion.assign(by=coordinator, unit=transport, at=now - timedelta(days=6))
    opinion.withdraw(by=coordinator, reason="重复")
    assert of(leader, as_of=today - timedelta(days=10))["collected"] == 0
    assert of(leader, as_of=today - timedelta(days=8))["assigned"] == 0
    assert of(leader, as_of=today - timedelta(days=3))["assigned"] == 1
    assert of(leader)["collected"] == 0


def test_late_comes_with_time_alone(visitor: Cadre, leader: Cadre) -> None:
    make_opinion(by=visitor, at=timezone.now() - timedelta(days=20))
    today = timezone.localdate()
    assert of(leader)["late"] == 1
    assert of(leader, as_of=today - timedelta(days=3))["late"] == 1
    assert of(leader, as_of=today - timedelta(days=10))["late"] == 0


def test_the_accused_counts_less_so_that_figure_and_list_agree(
    visitor: Cadre, leader: Cadre, secretary: Cadre, committee: Unit
) -> None:
    make_opinion(by=visitor)
    make_opinion(by=visitor, accused=[Accused(cadre=leader)])
    assert of(leader)["collected"] == 1
    assert of(leader)["collected"] == Opinion.objects.visible_to(fresh(leader)).count()


def test_a_figure_and_its_list_agree_on_every_name_and_day(
    visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre, caller: Cadre, leader: Cadre
) -> None:
    now = timezone.now()
    opinion = make_opinion(by=visitor, at=now - timedelta(days=9))
    opinion.assign(by=coordinator, unit=transport, at=now - timedelta(days=8))
    opinion.accept(by=head, at=now - timedelta(days=7))
    opinion.resolve(by=head, account="补", public="好", at=now - timedelta(days=5))
    opinion.call_back(by=caller, contacted=True, solved=False, satisfied=False, at=now - timedelta(days=2))
    for days in (0, 1, 3, 6, 8, 12):
        day = timezone.localdate() - timedelta(days=days)
        found = figures.rows(cadre=fresh(leader), as_of=day)
        counted = figures.count(found, as_of=day)
        listed = {name: figures.listed(found, name, as_of=day).count() for name in figures.FIGURES}
        assert counted == listed


def test_what_a_call_back_found_stays_counted_until_the_next_answer(
    visitor: Cadre, coordinator: Cadre, transport: Unit, head: Cadre, caller: Cadre, leader: Cadre
) -> None:
    opinion = make_opinion(by=visitor)
    opinion.assign(by=coordinator, unit=transport)
    opinion.accept(by=head)
    opinion.resolve(by=head, account="补", public="好")
    opinion.call_back(by=caller, contacted=True, solved=False, satisfied=False)
    counted = of(leader)
    assert (counted["contacted"], counted["asked"], counted["solved"]) == (1, 1, 0)
    opinion.resolve(by=head, account="又补", public="真好了")
    assert of(leader)["contacted"] == 0


def test_a_board_asks_the_same_number_of_queries_whatever_there_is(
    visitor: Cadre, leader: Cadre, django_assert_num_queries: object
) -> None:
    campaign = make_campaign()
    region = Region.objects.get(code=DISTRICT)
    for _ in range(3):
        make_opinion(by=visitor, campaign=campaign)

    def ask() -> None:
        board = Board(fresh(leader), region, campaign)
        assert board.figures()["collected"].value == 3
        board.by_place(), board.by_category(), board.by_unit(), board.by_week(), board.median_days()

    with django_assert_num_queries(7):
        ask()


@pytest.mark.parametrize(("part", "whole"), [(0, 1), (1, 1), (0, 50), (50, 50), (730, 1000)])
def test_an_interval_holds_its_rate(part: int, whole: int) -> None:
    low, high = Rate(part, whole).interval
    assert 0 <= low <= part / whole <= high <= 1


def test_few_cases_never_differ_clearly() -> None:
    assert Rate(0, 2).differs_from(Rate(730, 1000)) == 0
    assert Rate(60, 141).differs_from(Rate(2852, 3907)) == -1
