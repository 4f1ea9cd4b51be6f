"""What arrives from phones: photographs on their way, visits that need a decision, visits that are the same."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import villages.secrets


class Migration(migrations.Migration):
    dependencies = [
        ("grievances", "0036_phones"),
        ("villages", "0008_absence"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ArrivingPhoto",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(editable=False, unique=True)),
                ("visit_key", models.UUIDField(db_index=True, editable=False)),
                ("said", models.UUIDField(editable=False)),
                ("size", models.PositiveIntegerField()),
                ("digest", models.CharField(max_length=64)),
                ("announced_on", models.DateField()),
                ("whole", models.BooleanField(default=False)),
                ("broken", models.PositiveSmallIntegerField(default=0)),
                ("refused", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name": "arriving photograph",
                "verbose_name_plural": "arriving photographs",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="UndecidedVisit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(editable=False, unique=True)),
                ("received_on", models.DateField(verbose_name="received")),
                ("said_at", models.DateTimeField(verbose_name="when")),
                ("phone_said_at", models.DateTimeField()),
                ("content", villages.secrets.EncryptedTextField(blank=True)),
                ("digest", models.CharField(max_length=64)),
                (
                    "reasons",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("village", "the place is no longer one of the author's"),
                                ("place", "the village or grid was closed or merged"),
                                ("household", "the household has moved away or was merged"),
                                ("campaign", "the campaign has ended"),
                                ("category", "a category is no longer offered"),
                                ("question", "a question that was answered is no longer asked"),
                                ("accused", "whom it complains about no longer serves there"),
                                ("matter", "a matter of last time can't be answered any more"),
                                ("colleague", "somebody who went along is no longer a colleague"),
                                ("file", "somebody else brought it as a file"),
                            ],
                            max_length=10,
                        ),
                        size=None,
                    ),
                ),
                ("opinions", models.PositiveSmallIntegerField(default=0)),
                (
                    "accused",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=24), default=list, size=None
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waits", "needs a decision"),
                            ("written", "written down"),
                            ("discarded", "discarded"),
                        ],
                        default="waits",
                        max_length=9,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("remark", villages.secrets.EncryptedTextField(blank=True)),
            ],
            options={
                "verbose_name": "visit that needs a decision",
                "verbose_name_plural": "visits that need a decision",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="VisitPair",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("same", models.BooleanField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "pair of visits",
                "verbose_name_plural": "pairs of visits",
                "ordering": ["id"],
            },
        ),
        migrations.AddField(
            model_name="attachment",
            name="key",
            field=models.UUIDField(editable=False, null=True, unique=True),
        ),
        migrations.AddField(
            model_name="visit",
            name="became",
            field=models.JSONField(default=dict, editable=False),
        ),
        migrations.AddField(
            model_name="visit",
            name="digest",
            field=models.CharField(blank=True, default="", editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name="visit",
            name="phone_said_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="visit",
            name="same_as",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="same",
                to="grievances.visit",
                verbose_name="the same as",
            ),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("same_as", None), models.Q(("same_as", models.F("id")), _negated=True), _connector="OR"
                ),
                name="visit_is_not_the_same_as_itself",
            ),
        ),
        migrations.AddField(
            model_name="arrivingphoto",
            name="author",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="arrivingphoto",
            name="opinion",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="grievances.opinion",
            ),
        ),
        migrations.AddField(
            model_name="undecidedvisit",
            name="author",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="author",
            ),
        ),
        migrations.AddField(
            model_name="undecidedvisit",
            name="brought_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="undecidedvisit",
            name="decided_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="undecidedvisit",
            name="region",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="villages.region",
                verbose_name="place",
            ),
        ),
        migrations.AddField(
            model_name="visitpair",
            name="by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="visitpair",
            name="first",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grievances.visit"
            ),
        ),
        migrations.AddField(
            model_name="visitpair",
            name="second",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grievances.visit"
            ),
        ),
        migrations.AddIndex(
            model_name="undecidedvisit",
            index=models.Index(
                condition=models.Q(("state", "waits")), fields=["author"], name="undecided_by_author"
            ),
        ),
        migrations.AddIndex(
            model_name="undecidedvisit",
            index=models.Index(
                condition=models.Q(("state", "waits")), fields=["region"], name="undecided_by_place"
            ),
        ),
        migrations.AddIndex(
            model_name="undecidedvisit",
            index=models.Index(fields=["author", "-id"], name="undecided_of_author"),
        ),
        migrations.AddIndex(
            model_name="undecidedvisit",
            index=models.Index(fields=["region", "-id"], name="undecided_of_place"),
        ),
        migrations.AddConstraint(
            model_name="undecidedvisit",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waits", "written", "discarded"])),
                name="undecided_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="undecidedvisit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("decided_by", None), ("state", "waits")),
                    models.Q(
                        models.Q(("state", "waits"), _negated=True),
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="undecided_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="visitpair",
            constraint=models.CheckConstraint(
                condition=models.Q(("first__lt", models.F("second"))), name="visit_pair_in_order"
            ),
        ),
    ]
