import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("grievances", "0028_notes_and_drafts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Succession",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                ("made_at", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "leaving",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "successor",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="successions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "succession",
                "verbose_name_plural": "successions",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="SuccessionCase",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("handed_back", models.BooleanField(default=False)),
                (
                    "opinion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grievances.opinion"
                    ),
                ),
                (
                    "succession",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="cases",
                        to="grievances.succession",
                    ),
                ),
            ],
            options={
                "verbose_name": "case of a succession",
                "verbose_name_plural": "cases of successions",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="StoodIn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "absent",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "cadre",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "opinion",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grievances.opinion",
                    ),
                ),
            ],
            options={
                "verbose_name": "case worked on for somebody else",
                "verbose_name_plural": "cases worked on for somebody else",
                "ordering": ["id"],
                "indexes": [models.Index(fields=["opinion"], name="stood_in_opinion")],
                "constraints": [models.UniqueConstraint(fields=("cadre", "opinion"), name="stood_in_once")],
            },
        ),
        migrations.AddIndex(
            model_name="succession",
            index=models.Index(
                condition=models.Q(("answered_at", None)),
                fields=["successor", "until"],
                name="succession_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="succession",
            constraint=models.CheckConstraint(
                condition=models.Q(("leaving", models.F("successor")), _negated=True),
                name="succession_to_somebody_else",
            ),
        ),
        migrations.AddConstraint(
            model_name="successioncase",
            constraint=models.UniqueConstraint(fields=("succession", "opinion"), name="succession_case_once"),
        ),
    ]
