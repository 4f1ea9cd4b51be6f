"""The log of what administrators do to people and posts is history: only appended, like the events."""

from django.db import migrations

KEEP = """
CREATE TRIGGER reference_log_kept BEFORE UPDATE OR DELETE ON django_admin_log
    FOR EACH ROW EXECUTE FUNCTION grievances_refuse_change();
CREATE TRIGGER reference_log_not_truncated BEFORE TRUNCATE ON django_admin_log
    FOR EACH STATEMENT EXECUTE FUNCTION grievances_refuse_change();
"""

FORGET = """
DROP TRIGGER reference_log_kept ON django_admin_log;
DROP TRIGGER reference_log_not_truncated ON django_admin_log;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("grievances", "0003_look_at_a_telephone"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL citus.enable_unsafe_triggers = 'on'", migrations.RunSQL.noop),
        migrations.RunSQL(KEEP, FORGET),
    ]
