"""When somebody else last did something with the opinions that are there already, in batches; it can be run again."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_AT_ONCE = 5000
# An anonymous opinion has no recorder, and its key lies far above those in a row: only the others are walked.
_NEXT = """
SELECT max(id) FROM (
    SELECT id FROM grievances_opinion WHERE id > %s AND recorded_by_id IS NOT NULL ORDER BY id LIMIT %s
) batch
"""
_FILL = """
UPDATE grievances_opinion o SET news_at = e.last
FROM (
    SELECT o.id, max(e.recorded_at) AS last
    FROM grievances_opinion o JOIN grievances_event e
        ON e.opinion_id = o.id AND e.actor_id IS DISTINCT FROM o.recorded_by_id
    WHERE o.id > %s AND o.id <= %s AND o.recorded_by_id IS NOT NULL AND o.news_at IS NULL GROUP BY o.id
) e
WHERE e.id = o.id
"""


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    with schema_editor.connection.cursor() as cursor:
        done = 0
        while True:
            cursor.execute(_NEXT, [done, _AT_ONCE])
            until = cursor.fetchone()[0]
            if until is None:
                return
            cursor.execute(_FILL, [done, until])
            done = until


class Migration(migrations.Migration):
    # Batch by batch: nobody waits for the whole table.
    atomic = False
    dependencies = [("grievances", "0018_opinion_news_index")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
