"""The rules by which districts can share an installation, one schema each, and be spread over servers.

Each test says how many things it looked at, so that it can't pass by finding none. Exceptions are named, with
the reason; one that is none any more fails, too.
"""

import re

import pytest
from django.db import connection

from grievances.errors import ACCUSED_CONSTRAINT
from tests.factories import make_opinion
from tests.scale import catalogue, sources
from villages.models import Cadre

LONGEST_NAME = 56  # bytes: behind it comes the number of a part, and PostgreSQL cuts at 63
SWITCHES_TRIGGERS = re.compile(r"\b(?:CREATE|DROP|ENABLE|DISABLE)\b[^;$]*?\bTRIGGER\b", re.IGNORECASE)
ALLOWS_TRIGGERS = "SET LOCAL citus.enable_unsafe_triggers = 'on'"
GENERATED = re.compile(r"_[0-9a-f]{8}_(?:fk|uniq|like)")
WRITES = re.compile(
    r"\bUPDATE\s+(?:ONLY\s+)?\S+(?:\s+(?:AS\s+)?\w+)?\s+SET\b|\bON CONFLICT\b|\bRETURNING\b", re.IGNORECASE
)
VOLATILE = re.compile(
    r"\b(?:now|\w+_timestamp|timeofday|random|gen_random_uuid|uuidv[47]|nextval)\s*\("
    r"|\b(?:current_(?:timestamp|date|time)|localtime(?:stamp)?)\b",
    re.IGNORECASE,
)
OF_THE_SESSION = re.compile(
    r"\b(?:current_(?:setting|schemas?|user|role|date|time|timestamp|database)|session_user|set_config"
    r"|localtime(?:stamp)?|pg_my_temp_schema)\b",
    re.IGNORECASE,
)
VOLATILE_IN_PYTHON = {"Now", "TransactionNow", "Random", "RandomUUID"}
# When a district's news came in only the province's server knows; a province is one database and isn't spread.
NOTES_WHEN = {"grievances_news_arrived"}
# Django's own, of which ours make no use in triggers: few rows, written by migrations or by hand.
INTEGER_KEYS = {
    "auth_group", "auth_permission", "axes_accessattempt", "axes_accessattemptexpiration",
    "axes_accessfailurelog", "axes_accesslog",
    "django_admin_log", "django_content_type",
}  # fmt: skip
# The bulk sample asks it once, of its own rows, on the one server that it loads.
ASKED_BY_THE_SAMPLE = {"grievances_accuses"}

pytestmark = pytest.mark.django_db


def test_functions_of_triggers_bring_their_own_path() -> None:
    found = [one for one in catalogue.functions() if one.for_triggers or one.language == "plpgsql"]
    without = [one.name for one in found if not any(s.startswith("search_path=") for s in one.settings)]
    assert without == [] and len(found) >= 12
    used = catalogue.triggers()
    assert {trigger.function for trigger in used} <= {one.name for one in found} and len(used) >= 18
    assert [trigger.name for trigger in used if not trigger.at_home] == []


def test_a_statement_reads_changed_rows_or_tables_never_both() -> None:
    changed, known = catalogue.transition_tables(), set(catalogue.relations())
    touching = {one.name for one in catalogue.functions() if one.volatility != "i"}
    reading = written = 0
    for function in catalogue.functions():
        rows = changed.get(function.name)
        for statement in sources.statements(function.source) if rows else []:
            named = sources.words(statement)
            if named & rows:
                reading += 1
                assert not named & (known | touching), f"{function.name} reads both: {statement}"
            elif re.match(r"INSERT|UPDATE|DELETE", statement):
                written += 1
                assert re.match(r"INSERT INTO \w+ \([^)]*\) VALUES \(", statement), (
                    f"{function.name}: {statement}"
                )
    assert len(changed) >= 3 and reading >= 3 and written >= 3


