"""The set-up installs what PDF files need where it may, says so where it may not, and never stops."""

import os
import subprocess

import pytest

from config import packages


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What would have been run by root on a Debian without Pango."""
    commands: list[list[str]] = []

    def run(command: list[str], **_options: object) -> subprocess.CompletedProcess:
        commands.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(packages, "lacking", lambda: ["libpango-1.0-0"])
    monkeypatch.setattr(packages.subprocess, "run", run)
    monkeypatch.setattr(packages.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return commands


def test_root_gets_what_is_missing(ran: list[list[str]]) -> None:
    packages.main()
    assert ran[-1][:2] == ["apt-get", "install"] and ran[-1][-1] == "libpango-1.0-0"


def test_nothing_is_done_where_nothing_is_missing(
    ran: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "lacking", list)
    packages.main()
    assert not ran


def test_anybody_else_is_told_what_to_type(
    ran: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    packages.main()
    assert not ran and "apt-get install libpango-1.0-0" in capsys.readouterr().out


def test_a_network_that_is_away_does_not_stop_the_set_up(
    ran: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    def hang(command: list[str], **_options: object) -> None:
        raise subprocess.TimeoutExpired(command, 600)

    monkeypatch.setattr(packages.subprocess, "run", hang)
    packages.main()
    assert "everything but PDF files works" in capsys.readouterr().out
