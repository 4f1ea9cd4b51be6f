"""The index of ``Opinion.news_at``."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("grievances", "0017_opinion_news")]

    operations = [
        migrations.AddIndex(
            "opinion",
            models.Index(
                fields=["recorded_by", "-news_at", "-id"],
                name="opinion_news",
                condition=models.Q(news_at__isnull=False),
            ),
        ),
    ]
