"""An event keeps a digest of what its request asked for: the same key with another content is refused."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("grievances", "0004_reference_log_refuses_change")]

    operations = [
        migrations.AddField(
            model_name="event",
            name="digest",
            field=models.CharField(blank=True, default="", max_length=64),
        )
    ]
