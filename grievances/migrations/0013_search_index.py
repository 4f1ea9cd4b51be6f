"""The index of pairs of opinions, and that protected ones have no words in it."""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models
from django.db.models import Q

from villages.search import Pairs


class Migration(migrations.Migration):
    dependencies = [("grievances", "0012_search_filled")]

    operations = [
        migrations.AddIndex(model_name="opinion", index=GinIndex(Pairs("search_text"), name="opinion_words")),
        migrations.AddConstraint(
            model_name="opinion",
            constraint=models.CheckConstraint(
                name="opinion_protected_is_not_found_by_words",
                condition=Q(search_text="") | Q(accusing=False) & ~Q(informant_kind="confidential"),
            ),
        ),
        # The planner knows the few thousand commonest pairs; more would make ANALYZE cut the pairs of more rows.
        migrations.RunSQL(
            "ALTER INDEX opinion_words ALTER COLUMN 1 SET STATISTICS 500; ANALYZE grievances_opinion",
            migrations.RunSQL.noop,
        ),
    ]
