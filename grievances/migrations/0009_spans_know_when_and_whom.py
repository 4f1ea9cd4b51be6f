"""A span knows when its opinion was recorded and whom it accuses: figures are counted from spans alone."""

from django.db import migrations, models

FILL = """
UPDATE grievances_opinionspan s SET recorded_at = o.recorded_at
FROM grievances_opinion o WHERE o.id = s.opinion_id AND s.recorded_at IS NULL;
"""

# The signature of those whom an opinion accuses, and the trigger that keeps it on all spans of the opinion,
# also on those of past days: who may count them is asked of today's accusations.
KEEP_ACCUSED = """
SET LOCAL citus.enable_unsafe_triggers = 'on';

CREATE FUNCTION grievances_signature(the_opinion bigint) RETURNS text
LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
    SELECT coalesce(',' || string_agg(DISTINCT who, ',' ORDER BY who) || ',', '') FROM (
        SELECT CASE WHEN unit_id IS NOT NULL THEN 'u' || unit_id
                    WHEN cadre_id IS NOT NULL THEN 'c' || cadre_id
                    WHEN released_by_id IS NULL THEN '?' ELSE '!' END COLLATE "C" AS who
        FROM grievances_accusation WHERE opinion_id = the_opinion) accused
$$;

CREATE FUNCTION grievances_sign_spans() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    signature text := grievances_signature(NEW.opinion_id);
BEGIN
    UPDATE grievances_opinionspan SET accused = signature
        WHERE opinion_id = NEW.opinion_id AND accused <> signature;
    RETURN NULL;
END $$;
CREATE TRIGGER accusation_signs_spans AFTER INSERT OR UPDATE ON grievances_accusation
    FOR EACH ROW EXECUTE FUNCTION grievances_sign_spans();

UPDATE grievances_opinionspan s SET accused = grievances_signature(s.opinion_id)
WHERE EXISTS (SELECT FROM grievances_accusation a WHERE a.opinion_id = s.opinion_id);
"""

FORGET_ACCUSED = """
DROP TRIGGER accusation_signs_spans ON grievances_accusation;
DROP FUNCTION grievances_sign_spans();
DROP FUNCTION grievances_signature(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("grievances", "0008_indexes_in_list_order")]

    operations = [
        migrations.RemoveIndex(
            model_name="opinionspan",
            name="span_place_time",
        ),
        migrations.RemoveIndex(
            model_name="opinionspan",
            name="span_campaign_place",
        ),
        migrations.AddField(
            model_name="opinionspan",
            name="accused",
            field=models.TextField(blank=True, db_collation="C"),
        ),
        migrations.AddField(
            model_name="opinionspan",
            name="recorded_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(KEEP_ACCUSED, FORGET_ACCUSED),
        # The checks that the updates have put off must be made before the table may change.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="opinionspan",
            name="recorded_at",
            field=models.DateTimeField(),
        ),
        migrations.AddIndex(
            model_name="opinionspan",
            index=models.Index(fields=["-since", "-opinion", "until", "region"], name="span_latest"),
        ),
        migrations.AddIndex(
            model_name="opinionspan",
            index=models.Index(
                condition=models.Q(
                    ("due_at__isnull", False),
                    ("state__in", ["assigned", "collected", "handling", "objected"]),
                    models.Q(("until", None), ("until__gt", models.F("due_at")), _connector="OR"),
                ),
                fields=["-due_at", "-opinion", "until", "region"],
                name="span_late",
            ),
        ),
    ]
