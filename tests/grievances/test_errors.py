"""The name of what the database refused by, wherever it stands."""

import pytest
from django.db import IntegrityError, transaction

from grievances.errors import ACCUSED_CONSTRAINT, broken_constraint
from grievances.models import AssistingUnit, Look, LookKind
from grievances.steps.record import Accused
from tests.factories import make_household, make_opinion
from villages.models import Cadre, Unit


def test_the_database_names_its_constraint(visitor: Cadre) -> None:
    opinion = make_opinion(by=visitor)
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        Look.objects.create(
            kind=LookKind.CASE, cadre=visitor, at=opinion.recorded_at, household=make_household()
        )
    assert broken_constraint(caught.value) == "look_at_one_thing"
    # The same refusal, told by its message only.
    assert broken_constraint(IntegrityError(str(caught.value))) == "look_at_one_thing"


def test_a_trigger_names_its_constraint(visitor: Cadre, transport: Unit) -> None:
    opinion = make_opinion(by=visitor, accused=[Accused(unit=transport)])
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        AssistingUnit.objects.create(opinion=opinion, unit=transport, added_at=opinion.recorded_at)
    assert broken_constraint(caught.value) == ACCUSED_CONSTRAINT
    assert broken_constraint(IntegrityError(str(caught.value))) == ACCUSED_CONSTRAINT


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ('duplicate key value violates unique constraint "household_number_once_a_grid"',
         "household_number_once_a_grid"),
        ('new row for relation "grievances_look_102046" violates check constraint "look_at_one_thing_102046"',
         "look_at_one_thing"),
        ('violates constraint "goal_of_2026"\nCONTEXT: while executing command on 127.0.0.1:5432',
         "goal_of_2026"),
        ("null value in column violates a rule", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_the_message_names_it_without_the_number_of_the_part(message: str, name: str) -> None:
    assert broken_constraint(IntegrityError(message)) == name
