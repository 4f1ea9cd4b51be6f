"""History is appended, never edited: the database refuses."""

import pytest
from django.db import IntegrityError, connection, transaction

from grievances.models import Event, Look, LookKind, Opinion
from tests.factories import make_opinion
from villages.models import Cadre


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE grievances_event SET text = 'x'",
        "DELETE FROM grievances_event",
        "TRUNCATE grievances_event CASCADE",
        "UPDATE grievances_look SET reason = 'x'",
        "DELETE FROM grievances_look",
        "TRUNCATE grievances_look",
        "UPDATE grievances_opinion SET text = 'other words'",
        "UPDATE grievances_opinion SET recorded_at = recorded_at - interval '1 day'",
        "DELETE FROM grievances_opinion",
    ],
)
def test_the_database_refuses(visitor: Cadre, statement: str) -> None:
    opinion = make_opinion(by=visitor)
    Look.objects.create(opinion=opinion, kind=LookKind.CASE, cadre=visitor, at=opinion.recorded_at)
    before = (Event.objects.count(), Look.objects.count(), Opinion.objects.count())
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement)
    assert (Event.objects.count(), Look.objects.count(), Opinion.objects.count()) == before
