"""Common problems, their opinions from when until when, and their own history, which the database keeps."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

UNSAFE = "SET LOCAL citus.enable_unsafe_triggers = 'on'"
KEEP = """
CREATE TRIGGER problem_change_kept BEFORE UPDATE OR DELETE ON grievances_problemchange
    FOR EACH ROW EXECUTE FUNCTION grievances_refuse_change();
CREATE TRIGGER problem_change_not_truncated BEFORE TRUNCATE ON grievances_problemchange
    FOR EACH STATEMENT EXECUTE FUNCTION grievances_refuse_change();
"""
FORGET = """
DROP TRIGGER problem_change_kept ON grievances_problemchange;
DROP TRIGGER problem_change_not_truncated ON grievances_problemchange;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("grievances", "0029_absence"),
        ("villages", "0006_regions_arrive_without_words"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CommonProblem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("title", models.CharField(max_length=100, verbose_name="title")),
                ("description", models.TextField(blank=True, verbose_name="what the cause is")),
                ("plan", models.TextField(blank=True, verbose_name="plan")),
                ("accused", models.TextField(blank=True, db_collation="C", editable=False)),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                ("opened_at", models.DateTimeField(editable=False)),
                ("closed_at", models.DateTimeField(editable=False, null=True)),
            ],
            options={
                "verbose_name": "common problem",
                "verbose_name_plural": "common problems",
                "ordering": ["-opened_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="ProblemChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "verb",
                    models.CharField(
                        choices=[
                            ("open", "began it"),
                            ("edit", "changed it"),
                            ("close", "closed it"),
                            ("open_again", "opened it again"),
                        ],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("text", models.TextField(blank=True)),
            ],
            options={
                "verbose_name": "change of a common problem",
                "verbose_name_plural": "changes of common problems",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="ProblemMembership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("joined_at", models.DateTimeField()),
                ("reason", models.TextField(blank=True)),
                ("left_at", models.DateTimeField(null=True)),
                ("left_reason", models.TextField(blank=True)),
            ],
            options={
                "verbose_name": "opinion of a common problem",
                "verbose_name_plural": "opinions of common problems",
                "ordering": ["id"],
            },
        ),
        migrations.AddField(
            model_name="commonproblem",
            name="campaign",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="grievances.campaign",
            ),
        ),
        migrations.AddField(
            model_name="commonproblem",
            name="category",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="grievances.category",
            ),
        ),
        migrations.AddField(
            model_name="commonproblem",
            name="opened_by",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="commonproblem",
            name="person",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="responsible person",
            ),
        ),
        migrations.AddField(
            model_name="commonproblem",
            name="region",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="villages.region",
            ),
        ),
        migrations.AddField(
            model_name="commonproblem",
            name="unit",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="villages.unit",
                verbose_name="lead unit",
            ),
        ),
        migrations.AddField(
            model_name="problemchange",
            name="by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="problemchange",
            name="problem",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="changes",
                to="grievances.commonproblem",
            ),
        ),
        migrations.AddField(
            model_name="problemmembership",
            name="joined_by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="problemmembership",
            name="left_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="problemmembership",
            name="opinion",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="problem_memberships",
                to="grievances.opinion",
            ),
        ),
        migrations.AddField(
            model_name="problemmembership",
            name="problem",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="memberships",
                to="grievances.commonproblem",
            ),
        ),
        migrations.AddIndex(
            model_name="commonproblem",
            index=models.Index(fields=["-opened_at", "-id", "region"], name="common_problem_newest"),
        ),
        migrations.AddIndex(
            model_name="commonproblem",
            index=models.Index(fields=["region", "-opened_at"], name="common_problem_by_place"),
        ),
        migrations.AddIndex(
            model_name="commonproblem",
            index=models.Index(fields=["unit", "-opened_at"], name="common_problem_by_unit"),
        ),
        migrations.AddConstraint(
            model_name="commonproblem",
            constraint=models.CheckConstraint(
                condition=models.Q(("person", None), ("unit__isnull", False), _connector="OR"),
                name="common_problem_person_of_a_unit",
            ),
        ),
        migrations.AddConstraint(
            model_name="problemchange",
            constraint=models.CheckConstraint(
                condition=models.Q(("verb__in", ["open", "edit", "close", "open_again"])),
                name="problem_change_known",
            ),
        ),
        migrations.AddIndex(
            model_name="problemmembership",
            index=models.Index(fields=["problem", "left_at", "opinion"], name="membership_by_problem"),
        ),
        migrations.AddConstraint(
            model_name="problemmembership",
            constraint=models.UniqueConstraint(
                condition=models.Q(("left_at", None)), fields=("opinion",), name="membership_one_an_opinion"
            ),
        ),
        migrations.AddConstraint(
            model_name="problemmembership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("left_at", None), ("left_at__gte", models.F("joined_at")), _connector="OR"
                ),
                name="membership_ends_after_it_starts",
            ),
        ),
        migrations.RunSQL(UNSAFE, migrations.RunSQL.noop),
        migrations.RunSQL(KEEP, FORGET),
    ]
