"""What slips is known by the opinion itself, and what was withdrawn by an index of its own: neither is looked for in a
history that grows with the years.

Nobody is kept from writing meanwhile, and whatever broke off can be run again.
"""

from django.apps.registry import Apps
from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

_AT_ONCE = 5000
_COLUMNS = {
    "untouched_since": ("timestamptz", models.DateTimeField(editable=False, null=True)),
    "untold_since": ("timestamptz", models.DateTimeField(editable=False, null=True)),
    "promised_for": ("date", models.DateField(editable=False, null=True)),
}
_IN_HAND = "state = 'handling' AND untouched_since IS NULL"
_UNTOUCHED = f"""
UPDATE grievances_opinion SET
    untouched_since = (
        SELECT max(e.recorded_at) FROM grievances_event e WHERE e.opinion_id = grievances_opinion.id
    ),
    untold_since = (
        SELECT a.accepted_at FROM grievances_assignment a
        WHERE a.opinion_id = grievances_opinion.id AND a.ended_at IS NULL AND EXISTS (
            SELECT FROM grievances_clock c
            WHERE c.opinion_id = a.opinion_id AND c.kind = 'acceptance' AND c.stopped_at IS NULL
        )
    )
WHERE id > %s AND id <= %s AND {_IN_HAND}
"""
_PLANNED = "ground = 'planned' AND state IN ('closed', 'explained') AND promised_for IS NULL"
_PROMISED = f"""
UPDATE grievances_opinion SET promised_for = (
    SELECT a.planned_for FROM grievances_answer a
    WHERE a.opinion_id = grievances_opinion.id AND a.at = grievances_opinion.answered_at
    ORDER BY a.id DESC LIMIT 1
)
WHERE id > %s AND id <= %s AND {_PLANNED}
"""


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The few opinions in each of these conditions, walked in batches."""
    for which, change in ((_IN_HAND, _UNTOUCHED), (_PLANNED, _PROMISED)):
        _in_batches(schema_editor, which, change)


def _in_batches(schema_editor: BaseDatabaseSchemaEditor, which: str, change: str) -> None:
    batch = f"SELECT id FROM grievances_opinion WHERE id > %s AND {which} ORDER BY id LIMIT %s"
    done = 0
    with schema_editor.connection.cursor() as cursor:
        while True:
            cursor.execute(f"SELECT max(id) FROM ({batch}) batch", [done, _AT_ONCE])
            until = cursor.fetchone()[0]
            if until is None:
                return
            cursor.execute(change, [done, until])
            done = until


def _column(name: str) -> Operation:
    kind, field = _COLUMNS[name]
    return migrations.RunSQL(
        f"ALTER TABLE grievances_opinion ADD COLUMN IF NOT EXISTS {name} {kind}",
        f"ALTER TABLE grievances_opinion DROP COLUMN IF EXISTS {name}",
        state_operations=[migrations.AddField("opinion", name, field)],
    )


def _index(model: str, fields: list[str], name: str, condition: models.Q, *, sql: str) -> Operation:
    """What a broken run left of an index is not valid: it is made anew."""
    away = f"DROP INDEX CONCURRENTLY IF EXISTS {name}"
    return migrations.RunSQL(
        [away, f"CREATE INDEX CONCURRENTLY {name} ON grievances_{model} {sql}"],
        away,
        state_operations=[
            migrations.AddIndex(model, models.Index(fields=fields, name=name, condition=condition))
        ],
    )


def _since(column: str) -> Operation:
    """An index for a list of any place or unit in the order of this column."""
    return _index(
        "opinion",
        [column, "id", "region", "unit", "accusing"],
        f"opinion_{column.partition('_')[0]}",
        models.Q(**{f"{column}__isnull": False}),
        sql=f"({column}, id, region_id, unit_id, accusing) WHERE {column} IS NOT NULL",
    )


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("grievances", "0038_extension_asked")]

    operations = [
        RemoveIndexConcurrently("answer", "answer_planned"),
        RemoveIndexConcurrently("opinion", "opinion_promised"),
        *(_column(name) for name in _COLUMNS),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
        *(_since(name) for name in _COLUMNS),
        _index(
            "opinion",
            ["unit", "promised_for", "id"],
            "opinion_unit_promised",
            models.Q(promised_for__isnull=False),
            sql="(unit_id, promised_for, id) WHERE promised_for IS NOT NULL",
        ),
        _index(
            "event",
            ["-recorded_at", "-id"],
            "event_withdrawn",
            models.Q(verb="withdraw"),
            sql="(recorded_at DESC, id DESC) WHERE verb = 'withdraw'",
        ),
    ]