def test_migrations_that_touch_triggers_allow_them_first() -> None:
    touching, late = 0, set()
    for name, migration in sources.migrations().items():
        sql = "\n".join(sources.forward_sql(migration))
        if not (first := SWITCHES_TRIGGERS.search(sql)):
            continue
        touching += 1
        assert migration.atomic, f"{name}: what is allowed ends with the transaction"
        if ALLOWS_TRIGGERS not in sql[: first.start()]:
            late.add(name)
    assert late == set() and touching >= 5


def test_no_trigger_comes_from_anything_but_plain_sql() -> None:
    """Otherwise the test above would not see it."""
    seen = {
        name for name, one in sources.migrations().items() if "TRIGGER" in "".join(sources.forward_sql(one))
    }
    texts = sources.migration_files()
    assert {name for name, text in texts.items() if re.search(r"\bTRIGGER\b", text)} == seen
    assert set(texts) == set(sources.migrations()) and len(texts) >= 20


def test_names_of_constraints_leave_room() -> None:
    ours = [one for one in catalogue.constraints() if one.table.startswith(("grievances_", "villages_"))]
    chosen = [one.name for one in ours if not GENERATED.search(one.name)]
    assert [name for name in chosen if len(name.encode()) > LONGEST_NAME] == []
    assert len(chosen) >= 300 and len(ours) - len(chosen) >= 70
    raised = {
        name for one in catalogue.functions() for name in re.findall(r"CONSTRAINT = '(\w+)'", one.source)
    }
    assert [name for name in raised if len(name) > LONGEST_NAME] == []
    assert ACCUSED_CONSTRAINT in raised and len(raised) >= 3
    names = {trigger.name for trigger in catalogue.triggers()} | set(catalogue.reckoning_indexes())
    assert [name for name in names if len(name) > LONGEST_NAME] == [] and len(names) >= 25


def test_nobody_asks_for_a_constraint_by_a_generated_name() -> None:
    """Those are cut on a spread installation: the code may know only chosen names."""
    texts = list(sources.texts())
    assert [(file, text) for file, text in texts if GENERATED.search(text)] == [] and len(texts) > 5000


def test_tables_have_keys_that_last() -> None:
    keys = catalogue.primary_keys()
    assert [table for table, types in keys.items() if not types] == []
    short = {table for table, types in keys.items() if {"int2", "int4"} & set(types)}
    assert short == INTEGER_KEYS and len(keys) >= 45


def test_what_is_written_comes_from_the_program() -> None:
    """No clock and no dice in what changes rows: each server would have its own."""
    looked, found = 0, set()
    for function in catalogue.functions():
        for statement in filter(WRITES.search, sources.statements(function.source)):
            looked += 1
            if VOLATILE.search(statement):
                found.add(function.name)
    assert found == NOTES_WHEN and looked >= 2
    texts = [*sources.texts(), *_migrated()]
    written = [(file, statement) for file, text in texts for statement in sources.statements(text)
               if WRITES.search(statement)]  # fmt: skip
    # What makes a function was looked at above, as the database has it.
    assert [
        (file, text) for file, text in written if VOLATILE.search(text) and "districtsite" not in text
    ] == []
    assert len(written) >= 6


def _migrated() -> list[tuple[str, str]]:
    found = sources.migrations().items()
    return [(name, sql) for name, one in found for sql in sources.forward_sql(one)]


def test_rows_are_updated_without_the_servers_clock() -> None:
    writing = list(sources.calls("update", "bulk_create", "bulk_update", "update_or_create", "get_or_create"))
    asking = [(file, call.lineno) for file, call in writing if sources.names_in(call) & VOLATILE_IN_PYTHON]
    assert asking == [] and len(writing) >= 40
    conflicts = [call for _file, call in writing if any(k.arg == "update_conflicts" for k in call.keywords)]
    assert len(conflicts) >= 1
    functions = sources.imported("django.db.models.functions")
    assert not functions & VOLATILE_IN_PYTHON and len(functions) >= 3


def test_nothing_depends_on_the_session() -> None:
    parts = {one.name: one.source for one in catalogue.functions()}
    parts |= {one.name: one.definition for one in catalogue.triggers()}
    parts |= {one.name: one.definition for one in catalogue.constraints() if one.kind == "c"}
    parts |= catalogue.views() | catalogue.generated_columns() | catalogue.reckoning_indexes()
    assert {name for name, sql in parts.items() if OF_THE_SESSION.search(sql)} == set()
    assert len(catalogue.views()) >= 2 and catalogue.generated_columns() and len(parts) >= 100


