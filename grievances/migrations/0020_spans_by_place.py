"""The spans of a place, where few rows stand behind a figure; and those that accuse somebody, which are counted one by
one for whoever has a post that ended."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("grievances", "0019_opinion_news_filled")]

    operations = [
        migrations.AddIndex(
            "opinionspan", models.Index(fields=["region", "since", "until"], name="span_by_place")
        ),
        migrations.AddIndex(
            "opinionspan",
            models.Index(
                fields=["region", "since"],
                name="span_accusing",
                condition=models.Q(("accused", ""), _negated=True),
            ),
        ),
    ]
