"""House numbers sort as people count: 3 before 10. The database works the sort key out by itself."""

from django.db import migrations, models

_FILLED = models.Func(
    "number",
    models.Value(r"(\d+)"),
    models.Value("0" * 20 + r"\1"),
    models.Value("g"),
    function="regexp_replace",
)
_LAST_TWENTY = models.Func(
    _FILLED,
    models.Value(r"\d*(\d{20})"),
    models.Value(r"\1"),
    models.Value("g"),
    function="regexp_replace",
)


class Migration(migrations.Migration):
    dependencies = [("villages", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="household",
            name="number_order",
            field=models.GeneratedField(
                db_persist=True,
                expression=_LAST_TWENTY,
                output_field=models.TextField(db_collation="C"),
            ),
        ),
        migrations.AlterModelOptions(
            name="household",
            options={
                "ordering": ["grid", "number_order", "number"],
                "verbose_name": "household",
                "verbose_name_plural": "households",
            },
        ),
        migrations.AddIndex(
            model_name="household",
            index=models.Index(fields=["grid", "number_order", "number"], name="household_number_order"),
        ),
    ]
