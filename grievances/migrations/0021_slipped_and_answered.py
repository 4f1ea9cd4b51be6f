"""What slipped, place by place, and what a unit answered lately: each is walked in an index of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("grievances", "0020_spans_by_place")]

    operations = [
        migrations.AddIndex(
            "opinion",
            models.Index(
                fields=["recorded_at", "id", "region"],
                name="opinion_unassigned",
                condition=models.Q(state="collected"),
            ),
        ),
        migrations.AddIndex(
            "opinion",
            models.Index(
                fields=["unit", "answered_at"],
                name="opinion_unit_answered",
                condition=models.Q(answered_at__isnull=False),
            ),
        ),
        migrations.AddIndex(
            "opinion",
            models.Index(
                fields=["answered_at", "id", "region"],
                name="opinion_promised",
                condition=models.Q(ground="planned", state__in=["closed", "explained"]),
            ),
        ),
        migrations.AddIndex(
            "answer",
            models.Index(
                fields=["planned_for", "opinion"],
                name="answer_planned",
                condition=models.Q(planned_for__isnull=False),
            ),
        ),
    ]
