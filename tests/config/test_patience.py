"""What takes the database too long is given up, in words that help; commands take their time."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from grievances.models import Opinion
from tests import database
from tests.factories import fresh, make_cadre, make_opinion, make_unit
from tests.grievances.cases import in_hand
from tests.plugin import server
from villages.models import Cadre, Role

ROOT = Path(settings.BASE_DIR)
LIST = "/opinions/?text=%E8%B7%AF&state=collected"


@pytest.fixture
def staff(committed_db: None) -> dict[str, Cadre]:
    transport, petitions = make_unit(code="transport"), make_unit(code="petitions")
    return {
        "head": make_cadre(name="head", role=Role.HEAD, unit=transport),
        "coordinator": make_cadre(name="coordinator", role=Role.COORDINATOR, unit=petitions),
        "visitor": make_cadre(name="visitor", role=Role.VISITOR, unit=petitions, region="320904"),
    }


@contextmanager
def patience_of(milliseconds: int, *, table: str = "grievances_opinion") -> Iterator[None]:
    """So long a question may take, and questions about the table never end: somebody else holds it."""
    holder = psycopg2.connect(server.url(database.own()))
    try:
        with holder.cursor() as cursor:
            cursor.execute("SET lock_timeout = '5s'")
            cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        with connection.cursor() as cursor:
            cursor.execute(f"SET statement_timeout = {milliseconds}")
        yield
    finally:
        holder.close()
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")


def reader(cadre: Cadre, language: str) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(fresh(cadre))
    client.cookies["django_language"] = language
    client.get(reverse("help"))  # a session's first page notes when it began
    return client


WORDS = {"en": ("This takes too long", "Nothing was changed."), "zh-hans": ("用时太长", "什么都没有改动。")}


@pytest.mark.parametrize("language", WORDS)
def test_a_list_that_takes_too_long_says_so_and_leads_to_the_list_without_filters(
    staff: dict[str, Cadre], language: str
) -> None:
    client = reader(staff["head"], language)
    with patience_of(800):
        response = client.get(LIST)
    page = response.content.decode()
    assert response.status_code == 503 and "<html" in page and page.count("<h1") == 1
    assert all(words in page for words in WORDS[language])
    assert f'href="{reverse("opinion-list")}"' in page
    assert response["Cache-Control"] == "private, no-store"
    assert "unsafe" not in response["Content-Security-Policy"]
    assert client.get(LIST).status_code == 200


@pytest.mark.parametrize("language", WORDS)
def test_a_part_of_a_page_gets_a_part_that_is_put_above_it(staff: dict[str, Cadre], language: str) -> None:
    client = reader(staff["head"], language)
    with patience_of(800):
        response = client.get("/desk/to-take/", headers={"HX-Request": "true"})
    part = response.content.decode()
    assert response.status_code == 503 and "<html" not in part and 'role="alert"' in part
    assert response["HX-Reswap"] == "afterbegin" and "HX-Request" in response["Vary"]
    assert all(words in part for words in WORDS[language])


def test_without_filters_there_is_no_link_to_the_same_list(staff: dict[str, Cadre]) -> None:
    client = reader(staff["head"], "en")
    with patience_of(800):
        page = client.get(reverse("opinion-list")).content.decode()
    assert "This takes too long" in page and reverse("opinion-list") not in page


def test_a_step_that_took_too_long_is_not_done_and_nobody_is_told_that_it_was(
    staff: dict[str, Cadre],
) -> None:
    opinion = in_hand(
        make_opinion(by=staff["visitor"]), by=staff["coordinator"], unit=make_unit(code="transport"),
        person=staff["head"],
    )  # fmt: skip
    client = reader(staff["head"], "en")
    before = Opinion.objects.get(pk=opinion.pk).version
    with patience_of(800, table="grievances_event"):
        filled = {"text": "已经联系施工队", "version": before, "key": str(uuid.uuid4())}
        response = client.post(f"/opinions/{opinion.number}/remark/", filled)
    page = response.content.decode()
    assert response.status_code == 503
    assert "see whether it was saved" in page and "Nothing was changed" not in page
    assert Opinion.objects.get(pk=opinion.pk).version == before


def test_other_mistakes_of_the_database_are_no_matter_of_patience(
    staff: dict[str, Cadre],
) -> None:
    client = reader(staff["head"], "en")
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '100ms'")
    try:
        with patience_of(5000):
            assert client.get(LIST).status_code == 500
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = 0")


SHOW = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SHOW statement_timeout")
    print(cursor.fetchone()[0])
"""
SERVED = "import config.wsgi\n" + SHOW
COMMAND = (
    "import os, django\nos.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings'\ndjango.setup()\n" + SHOW
)


@pytest.mark.parametrize(
    ("program", "given", "limit"),
    [(SERVED, None, "15s"), (SERVED, "2500", "2500ms"), (COMMAND, None, "0"), (COMMAND, "2500", "0")],
)
def test_served_pages_have_a_limit_and_commands_have_none(
    program: str, given: str | None, limit: str
) -> None:
    environment = os.environ | {"DATABASE_URL": server.url("postgres")}
    environment.pop("STATEMENT_TIMEOUT", None)
    if given:
        environment["STATEMENT_TIMEOUT"] = given
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == limit
