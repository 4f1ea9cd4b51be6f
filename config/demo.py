"""``make demo``: a whole district on this machine, with one command.

Each step says what it does and how long it took. Ctrl-C stops everything; the data stays.
"""

import os
import shutil
import sys
from contextlib import nullcontext

import psycopg2

from config.embedded import EmbeddedPostgres
from config.lan import Lan, from_environment, offered, said
from config.running import (
    ACCOUNTS,
    ROOT,
    VAR,
    Stop,
    databases,
    demo_environment,
    free_port,
    guarded,
    has_sample,
    have_room,
    manage,
    programs,
    step,
)

_LEAST_FREE = 1_500_000_000  # bytes: data, write-ahead log and files of the sample


def main() -> int:
    return guarded("make demo", lambda: _run(reset="--reset" in sys.argv))


def _run(*, reset: bool) -> None:
    port = free_port(os.environ.get("PORT", "8000"), command="make demo")
    VAR.mkdir(exist_ok=True)
    lan = from_environment(port, VAR / "lan")
    server = None if os.environ.get("DATABASE_URL") else EmbeddedPostgres(VAR / "postgres")
    if reset and server is None:
        raise Stop("DATABASE_URL is set: only the embedded database can be begun afresh.")
    if server:
        have_room(server.base, _LEAST_FREE)
    try:
        _serve(server, port, lan, reset=reset)
    finally:
        if server:
            server.stop()


def _serve(server: EmbeddedPostgres | None, port: int, lan: Lan | None, *, reset: bool) -> None:
    if reset:
        with step("Deleting the old data"):
            server.remove()
            shutil.rmtree(VAR / "media", ignore_errors=True)
    with step("Starting PostgreSQL" if server else "Reaching the database"):
        owner_url, runtime_url = databases(server) if server else _given()
    environment = {"SITE_ADDRESS": f"http://127.0.0.1:{port}"} | demo_environment(owner_url)
    if lan:
        environment |= lan.environment
    with step("Preparing the tables"):
        manage(environment, "migrate", "--verbosity", "0")
    _fill(environment)
    if server:
        with step("Granting rights"):
            manage(environment, "grant_runtime")
    with step("Collecting static files"):
        manage(environment, "collectstatic", "--noinput", "--verbosity", "0")
    _work(environment | {"DATABASE_URL": runtime_url}, port, lan)


def _given() -> tuple[str, str]:
    url = os.environ["DATABASE_URL"]
    try:
        psycopg2.connect(url, connect_timeout=5).close()
    except psycopg2.Error as error:
        raise Stop(f"DATABASE_URL can't be reached: {str(error).strip().splitlines()[0]}") from error
    return url, url


def _fill(environment: dict[str, str]) -> None:
    """Regions, reference data and the sample district, the first time; later only the password."""
    if has_sample(environment["DATABASE_URL"]):
        with step("The sample district is here; setting the demo password"):
            manage(environment, "sample", "--password-only")
        return
    with step("Loading the regions of Dafeng"):
        manage(
            environment, "load_regions", str(ROOT / "villages/data/dafeng_regions.csv"), "--verbosity", "0"
        )
    with step("Loading categories, rules and the working calendar"):
        manage(environment, "load_reference")
    with step("Making the sample district (synthetic)"):
        manage(environment, "sample")


def _work(environment: dict[str, str], port: int, lan: Lan | None) -> None:
    with offered(lan) if lan else nullcontext(), programs() as running:
        running.serve(environment, port, *(lan.gunicorn if lan else ()))
        running.fold(environment, "the figures")
        running.work(environment, "the district")
        running.remind(environment, "the district")
        origin = lan.origin if lan else f"http://127.0.0.1:{port}"
        if lan:
            print(said(lan))
        print(f"\nOpen {origin}\nAccounts: {ACCOUNTS}\nPassword: {environment['DEMO_PASSWORD']}")


if __name__ == "__main__":
    sys.exit(main())
