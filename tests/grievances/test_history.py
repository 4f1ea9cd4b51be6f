"""History is appended, never edited: the database refuses."""

import uuid
from contextlib import nullcontext

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.management import call_command
from django.db import IntegrityError, ProgrammingError, connection, transaction

from grievances.models import Event, Look, LookKind, Note, Opinion
from tests.factories import make_household, make_opinion
from villages.models import Cadre

KEPT = [Event, Look, Note, LogEntry, Opinion]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE grievances_event SET text = 'x'",
        "DELETE FROM grievances_event",
        "TRUNCATE grievances_event CASCADE",
        "UPDATE grievances_look SET reason = 'x'",
        "DELETE FROM grievances_look",
        "TRUNCATE grievances_look",
        "UPDATE grievances_note SET text = 'x'",
        "DELETE FROM grievances_note",
        "TRUNCATE grievances_note CASCADE",
        "UPDATE django_admin_log SET change_message = 'x'",
        "DELETE FROM django_admin_log",
        "TRUNCATE django_admin_log",
        "UPDATE grievances_opinion SET text = 'other words'",
        "UPDATE grievances_opinion SET recorded_at = recorded_at - interval '1 day'",
        "DELETE FROM grievances_opinion",
    ],
)
def test_the_database_refuses(visitor: Cadre, statement: str) -> None:
    opinion = make_opinion(by=visitor)
    Look.objects.create(opinion=opinion, kind=LookKind.CASE, cadre=visitor, at=opinion.recorded_at)
    Note.objects.create(
        opinion=opinion, by=visitor, at=opinion.recorded_at, text="问过村里了", key=uuid.uuid4()
    )
    LogEntry.objects.log_actions(visitor.pk, [visitor], CHANGE)
    before = [model.objects.count() for model in KEPT]
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement)
    assert [model.objects.count() for model in KEPT] == before


def test_the_role_that_serves_pages_may_not_even_try(visitor: Cadre) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE serves_pages")
        call_command("grant_runtime", role="serves_pages", verbosity=0)
        cursor.execute("SET LOCAL ROLE serves_pages")
        for model in KEPT[:-1]:
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                cursor.execute(f"DELETE FROM {model._meta.db_table}")
        cursor.execute("RESET ROLE")


@pytest.mark.parametrize("kind", LookKind.values)
def test_a_look_is_at_exactly_one_thing(visitor: Cadre, kind: str) -> None:
    opinion, household = make_opinion(by=visitor), make_household()
    things = {"phone": {"household": household}, "export": {}}
    fits = things.get(kind, {"opinion": opinion})
    for look in ({}, {"opinion": opinion}, {"household": household}):
        refused = nullcontext() if look == fits else pytest.raises(IntegrityError)
        with refused, transaction.atomic():
            Look.objects.create(kind=kind, cadre=visitor, at=opinion.recorded_at, **look)
