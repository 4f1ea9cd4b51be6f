"""An opinion knows that it is part of a common problem; what is counted of a unit or a campaign stands whole in an
index. Nobody is kept from writing meanwhile, and whatever broke off can be run again.
"""

import django.db.models.deletion
from django.apps.registry import Apps
from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

_AT_ONCE = 5000
_PART_OF = """
UPDATE grievances_opinion SET problem_id = m.problem_id
FROM grievances_problemmembership m
WHERE m.opinion_id = grievances_opinion.id AND m.left_at IS NULL AND m.id > %s AND m.id <= %s
    AND grievances_opinion.problem_id IS DISTINCT FROM m.problem_id
"""
_BATCH = "SELECT max(id) FROM (SELECT id FROM grievances_problemmembership WHERE id > %s ORDER BY id LIMIT %s) batch"


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Memberships are few: all of them are walked, in batches."""
    done = 0
    with schema_editor.connection.cursor() as cursor:
        while True:
            cursor.execute(_BATCH, [done, _AT_ONCE])
            until = cursor.fetchone()[0]
            if until is None:
                return
            cursor.execute(_PART_OF, [done, until])
            done = until


def _index(model: str, index: models.Index, *, sql: str) -> Operation:
    """What a broken run left of an index is not valid: it is made anew."""
    away = f"DROP INDEX CONCURRENTLY IF EXISTS {index.name}"
    return migrations.RunSQL(
        [away, f"CREATE INDEX CONCURRENTLY {index.name} ON grievances_{model} {sql}"],
        away,
        state_operations=[migrations.AddIndex(model, index)],
    )


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("grievances", "0039_slips_and_withdrawals")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE grievances_opinion ADD COLUMN IF NOT EXISTS problem_id bigint",
            "ALTER TABLE grievances_opinion DROP COLUMN IF EXISTS problem_id",
            state_operations=[
                migrations.AddField(
                    "opinion",
                    "problem",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grievances.commonproblem",
                    ),
                )
            ],
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
        _index(
            "opinion",
            models.Index(
                fields=["unit", "problem", "id", "accusing", "recorded_at"],
                name="opinion_in_a_problem",
                condition=models.Q(problem__isnull=False),
            ),
            sql="(unit_id, problem_id, id, accusing, recorded_at) WHERE problem_id IS NOT NULL",
        ),
        _index(
            "opinion",
            models.Index(
                fields=["id"],
                include=["problem", "unit", "accusing", "recorded_at"],
                name="opinion_with_a_problem",
                condition=models.Q(problem__isnull=False),
            ),
            sql="(id) INCLUDE (problem_id, unit_id, accusing, recorded_at) WHERE problem_id IS NOT NULL",
        ),
        _index(
            "opinion",
            models.Index(
                fields=["unit", "-recorded_at", "-id"],
                include=["state", "accusing", "region"],
                name="opinion_unit_came",
            ),
            sql="(unit_id, recorded_at DESC, id DESC) INCLUDE (state, accusing, region_id)",
        ),
        RemoveIndexConcurrently("opinion", "opinion_unit_newest"),
        _index(
            "opinion",
            models.Index(
                fields=["unit", "answered_at"],
                include=["recorded_at", "accusing", "id", "region"],
                name="opinion_unit_went",
                condition=models.Q(answered_at__isnull=False),
            ),
            sql="(unit_id, answered_at) INCLUDE (recorded_at, accusing, id, region_id) WHERE answered_at IS NOT NULL",
        ),
        RemoveIndexConcurrently("opinion", "opinion_unit_answered"),
        _index(
            "assistingunit",
            models.Index(fields=["unit", "opinion"], name="assisting_by_unit"),
            sql="(unit_id, opinion_id)",
        ),
        migrations.AlterField(
            "assistingunit",
            "unit",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="villages.unit",
            ),
        ),
        _index(
            "visit",
            models.Index(fields=["campaign", "household", "nobody_home"], name="visit_met"),
            sql="(campaign_id, household_id, nobody_home)",
        ),
        RemoveIndexConcurrently("visit", "visit_coverage"),
        _index(
            "visit",
            models.Index(
                fields=["campaign", "said_at", "region"],
                name="visit_by_week",
                condition=models.Q(same_as=None),
            ),
            sql="(campaign_id, said_at, region_id) WHERE same_as_id IS NULL",
        ),
    ]
