"""Regions that a province takes in come without the words that they are found by."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("villages", "0005_search_index")]

    operations = [
        migrations.AlterField(
            model_name="region",
            name="search_text",
            field=models.TextField(blank=True, db_default="", default="", editable=False),
        )
    ]
