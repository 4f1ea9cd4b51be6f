"""Model answers, and how often a unit begins with one."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("grievances", "0026_escalation"),
        ("villages", "0006_regions_arrive_without_words"),
    ]

    operations = [
        migrations.CreateModel(
            name="ModelAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(blank=True, editable=False)),
                (
                    "outcome",
                    models.CharField(
                        choices=[("resolved", "resolved"), ("explained", "explained")],
                        max_length=10,
                        verbose_name="outcome",
                    ),
                ),
                (
                    "ground",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("policy", "law or policy does not allow it"),
                            ("planned", "planned for a later date"),
                            ("court", "a matter for court or arbitration"),
                            ("outside", "outside the district, passed on"),
                            ("gave_up", "the informant gave it up"),
                            ("noted", "noted with thanks"),
                        ],
                        help_text="Only where it is explained; left empty: every ground.",
                        max_length=8,
                        verbose_name="ground",
                    ),
                ),
                ("title", models.CharField(max_length=60, verbose_name="title")),
                (
                    "text",
                    models.TextField(
                        max_length=2000,
                        validators=[django.core.validators.MinLengthValidator(5)],
                        verbose_name="text",
                    ),
                ),
                ("retired", models.BooleanField(default=False, verbose_name="no longer offered")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("changed_at", models.DateTimeField(editable=False, null=True)),
            ],
            options={
                "verbose_name": "model answer",
                "verbose_name_plural": "model answers",
                "ordering": ["title", "id"],
            },
        ),
        migrations.CreateModel(
            name="ModelAnswerUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField()),
                ("times", models.PositiveIntegerField(default=0)),
            ],
            options={
                "verbose_name": "use of a model answer",
                "verbose_name_plural": "uses of model answers",
            },
        ),
        migrations.AddField(
            model_name="modelanswer",
            name="category",
            field=models.ForeignKey(
                blank=True,
                help_text="Left empty: every category.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="grievances.category",
                verbose_name="category",
            ),
        ),
        migrations.AddField(
            model_name="modelanswer",
            name="changed_by",
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
            model_name="modelanswer",
            name="region",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="villages.region",
                verbose_name="region",
            ),
        ),
        migrations.AddField(
            model_name="modelanswer",
            name="unit",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="model_answers",
                to="villages.unit",
                verbose_name="unit",
            ),
        ),
        migrations.AddField(
            model_name="modelansweruse",
            name="model_answer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="uses", to="grievances.modelanswer"
            ),
        ),
        migrations.AddField(
            model_name="modelansweruse",
            name="unit",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="villages.unit",
            ),
        ),
        migrations.AddConstraint(
            model_name="modelanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ["resolved", "explained"])),
                name="model_answer_outcome_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="modelanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ground__in", ["", "policy", "planned", "court", "outside", "gave_up", "noted"])
                ),
                name="model_answer_ground_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="modelanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("ground", ""), ("outcome", "explained"), _connector="OR"),
                name="model_answer_ground_only_of_explained",
                violation_error_message="Only what is explained has a ground.",
            ),
        ),
        migrations.AddConstraint(
            model_name="modelanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("unit", None), ("region", None), _connector="OR"),
                name="model_answer_one_keeper",
            ),
        ),
        migrations.AddConstraint(
            model_name="modelanswer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("code", ""), _negated=True),
                fields=("code",),
                name="model_answer_code_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="modelansweruse",
            constraint=models.UniqueConstraint(
                fields=("model_answer", "unit", "month"), name="model_answer_use_once_a_month"
            ),
        ),
    ]
