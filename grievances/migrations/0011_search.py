"""What an opinion is found by: its words, normalised, beside them as they were said."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("grievances", "0010_tallies"), ("villages", "0003_search")]

    operations = [
        migrations.AddField(
            model_name="opinion",
            name="search_text",
            field=models.TextField(blank=True, default="", editable=False),
        ),
    ]
