"""The words of the opinions that are there already, in batches; it can be run again.

Protected ones keep none: whoever found one by its words would know them without the trace.
"""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from villages.search import joined_fields
from villages.search.filling import fill

COLUMNS = ("accusing", "informant_kind", "corrected_text", "text", "place")


def _words(accusing: bool, informant_kind: str, *texts: str) -> str:
    return "" if accusing or informant_kind == "confidential" else joined_fields(*texts)


def fill_opinions(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    fill(schema_editor.connection, apps.get_model("grievances", "Opinion"), COLUMNS, _words)


class Migration(migrations.Migration):
    # Batch by batch: nobody waits for the whole table.
    atomic = False
    dependencies = [("grievances", "0011_search")]

    operations = [migrations.RunPython(fill_opinions, migrations.RunPython.noop, elidable=True)]
