"""The embedded PostgreSQL: starts, stops, recovers, keeps its data, opens no port."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import psycopg2.extras
import pytest

from config.embedded import EmbeddedError, EmbeddedPostgres


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    made = EmbeddedPostgres(tmp_path / "pg")
    yield made
    made.remove()


def ask(server: EmbeddedPostgres, question: str) -> object:
    connection = psycopg2.connect(server.url("postgres"))
    try:
        with connection.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchone()[0]
    finally:
        connection.close()


def test_it_starts_twice_stops_twice_and_keeps_its_data(server: EmbeddedPostgres) -> None:
    server.start()
    server.start()
    server.execute("CREATE DATABASE kept")
    server.stop()
    server.stop()
    assert not server.is_running()
    server.start()
    assert server.has("kept")


def test_it_listens_on_no_port_and_has_our_settings(server: EmbeddedPostgres) -> None:
    server.start()
    assert ask(server, "SHOW listen_addresses") == ""
    assert ask(server, "SHOW jit") == "off"
    assert ask(server, "SHOW timezone") == "Asia/Shanghai"
    assert ask(server, "SHOW server_encoding") == "UTF8"


def test_after_a_hard_kill_it_recovers_with_what_was_committed(server: EmbeddedPostgres) -> None:
    server.start()
    server.execute("CREATE TABLE kept AS SELECT 42 AS n")
    process = int((server.data / "postmaster.pid").read_text().splitlines()[0])
    os.kill(process, signal.SIGKILL)
    server.start()
    assert ask(server, "SELECT n FROM kept") == 42


def test_a_hard_kill_is_noticed_while_a_query_still_works_on_the_data(server: EmbeddedPostgres) -> None:
    server.start()
    busy = psycopg2.connect(server.url("postgres"), async_=True)
    psycopg2.extras.wait_select(busy)
    busy.cursor().execute("SELECT count(*) FROM generate_series(1, 30000000)")
    os.kill(int((server.data / "postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)
    server.start()
    assert ask(server, "SELECT 1") == 1


def test_a_mark_with_the_number_of_another_process_does_not_stop_the_start(server: EmbeddedPostgres) -> None:
    server.start()
    mark = (server.data / "postmaster.pid").read_text().splitlines()
    server.stop()
    (server.data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *mark[1:]]) + "\n")
    assert not server.is_running()
    server.start()
    assert server.is_running()


def test_its_socket_is_for_its_user_only(server: EmbeddedPostgres) -> None:
    server.start()
    assert server.socket.stat().st_mode & 0o077 == 0
    assert server.data.stat().st_mode & 0o077 == 0


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    broken = EmbeddedPostgres(tmp_path / "pg", shared_buffers="nonsense")
    with pytest.raises(EmbeddedError, match="shared_buffers"):
        broken.start()
    broken.remove()


def test_no_parent_folder_is_widened(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    server = EmbeddedPostgres(private / "project" / "pg")
    try:
        server.start()
        assert private.stat().st_mode & 0o777 == 0o700
    finally:
        server.remove()
