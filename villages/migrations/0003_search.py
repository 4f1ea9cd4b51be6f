"""What places, units, cadres and households are found by, and the pairs by which the database finds it."""

from django.db import migrations, models

# Characters are split once, so that a long text takes no longer for each of them; the price makes the planner
# compare plain texts first. Only the argument is touched: an index may use it, in any schema.
BIGRAMS = """
CREATE FUNCTION villages_bigrams(words text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS $$
    SELECT coalesce(array_agg(DISTINCT (pair.a || pair.b) COLLATE "C"), '{}')
    FROM (SELECT string_to_array(words, NULL) AS signs) AS split,
        unnest(split.signs, split.signs[2:]) AS pair(a, b)
    WHERE pair.a COLLATE "C" > ' ' AND pair.b COLLATE "C" > ' '
$$;
"""
SEARCHED = ("cadre", "household", "region", "unit")


class Migration(migrations.Migration):
    dependencies = [("villages", "0002_house_numbers_in_counting_order")]

    operations = [
        migrations.RunSQL(BIGRAMS, "DROP FUNCTION villages_bigrams(text)"),
        *(
            migrations.AddField(
                model_name=model,
                name="search_text",
                field=models.TextField(blank=True, default="", editable=False),
            )
            for model in SEARCHED
        ),
    ]
