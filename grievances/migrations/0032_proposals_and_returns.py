"""Like cases by an index of their own; categories that a rule assigns; what came back twice; answers due."""

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("grievances", "0031_common_problems_index"),
        ("villages", "0006_regions_arrive_without_words"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="bulkitem",
            name="arguments",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="category",
            name="assigns_itself",
            field=models.BooleanField(
                default=False,
                help_text="Named opinions of this category go to the unit of the first rule that fits as soon as they are written down. Accusations, confidential and anonymous ones always wait for the coordinator.",
                verbose_name="is assigned by its dispatch rule",
            ),
        ),
        migrations.AddField(
            model_name="category",
            name="switched_on_by",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="opinion",
            name="back_twice",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AlterField(
            model_name="assignment",
            name="by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                condition=models.Q(("kind", "supervision"), ("stopped_at", None)),
                fields=["due_at", "id"],
                name="clock_supervision",
            ),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                condition=models.Q(("kind", "supervision"), ("stopped_at__isnull", False)),
                fields=["-stopped_at", "-id"],
                name="clock_supervision_over",
            ),
        ),
        migrations.AddIndex(
            model_name="opinion",
            index=models.Index(
                condition=models.Q(("back_twice", True)), fields=["due_at", "id"], name="opinion_back_twice"
            ),
        ),
        migrations.AddIndex(
            model_name="opinion",
            index=models.Index(
                models.F("category"),
                django.db.models.functions.text.Left("region_id", 9),
                models.OrderBy(models.F("recorded_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("accusing", False), ("unit__isnull", False)),
                name="opinion_like",
            ),
        ),
        migrations.AddConstraint(
            model_name="category",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("assigns_itself", False), ("switched_on_by__isnull", False), _connector="OR"
                ),
                name="category_switched_on_by_somebody",
            ),
        ),
    ]
