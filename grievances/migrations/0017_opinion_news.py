"""When somebody else than the recorder last did something with an opinion: what a visitor's home lists."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("grievances", "0016_accused_summed")]

    operations = [
        migrations.AddField("opinion", "news_at", models.DateTimeField(editable=False, null=True)),
    ]
