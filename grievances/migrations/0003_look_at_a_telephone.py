"""Whoever has a household's telephone number shown leaves a look at the household."""

import django.db.models.deletion
from django.db import migrations, models

KINDS = ["case", "reveal", "export", "file", "phone"]


class Migration(migrations.Migration):
    dependencies = [("villages", "0001_initial"), ("grievances", "0002_database_refuses")]

    operations = [
        migrations.AddField(
            model_name="look",
            name="household",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="villages.household",
            ),
        ),
        migrations.AlterField(
            model_name="look",
            name="kind",
            field=models.CharField(
                choices=[
                    ("case", "looked at the case"),
                    ("reveal", "revealed who spoke"),
                    ("export", "exported"),
                    ("file", "opened a file"),
                    ("phone", "showed a telephone number"),
                ],
                max_length=6,
            ),
        ),
        migrations.RemoveConstraint(model_name="look", name="look_kind_known"),
        migrations.AddConstraint(
            model_name="look",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", KINDS)), name="look_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="look",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("household__isnull", False), ("kind", "phone"), ("opinion", None)),
                    models.Q(("household", None), ("kind", "export"), ("opinion", None)),
                    models.Q(
                        ("household", None),
                        ("kind__in", ["case", "reveal", "file"]),
                        ("opinion__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="look_at_one_thing",
            ),
        ),
    ]
