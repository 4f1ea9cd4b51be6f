"""Rules by which cases reach more people, and which cases reached whom."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("grievances", "0025_messages")]

    operations = [
        migrations.CreateModel(
            name="Escalation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("round", models.PositiveSmallIntegerField()),
                ("due_at", models.DateTimeField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "escalation",
                "verbose_name_plural": "escalations",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="EscalationDay",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("told_at", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField(null=True)),
                ("clock", models.BigIntegerField(null=True)),
            ],
            options={
                "verbose_name": "day of escalations",
                "verbose_name_plural": "days of escalations",
            },
        ),
        migrations.CreateModel(
            name="EscalationRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "clock",
                    models.CharField(
                        choices=[
                            ("dispatch", "dispatch"),
                            ("acceptance", "accept and tell"),
                            ("objection_review", "review of the hand-back"),
                            ("handling", "handling"),
                            ("call_back", "call-back"),
                            ("supervision", "supervision"),
                            ("review", "review"),
                        ],
                        max_length=16,
                        verbose_name="deadline of",
                    ),
                ),
                (
                    "days",
                    models.PositiveSmallIntegerField(
                        help_text="0 after the last day: as soon as it is late.", verbose_name="working days"
                    ),
                ),
                (
                    "when",
                    models.CharField(
                        choices=[("before", "before the last day"), ("after", "after the last day")],
                        max_length=6,
                        verbose_name="when",
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("person", "responsible person"),
                            ("head", "head of the lead unit"),
                            ("coordinator", "coordinator of its level"),
                            ("leader", "leader of the place"),
                        ],
                        max_length=11,
                        verbose_name="to whom",
                    ),
                ),
                ("retired", models.BooleanField(default=False, verbose_name="no longer used")),
                ("swept_on", models.DateField(editable=False, null=True)),
            ],
            options={
                "verbose_name": "escalation rule",
                "verbose_name_plural": "escalation rules",
                "ordering": ["clock", "when", "days", "level", "id"],
            },
        ),
        migrations.CreateModel(
            name="Reach",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
            ],
            options={
                "verbose_name": "reached by an escalation",
                "verbose_name_plural": "reached by escalations",
                "ordering": ["-day", "-id"],
            },
        ),
        migrations.AddField(
            model_name="escalationday",
            name="rule",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="grievances.escalationrule",
            ),
        ),
        migrations.AddField(
            model_name="escalation",
            name="opinion",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="escalations",
                to="grievances.opinion",
            ),
        ),
        migrations.AddIndex(
            model_name="escalationday",
            index=models.Index(
                condition=models.Q(("told_at", None)), fields=["day"], name="escalation_day_untold"
            ),
        ),
        migrations.AddField(
            model_name="escalationrule",
            name="category",
            field=models.ForeignKey(
                blank=True,
                help_text="Left empty: every category. A category above stands for all below it.",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="grievances.category",
                verbose_name="category",
            ),
        ),
        migrations.AddField(
            model_name="escalation",
            name="rule",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="grievances.escalationrule",
            ),
        ),
        migrations.AddField(
            model_name="reach",
            name="cadre",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="reach",
            name="escalation",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="reached",
                to="grievances.escalation",
            ),
        ),
        migrations.AddConstraint(
            model_name="escalationrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "clock__in",
                        [
                            "dispatch",
                            "acceptance",
                            "objection_review",
                            "handling",
                            "call_back",
                            "supervision",
                            "review",
                        ],
                    )
                ),
                name="escalation_rule_clock_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="escalationrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("when__in", ["before", "after"])), name="escalation_rule_when_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="escalationrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("level__in", ["person", "head", "coordinator", "leader"])),
                name="escalation_rule_level_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="escalationrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("days__lte", 60), models.Q(("days", 0), ("when", "before"), _negated=True)
                ),
                name="escalation_rule_days",
                violation_error_message="Working days: 1 to 60 before the last day, or 0 to 60 after it.",
            ),
        ),
        migrations.AddConstraint(
            model_name="escalationrule",
            constraint=models.UniqueConstraint(
                fields=("clock", "category", "days", "when", "level"),
                name="escalation_rule_once",
                nulls_distinct=False,
                violation_error_message="This rule is there already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="escalation",
            constraint=models.UniqueConstraint(
                fields=("opinion", "rule", "round"), name="escalation_once_a_round"
            ),
        ),
        migrations.AddIndex(
            model_name="reach",
            index=models.Index(
                models.F("cadre"),
                models.OrderBy(models.F("day"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                name="reach_newest",
            ),
        ),
        migrations.AddIndex(
            model_name="reach",
            index=models.Index(fields=["day", "cadre"], name="reach_by_day"),
        ),
        migrations.AddConstraint(
            model_name="reach",
            constraint=models.UniqueConstraint(fields=("escalation", "cadre"), name="reach_once"),
        ),
    ]
