"""The tests of the rules see a breach: each is made here, and found."""

from collections.abc import Callable

import pytest
from django.db import connection

from tests.scale import sources, test_rules

pytestmark = pytest.mark.django_db

_REFUSE = "FOR EACH ROW EXECUTE FUNCTION grievances_refuse_change()"
_PLPGSQL = "RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS"
_CHANGED = (
    "CREATE TRIGGER breach_watched AFTER INSERT ON grievances_opinionspan REFERENCING NEW TABLE AS fresh"
    " FOR EACH STATEMENT EXECUTE FUNCTION breach()"
)


@pytest.mark.parametrize(
    ("sql", "check"),
    [
        ("CREATE FUNCTION breach() RETURNS void LANGUAGE plpgsql AS 'BEGIN END'",
         test_rules.test_functions_of_triggers_bring_their_own_path),
        (f"""CREATE FUNCTION breach() {_PLPGSQL} 'BEGIN
             INSERT INTO grievances_tally (place) SELECT region_id FROM fresh; RETURN NULL; END'; {_CHANGED}""",
         test_rules.test_a_statement_reads_changed_rows_or_tables_never_both),
        (f"""CREATE FUNCTION breach() {_PLPGSQL} 'BEGIN
             UPDATE grievances_tally SET late = 0; RETURN NULL; END'; {_CHANGED}""",
         test_rules.test_a_statement_reads_changed_rows_or_tables_never_both),
        (f"ALTER TABLE grievances_goal ADD CONSTRAINT {'a' * 57} CHECK (true)",
         test_rules.test_names_of_constraints_leave_room),
        (f"CREATE TRIGGER {'a' * 57} BEFORE UPDATE ON grievances_goal {_REFUSE}",
         test_rules.test_names_of_constraints_leave_room),
        ("CREATE TABLE grievances_breach (id serial PRIMARY KEY)", test_rules.test_tables_have_keys_that_last),
        ("CREATE TABLE grievances_breach (id bigint)", test_rules.test_tables_have_keys_that_last),
        (f"""CREATE FUNCTION breach() {_PLPGSQL} 'BEGIN
             UPDATE grievances_clock SET until = now(); RETURN NULL; END'""",
         test_rules.test_what_is_written_comes_from_the_program),
        (f"""CREATE FUNCTION breach() {_PLPGSQL} 'BEGIN
             NEW.by = current_setting(''our.actor''); RETURN NEW; END'""",
         test_rules.test_nothing_depends_on_the_session),
        ("CREATE VIEW breach AS SELECT current_schema()", test_rules.test_nothing_depends_on_the_session),
        ("ALTER TABLE grievances_goal ADD CONSTRAINT breach CHECK (text <> current_user)",
         test_rules.test_nothing_depends_on_the_session),
        ("""CREATE FUNCTION breach() RETURNS bigint LANGUAGE sql IMMUTABLE AS
            'SELECT count(*) FROM grievances_goal'""",
         test_rules.test_functions_in_queries_touch_their_arguments_only),
        ("CREATE VIEW breach AS SELECT grievances_signature(id) FROM grievances_opinion",
         test_rules.test_functions_in_queries_touch_their_arguments_only),
        ("""CREATE FUNCTION breach() RETURNS bigint LANGUAGE sql STABLE SET search_path FROM CURRENT AS
            'SELECT count(*) FROM grievances_goal'""",
         test_rules.test_functions_that_read_tables_serve_triggers),
        ("""CREATE SCHEMA elsewhere; CREATE TABLE elsewhere.regions (id bigint PRIMARY KEY);
            ALTER TABLE grievances_goal ADD breach bigint REFERENCES elsewhere.regions""",
         test_rules.test_nothing_leads_out_of_a_district),
        ("CREATE MATERIALIZED VIEW breach AS SELECT 1", test_rules.test_nothing_leads_out_of_a_district),
        ("CREATE TABLE breach () INHERITS (grievances_goal)", test_rules.test_nothing_leads_out_of_a_district),
    ],
)  # fmt: skip
def test_what_the_database_has_against_the_rules_is_seen(sql: str, check: Callable[[], None]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
    with pytest.raises(AssertionError):
        check()


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ("INSERT INTO grievances_tally VALUES (1) ON CONFLICT DO UPDATE SET late = now()",
         test_rules.test_what_is_written_comes_from_the_program),
        ("UPDATE grievances_notice n SET seen_at = CURRENT_TIMESTAMP",
         test_rules.test_what_is_written_comes_from_the_program),
        ("SELECT grievances_signature(1)", test_rules.test_functions_in_queries_touch_their_arguments_only),
        ("MERGE INTO grievances_tally USING x", test_rules.test_nothing_leads_out_of_a_district),
        ("grievances_goal_by_0dd8f48c_fk_villages_cadre_id",
         test_rules.test_nobody_asks_for_a_constraint_by_a_generated_name),
    ],
)  # fmt: skip
def test_what_a_text_of_the_program_has_against_the_rules_is_seen(
    text: str, check: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [*sources.texts(), ("breach.py", text)]
    monkeypatch.setattr(sources, "texts", lambda: iter(texts))
    with pytest.raises(AssertionError):
        check()


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER a BEFORE UPDATE ON b",
        "CREATE CONSTRAINT TRIGGER a AFTER UPDATE ON b",
        "CREATE OR REPLACE TRIGGER a AFTER UPDATE ON b",
        "DROP TRIGGER IF EXISTS a ON b",
        "ALTER TABLE b ENABLE REPLICA TRIGGER a",
        "ALTER TABLE b DISABLE TRIGGER ALL",
    ],
)
def test_what_touches_triggers_is_known(statement: str) -> None:
    assert test_rules.SWITCHES_TRIGGERS.search(statement)
