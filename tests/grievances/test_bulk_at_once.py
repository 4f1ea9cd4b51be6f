"""Orders on the same cases at the same moment, and the real worker, with real transactions."""

import os
import subprocess
import sys
import uuid
from collections.abc import Callable

import pytest
from django.core.management import call_command
from django_tasks_db.models import DBTaskResult

from config.running import ROOT
from grievances.bulk import doing
from grievances.bulk.choosing import Chosen
from grievances.models import BulkOrder, Event, Opinion
from grievances.tallies.checking import check
from grievances.workflow import Verb
from tests import database
from tests.factories import DISTRICT, fresh, make_cadre, make_opinion, make_unit
from tests.grievances.test_races import at_once
from tests.plugin import server
from villages.models import Cadre, Role

MANY = 50


@pytest.fixture
def staff(committed_db: None) -> dict[str, Cadre]:
    transport, petitions = make_unit(code="transport"), make_unit(code="petitions")
    return {
        "head": make_cadre(name="head", role=Role.HEAD, unit=transport),
        "one": make_cadre(name="one", role=Role.COORDINATOR, unit=petitions),
        "other": make_cadre(name="other", role=Role.COORDINATOR, unit=petitions),
        "visitor": make_cadre(name="visitor", role=Role.VISITOR, unit=petitions, region=DISTRICT),
    }


def cases(staff: dict[str, Cadre], many: int = MANY) -> Chosen:
    made = [make_opinion(by=staff["visitor"]) for _n in range(many)]
    return {case.pk: case.version for case in made}


def ordering(by: Cadre, chosen: Chosen, key: uuid.UUID, reason: str) -> Callable[[], BulkOrder]:
    def place() -> BulkOrder:
        arguments = {"unit": make_unit(code="transport"), "person": None, "reason": reason}
        return doing.place(
            by=fresh(by), key=key, verb=Verb.ASSIGN, arguments=arguments, digest=reason, chosen=chosen
        )

    return place


def test_two_people_on_the_same_fifty_cases_lose_nothing(staff: dict[str, Cadre]) -> None:
    chosen = cases(staff)
    orders = at_once(
        ordering(staff["one"], chosen, uuid.uuid4(), "甲"),
        ordering(staff["other"], chosen, uuid.uuid4(), "乙"),
    )
    assert all(isinstance(order, BulkOrder) for order in orders), orders
    done = [set(order.items.filter(result="done").values_list("opinion", flat=True)) for order in orders]
    assert done[0] | done[1] == set(chosen) and not done[0] & done[1]
    for order in orders:
        refused = order.items.exclude(result="done")
        assert all(item.result == "refused" and len(item.reasons) == 2 for item in refused)
    events = Event.objects.filter(verb="assign")
    assert events.count() == MANY and {event.opinion_id for event in events} == set(chosen)
    assert check() == []


def test_the_same_order_sent_twice_at_once_is_one(staff: dict[str, Cadre]) -> None:
    chosen, key = cases(staff, 10), uuid.uuid4()
    twice = at_once(*[ordering(staff["one"], chosen, key, "甲")] * 3)
    assert {order.pk for order in twice} == {BulkOrder.objects.get().pk}
    assert Event.objects.filter(verb="assign").count() == 10


def test_two_who_go_on_with_one_order_do_each_case_once(staff: dict[str, Cadre], settings: object) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    chosen = cases(staff, MANY + 1)
    order = ordering(staff["one"], chosen, uuid.uuid4(), "甲")()
    at_once(lambda: doing.run(order), lambda: doing.run(order))
    doing.run(order)
    assert order.items.filter(result="done").count() == MANY + 1
    assert Event.objects.filter(verb="assign").count() == MANY + 1


def work_as(role: str) -> None:
    """The worker of production, as the role that serves pages, until nothing waits."""
    environment = os.environ | {"DATABASE_URL": server.url(database.own(), user=role), "DEBUG": ""}
    environment |= {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "manage.py", "db_worker", "--batch", "--no-startup-delay"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=120)


def test_the_real_worker_does_an_order_as_the_role_that_serves_pages(
    staff: dict[str, Cadre], settings: object
) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    server.execute("CREATE ROLE works LOGIN")
    call_command("grant_runtime", role="works", verbosity=0)
    chosen = cases(staff, MANY + 1)
    taken = next(iter(chosen))
    Opinion.objects.get(pk=taken).assign(by=fresh(staff["other"]), unit=make_unit(code="transport"))
    order = ordering(staff["one"], chosen, uuid.uuid4(), "甲")()
    assert DBTaskResult.objects.get().status == "READY" and not order.items.exclude(result="waiting").exists()
    work_as("works")
    assert DBTaskResult.objects.get().status == "SUCCESSFUL"
    assert order.items.filter(result="done").count() == MANY
    (refused,) = order.items.filter(result="refused")
    assert refused.opinion_id == taken and "Changed meanwhile" in refused.reasons["en"]
