"""All that accuses somebody, summed at every level: a viewer takes away what they may not see, instead of adding
up what they may. And an order of the key in which nobody reads past the signatures of others."""

from django.db import migrations, models
from django.db.models.functions import Length
from django.db.models.lookups import Exact

COUNTS = (
    "collected at_collected at_assigned at_objected at_handling at_resolved at_explained at_closed at_withdrawn"
    " assigned resolved explained policy planned court outside gave_up noted"
    " attempted contacted asked solved satisfied late call_back_late reopened supervised"
).split()

# Signatures begin with a comma; "?" is somebody not known yet. "+" is all that accuse, "!" what is known of them,
# "*" all of a district: the only one that leaves it.
_SUMMED = """
CREATE OR REPLACE FUNCTION grievances_tally_places(region text, signature text)
RETURNS TABLE (place text, accused text) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT left(region, digits), side.accused
    FROM (VALUES (6), (9), (12)) level(digits) CROSS JOIN (VALUES (signature), ('+'), ('!'), ('*')) side(accused)
    WHERE length(region) >= digits AND CASE side.accused
        WHEN '+' THEN signature <> ''
        WHEN '!' THEN signature <> '' AND position(',?,' IN signature) = 0
        WHEN '*' THEN signature <> '' AND digits = 6
        ELSE true END
$$;
"""
_APART = """
CREATE OR REPLACE FUNCTION grievances_tally_places(region text, signature text)
RETURNS TABLE (place text, accused text) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT left(region, digits), side.accused
    FROM (VALUES (6), (9), (12)) level(digits) CROSS JOIN (VALUES (signature), ('*')) side(accused)
    WHERE length(region) >= digits AND (side.accused <> '*' OR signature <> '' AND digits = 6)
$$;
"""
_SUMS = """
INSERT INTO grievances_tally (place, dimension, accused, period, key, campaign, {columns})
SELECT place, dimension, '{{sign}}', period, key, campaign, {sums} FROM grievances_tally
WHERE accused LIKE ',%' AND {{which}} GROUP BY place, dimension, period, key, campaign
""".format(columns=", ".join(COUNTS), sums=", ".join(f"nullif(sum({name}), 0)" for name in COUNTS))
_KEY = """
ALTER TABLE grievances_tally DROP CONSTRAINT grievances_tally_pkey;
ALTER TABLE grievances_tally ADD CONSTRAINT grievances_tally_pkey PRIMARY KEY ({columns});
"""


class Migration(migrations.Migration):
    dependencies = [("grievances", "0015_refusal_names_itself")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    _KEY.format(columns="place, dimension, accused, period, key, campaign"),
                    _KEY.format(columns="place, dimension, period, campaign, key, accused"),
                )
            ],
            state_operations=[
                migrations.AlterField(
                    "tally",
                    "pk",
                    models.CompositePrimaryKey(
                        "place",
                        "dimension",
                        "accused",
                        "period",
                        "key",
                        "campaign",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                )
            ],
        ),
        migrations.RunSQL(_SUMMED, _APART),
        migrations.RunSQL(
            _SUMS.format(sign="+", which="true"), "DELETE FROM grievances_tally WHERE accused IN ('+', '!')"
        ),
        migrations.RunSQL(
            _SUMS.format(sign="!", which="position(',?,' IN accused) = 0"), migrations.RunSQL.noop
        ),
        migrations.AddIndex(
            "tally",
            models.Index(
                name="tally_signatures",
                fields=["accused"],
                condition=models.Q(Exact(Length("place"), 6), Exact(Length("period"), 4), dimension="all"),
            ),
        ),
    ]
