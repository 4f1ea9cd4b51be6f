"""Which extensions wait for a decision, found without looking through those of
years: without keeping anybody from writing meanwhile."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("grievances", "0037_arrivals")]

    operations = [
        AddIndexConcurrently(
            "extension",
            models.Index(fields=["opinion"], name="extension_asked", condition=models.Q(("approved", None))),
        ),
    ]
