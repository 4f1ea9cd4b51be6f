"""The index of pairs of places, units, cadres and households."""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations

from villages.search import Pairs

SEARCHED = ("cadre", "household", "region", "unit")
# The planner tells common pairs from rare ones: with the usual 100 it would know a few hundred pairs only.
STATISTICS = 500


class Migration(migrations.Migration):
    dependencies = [("villages", "0004_search_filled")]

    operations = [
        *(
            migrations.AddIndex(model_name=model, index=GinIndex(Pairs("search_text"), name=f"{model}_words"))
            for model in SEARCHED
        ),
        *(
            migrations.RunSQL(
                f"ALTER INDEX {model}_words ALTER COLUMN 1 SET STATISTICS {STATISTICS}; "
                f"ANALYZE villages_{model}",
                migrations.RunSQL.noop,
            )
            for model in SEARCHED
        ),
    ]
