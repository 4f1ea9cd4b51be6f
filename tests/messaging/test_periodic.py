"""What comes round by itself."""

from datetime import datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone

from grievances import periodic
from grievances.periodic import Periodic, run_all

pytestmark = pytest.mark.django_db


def test_one_that_fails_keeps_none_of_the_others() -> None:
    done: list[datetime] = []

    def breaks(_now: datetime) -> None:
        raise ValueError("no")

    now = timezone.now()
    tasks = (Periodic("breaks", breaks), Periodic("goes on", done.append))
    assert run_all(tasks, now=now) == ["breaks"] and done == [now]


def test_a_database_that_is_away_is_one_line(caplog: pytest.LogCaptureFixture, monkeypatch: object) -> None:
    def away(_now: datetime) -> None:
        raise OperationalError("server closed the connection\nunexpectedly")

    monkeypatch.setattr(periodic.connection, "close", lambda: None)
    assert run_all((Periodic("away", away),)) == ["away"]
    assert caplog.messages == ["away: server closed the connection"]


def test_the_names_are_told_apart() -> None:
    names = [task.name for task in periodic.TASKS]
    assert len(set(names)) == len(names) >= 3


def test_once_without_every_and_a_failure_is_its_exit(monkeypatch: pytest.MonkeyPatch) -> None:
    call_command("remind")
    monkeypatch.setattr("grievances.management.commands.remind.run_all", lambda: ["messages"])
    with pytest.raises(CommandError, match="messages"):
        call_command("remind")


def test_nobody_is_reminded_at_a_province(settings: object) -> None:
    settings.PROVINCE = True
    with pytest.raises(CommandError, match="province"):
        call_command("remind")
