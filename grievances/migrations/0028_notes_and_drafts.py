"""Notes among colleagues, drafts of answers, and cases put aside. Notes are history: only appended."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

KEEP = """
CREATE TRIGGER note_kept BEFORE UPDATE OR DELETE ON grievances_note
    FOR EACH ROW EXECUTE FUNCTION grievances_refuse_change();
CREATE TRIGGER note_not_truncated BEFORE TRUNCATE ON grievances_note
    FOR EACH STATEMENT EXECUTE FUNCTION grievances_refuse_change();
"""

FORGET = """
DROP TRIGGER note_kept ON grievances_note;
DROP TRIGGER note_not_truncated ON grievances_note;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("grievances", "0027_model_answers"),
        ("villages", "0006_regions_arrive_without_words"),
    ]

    operations = [
        migrations.CreateModel(
            name="AnswerDraft",
            fields=[
                (
                    "opinion",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="draft",
                        serialize=False,
                        to="grievances.opinion",
                    ),
                ),
                (
                    "verb",
                    models.CharField(
                        choices=[("resolve", "answer: resolved"), ("explain", "answer: explained")],
                        max_length=20,
                    ),
                ),
                ("account", models.TextField(blank=True)),
                ("public", models.TextField(blank=True)),
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
                        max_length=8,
                    ),
                ),
                ("planned_for", models.DateField(null=True)),
                ("passed_to", models.CharField(blank=True, max_length=100)),
                (
                    "told",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("telephone", "by telephone"),
                            ("in_person", "in person"),
                            ("letter", "by letter"),
                            ("message", "by message"),
                        ],
                        max_length=10,
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "draft of an answer",
                "verbose_name_plural": "drafts of answers",
            },
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("note", "note"), ("check", "please look through the draft of the answer")],
                        default="note",
                        max_length=5,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("text", models.TextField(blank=True)),
                (
                    "told",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
                ("key", models.UUIDField(unique=True)),
            ],
            options={
                "verbose_name": "note",
                "verbose_name_plural": "notes",
                "ordering": ["id"],
            },
        ),
        migrations.AddField(
            model_name="opinion",
            name="waits_until",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="opinion",
            index=models.Index(
                condition=models.Q(("waits_until__isnull", False)),
                fields=["unit", "waits_until"],
                name="opinion_put_aside",
            ),
        ),
        migrations.AddConstraint(
            model_name="opinion",
            constraint=models.CheckConstraint(
                condition=models.Q(("waits_until", None), ("state", "handling"), _connector="OR"),
                name="opinion_put_aside_is_in_hand",
            ),
        ),
        migrations.AddField(
            model_name="answerdraft",
            name="by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="answerdraft",
            name="checker",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="opinion",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="notes", to="grievances.opinion"
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="unit",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="villages.unit",
            ),
        ),
        migrations.AddConstraint(
            model_name="answerdraft",
            constraint=models.CheckConstraint(
                condition=models.Q(("verb__in", ["resolve", "explain"])), name="answer_draft_verb_answers"
            ),
        ),
        migrations.AddConstraint(
            model_name="answerdraft",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ground__in", ["", "policy", "planned", "court", "outside", "gave_up", "noted"])
                ),
                name="answer_draft_ground_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="note",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["note", "check"])), name="note_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="note",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("text", ""), _negated=True), ("kind", "check"), _connector="OR"),
                name="note_says_something",
            ),
        ),
        migrations.RunSQL("SET LOCAL citus.enable_unsafe_triggers = 'on'", migrations.RunSQL.noop),
        migrations.RunSQL(KEEP, FORGET),
    ]