def test_counts_are_the_same_in_every_zone(visitor: Cadre) -> None:
    """Days begin at midnight in Shanghai, wherever whoever is connected sits."""
    opinion = make_opinion(by=visitor)
    told = {zone: _changed_in(zone, opinion.pk) for zone in ("UTC", "Asia/Shanghai", "America/New_York")}
    assert len(told["UTC"]) >= 2 and told["UTC"] == told["Asia/Shanghai"] == told["America/New_York"]


def _changed_in(zone: str, opinion: int) -> list[tuple]:
    """What triggers and views make of an opinion that moves about midnight, with a session in that zone."""
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT moved")
        cursor.execute("SELECT set_config('TimeZone', %s, true)", [zone])
        cursor.execute("DELETE FROM grievances_tallychange")
        cursor.execute(
            "UPDATE grievances_opinionspan SET since = '2026-01-04 23:30+08', recorded_at = '2026-01-04 23:30+08',"
            " due_at = '2026-02-02 00:00+08', until = '2026-02-02 00:30+08' WHERE opinion_id = %s", [opinion],
        )  # fmt: skip
        cursor.execute("SELECT to_jsonb(c) - 'id' FROM grievances_tallychange c ORDER BY 1")
        told = cursor.fetchall()
        cursor.execute("SELECT to_jsonb(c) FROM grievances_spanchange c ORDER BY 1")
        told += cursor.fetchall()
        cursor.execute("ROLLBACK TO SAVEPOINT moved")
    return told


def test_functions_in_queries_touch_their_arguments_only() -> None:
    functions = {one.name: one for one in catalogue.functions()}
    immutable = {name for name, one in functions.items() if one.volatility == "i"}
    known = set(catalogue.relations())
    touching = {name for name in immutable if sources.words(functions[name].source) & known}
    assert touching == set() and len(immutable) >= 5
    said = [text for _file, text in sources.texts() if re.search(r"\b(SELECT|FROM|JOIN)\b|\(\w+ => ", text)]
    said += [*catalogue.views().values(), *catalogue.reckoning_indexes().values()]
    said += [one.definition for one in catalogue.constraints() if one.kind == "c"]
    asked = {name for name in functions if any(name in sources.words(text) for text in said)}
    assert asked - immutable == ASKED_BY_THE_SAMPLE and len(asked & immutable) >= 5


def test_functions_that_read_tables_serve_triggers() -> None:
    functions = {one.name: one for one in catalogue.functions()}
    reading = {
        name: one for name, one in functions.items() if one.volatility != "i" and one.language == "sql"
    }
    for name, one in reading.items():
        assert one.volatility == "s", f"{name} is volatile"
        assert any(setting.startswith("search_path=") for setting in one.settings), name
        callers = [other for other in functions.values() if name in sources.words(other.source)]
        assert callers and all(other.for_triggers for other in callers), name
    assert set(reading) >= {"grievances_accuses", "grievances_signature"}


def test_nothing_leads_out_of_a_district() -> None:
    keys = [one for one in catalogue.constraints() if one.kind == "f"]
    assert [one.name for one in keys if not one.at_home] == [] and len(keys) >= 75
    kinds = catalogue.relations()
    assert [name for name, kind in kinds.items() if kind not in ("r", "v")] == [] and len(kinds) >= 45
    assert catalogue.inheriting() == []
    texts = [*sources.texts(), *_migrated(), *((one.name, one.source) for one in catalogue.functions())]
    assert [file for file, text in texts if re.search(r"\bMERGE\s+INTO\b|\bINHERITS\s*\(", text)] == []


def test_constraints_are_never_renamed() -> None:
    files = sources.migration_files()
    renaming = [
        name for name, text in files.items() if re.search(r"rename_?\s*constraint", text, re.IGNORECASE)
    ]
    assert renaming == [] and len(files) >= 20
