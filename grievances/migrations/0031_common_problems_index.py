"""Where the open matters of a place and a category lie: without
keeping anybody from writing meanwhile."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("grievances", "0030_common_problems")]

    operations = [
        AddIndexConcurrently(
            "opinion",
            models.Index(
                fields=["category", "region", "recorded_at"],
                name="opinion_open_by_matter",
                condition=models.Q(
                    ("accusing", False), ("state__in", ["assigned", "collected", "handling", "objected"])
                ),
            ),
        ),
    ]
