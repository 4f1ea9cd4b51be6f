"""Absences; the database refuses two that overlap, and chains, also of two people at the same moment."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

UNSAFE = "SET LOCAL citus.enable_unsafe_triggers = 'on'"

# Both people are locked, in one order: whoever comes second sees what the first has written.
REFUSE_OVERLAPS = """
CREATE FUNCTION villages_check_absence() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM FROM villages_cadre WHERE id IN (NEW.cadre_id, NEW.substitute_id) ORDER BY id FOR NO KEY UPDATE;
    IF EXISTS (SELECT FROM villages_absence a
               WHERE a.id <> NEW.id AND a.since <= NEW.until AND a.until >= NEW.since
               AND (a.cadre_id IN (NEW.cadre_id, NEW.substitute_id) OR a.substitute_id = NEW.cadre_id)) THEN
        RAISE EXCEPTION 'somebody is away twice, or stands in while away'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'absence_excludes_others';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER absence_excludes_others AFTER INSERT OR UPDATE ON villages_absence
    FOR EACH ROW EXECUTE FUNCTION villages_check_absence();
"""

ALLOW_OVERLAPS = """
DROP TRIGGER absence_excludes_others ON villages_absence;
DROP FUNCTION villages_check_absence();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("villages", "0007_cadre_email"),
    ]

    operations = [
        migrations.CreateModel(
            name="Absence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("since", models.DateField(verbose_name="from")),
                ("until", models.DateField(help_text="The last day away.", verbose_name="until")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                (
                    "cadre",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="absences",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="cadre",
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "substitute",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stands_in",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who stands in",
                    ),
                ),
            ],
            options={
                "verbose_name": "absence",
                "verbose_name_plural": "absences",
                "ordering": ["since", "id"],
                "indexes": [
                    models.Index(fields=["cadre", "until"], name="absence_of_cadre"),
                    models.Index(fields=["substitute", "until"], name="absence_by_substitute"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until__gte", models.F("since"))),
                        name="absence_ends_after_it_starts",
                        violation_error_message="The last day lies before the first.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("cadre", models.F("substitute")), _negated=True),
                        name="absence_has_a_substitute",
                        violation_error_message="Nobody stands in for themselves.",
                    ),
                ],
            },
        ),
        migrations.RunSQL(UNSAFE, migrations.RunSQL.noop),
        migrations.RunSQL(REFUSE_OVERLAPS, ALLOW_OVERLAPS),
    ]
