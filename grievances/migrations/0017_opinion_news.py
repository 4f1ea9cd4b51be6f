"""When somebody else than the recorder last did something with an opinion: what a visitor's home lists."""

from django.db import migrations, models

# By a join: millions of events are read once.
FILL = """
UPDATE grievances_opinion o SET news_at = e.last
FROM (
    SELECT o.id, max(e.recorded_at) AS last
    FROM grievances_opinion o JOIN grievances_event e ON e.opinion_id = o.id AND e.actor_id IS DISTINCT FROM o.recorded_by_id
    WHERE o.recorded_by_id IS NOT NULL GROUP BY o.id
) e
WHERE e.id = o.id
"""


class Migration(migrations.Migration):
    dependencies = [("grievances", "0016_accused_summed")]

    operations = [
        migrations.AddField("opinion", "news_at", models.DateTimeField(editable=False, null=True)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
