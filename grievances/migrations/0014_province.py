"""What a province knows of its districts."""

from django.db import migrations, models

UNSAFE = "SET LOCAL citus.enable_unsafe_triggers = 'on'"

# Fired by a subscription alone, never by folding: notes when a district's news came, and how many errors its
# subscription had had by then.
ARRIVAL = """
CREATE FUNCTION grievances_news_arrived() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE grievances_districtsite SET arrived_at = clock_timestamp(), errors_before = coalesce((
            SELECT apply_error_count + sync_error_count FROM pg_stat_subscription_stats
            WHERE subname = 'district_' || NEW.district), 0)
        WHERE code = NEW.district;
    RETURN NULL;
END $$;
CREATE TRIGGER news_arrived AFTER INSERT OR UPDATE ON grievances_tallymoment
    FOR EACH ROW EXECUTE FUNCTION grievances_news_arrived();
ALTER TABLE grievances_tallymoment ENABLE REPLICA TRIGGER news_arrived;
"""
NO_ARRIVAL = """
DROP TRIGGER news_arrived ON grievances_tallymoment;
DROP FUNCTION grievances_news_arrived();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("grievances", "0013_search_index"),
        ("villages", "0006_regions_arrive_without_words"),
    ]

    operations = [
        migrations.CreateModel(
            name="DistrictSite",
            fields=[
                (
                    "code",
                    models.CharField(
                        db_collation="C",
                        max_length=6,
                        primary_key=True,
                        serialize=False,
                        verbose_name="code",
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "address",
                    models.CharField(blank=True, max_length=200, verbose_name="address of its site"),
                ),
                ("arrived_at", models.DateTimeField(editable=False, null=True)),
                ("errors_before", models.BigIntegerField(db_default=0, default=0, editable=False)),
            ],
            options={
                "verbose_name": "site of a district",
                "verbose_name_plural": "sites of districts",
                "ordering": ["code"],
            },
        ),
        migrations.RunSQL(UNSAFE, migrations.RunSQL.noop),
        migrations.RunSQL(ARRIVAL, NO_ARRIVAL),
        migrations.RunSQL(migrations.RunSQL.noop, UNSAFE),
    ]
