"""The refusal to give a case to those whom it accuses has its name in the message, too.

Where districts are spread over servers, the message is all that comes through.
"""

from django.db import migrations

REFUSE = """
CREATE OR REPLACE FUNCTION grievances_refuse_accused(what text) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    RAISE EXCEPTION '{message}', what
        USING ERRCODE = 'check_violation', CONSTRAINT = 'case_not_held_by_the_accused';
END $$;
"""
BEFORE = "the opinion complains about them: %"


class Migration(migrations.Migration):
    dependencies = [("grievances", "0014_province")]

    operations = [
        migrations.RunSQL(
            REFUSE.format(message=f'{BEFORE}, against constraint "case_not_held_by_the_accused"'),
            REFUSE.format(message=BEFORE),
        )
    ]
