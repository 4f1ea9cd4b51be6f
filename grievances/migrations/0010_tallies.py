"""Tallies, and the triggers that keep them exact in the same transaction."""

from django.db import migrations, models

COUNTS = (
    "collected at_collected at_assigned at_objected at_handling at_resolved at_explained at_closed at_withdrawn"
    " assigned resolved explained policy planned court outside gave_up noted"
    " attempted contacted asked solved satisfied late call_back_late reopened supervised"
).split()
KEYS = "day region campaign source category unit accused recorded_week answered_week took".split()

UNSAFE = "SET LOCAL citus.enable_unsafe_triggers = 'on'"

# A span counts from the day on which it begins until the day on which it ends. It counts as late from the day that
# its deadline ushers in (deadlines are midnights), or from its own first day if it was late before, until it ends;
# one that ends in time never does. So late counts change by the passing of time alone. The zone is written out:
# nothing may depend on the session's. Only arguments are touched, so that the function is inlined.
SPAN_CHANGES = """
CREATE FUNCTION grievances_span_changes(
    since timestamptz, until timestamptz, due_at timestamptz, state text, outcome text, ground text,
    was_assigned boolean, round integer, was_supervised boolean,
    was_contacted boolean, was_solved boolean, was_satisfied boolean
) RETURNS TABLE (day date, {columns}) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT moved.day,
        stands * is_counted::int,
        stands * (state = 'collected')::int,
        stands * (state = 'assigned')::int,
        stands * (state = 'objected')::int,
        stands * (state = 'handling')::int,
        stands * (state = 'resolved')::int,
        stands * (state = 'explained')::int,
        stands * (state = 'closed')::int,
        stands * (state = 'withdrawn')::int,
        stands * (was_assigned AND is_counted)::int,
        stands * (outcome = 'resolved' AND state IN ('resolved', 'closed'))::int,
        stands * is_explained::int,
        stands * (is_explained AND ground = 'policy')::int,
        stands * (is_explained AND ground = 'planned')::int,
        stands * (is_explained AND ground = 'court')::int,
        stands * (is_explained AND ground = 'outside')::int,
        stands * (is_explained AND ground = 'gave_up')::int,
        stands * (is_explained AND ground = 'noted')::int,
        stands * (is_counted AND was_contacted IS NOT NULL)::int,
        stands * (is_counted AND was_contacted IS TRUE)::int,
        stands * (is_counted AND was_contacted IS TRUE AND was_solved IS NOT NULL)::int,
        stands * (is_counted AND was_contacted IS TRUE AND was_solved IS TRUE)::int,
        stands * (is_counted AND was_contacted IS TRUE AND was_satisfied IS TRUE)::int,
        lates * is_open::int,
        lates * (state IN ('resolved', 'explained'))::int,
        stands * (is_open AND round > 1)::int,
        stands * (was_supervised AND state NOT IN ('closed', 'withdrawn'))::int
    FROM (SELECT state <> 'withdrawn', state IN ('collected', 'assigned', 'objected', 'handling'),
            outcome = 'explained' AND state IN ('explained', 'closed'),
            (since AT TIME ZONE 'Asia/Shanghai')::date, (until AT TIME ZONE 'Asia/Shanghai')::date,
            CASE WHEN due_at IS NOT NULL AND state NOT IN ('closed', 'withdrawn') THEN greatest(
                (due_at AT TIME ZONE 'Asia/Shanghai' - interval '1 microsecond')::date + 1,
                (since AT TIME ZONE 'Asia/Shanghai')::date) END
        ) span(is_counted, is_open, is_explained, first_day, end_day, late_day)
    CROSS JOIN LATERAL (VALUES
        (first_day, 1, 0),
        (end_day, -1, 0),
        (CASE WHEN coalesce(end_day > late_day, true) THEN late_day END, 0, 1),
        (CASE WHEN end_day > late_day THEN end_day END, 0, -1)
    ) moved(day, stands, lates)
    WHERE moved.day IS NOT NULL
$$;
""".format(columns=", ".join(f"{name} integer" for name in COUNTS))

# The changes that rows of spans mean, told apart by all that a figure may be asked by.
CHANGES_OF = """
    SELECT {{what}}, change.day, left(span.region_id, 12) AS region,
        coalesce(span.campaign_id, 0) AS campaign, span.source, span.category_id AS category, coalesce(span.unit_id, 0) AS unit, span.accused,
        date_trunc('week', span.recorded_at AT TIME ZONE 'Asia/Shanghai')::date AS recorded_week,
        date_trunc('week', span.answered_at AT TIME ZONE 'Asia/Shanghai')::date AS answered_week,
        CASE WHEN span.answered_at IS NOT NULL THEN greatest((span.answered_at AT TIME ZONE 'Asia/Shanghai')::date
            - (span.recorded_at AT TIME ZONE 'Asia/Shanghai')::date, 0) END AS took,
        {columns}
    FROM {{rows}} span CROSS JOIN LATERAL grievances_span_changes(
        span.since, span.until, span.due_at, span.state, span.outcome, span.ground, span.was_assigned,
        span.round, span.supervised, span.contacted, span.solved, span.satisfied) change
""".format(columns=", ".join(f"change.{name}" for name in COUNTS))

SPAN_CHANGE = "CREATE VIEW grievances_spanchange AS" + CHANGES_OF.format(
    what="span.opinion_id", rows="grievances_opinionspan"
)

# Statement by statement, as the rules of scale want it: one reads the rows that changed and nothing else, the other
# only writes. Appending waits for nobody.
_APPEND = """
    LOOP
        INSERT INTO grievances_tallychange ({names}) VALUES ({values});
    END LOOP;
    RETURN NULL;
END $$;
""".format(names=", ".join(KEYS + COUNTS), values=", ".join(f"r.{name}" for name in KEYS + COUNTS))
_GROUPED = """
    SELECT {keys}, {sums} FROM ({{changes}}) changes GROUP BY {keys} HAVING {any}
""".format(
    keys=", ".join(KEYS),
    sums=", ".join(f"nullif(sum(sign * {name}), 0)::integer AS {name}" for name in COUNTS),
    any=" OR ".join(f"sum(sign * {name}) <> 0" for name in COUNTS),
)
_FUNCTION = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    r record;
BEGIN
    FOR r IN {changes}{append}
"""
_NEW = CHANGES_OF.format(what="1 AS sign", rows="new_spans")
_OLD = CHANGES_OF.format(what="-1 AS sign", rows="old_spans")

TRIGGERS = (
    _FUNCTION.format(name="grievances_tally_new_spans", changes=_GROUPED.format(changes=_NEW), append=_APPEND)
    + _FUNCTION.format(
        name="grievances_tally_changed_spans",
        changes=_GROUPED.format(changes=f"{_NEW} UNION ALL {_OLD}"),
        append=_APPEND,
    )
    + _FUNCTION.format(
        name="grievances_tally_deleted_spans", changes=_GROUPED.format(changes=_OLD), append=_APPEND
    )
    + """
CREATE TRIGGER span_tallied_when_new AFTER INSERT ON grievances_opinionspan
    REFERENCING NEW TABLE AS new_spans
    FOR EACH STATEMENT EXECUTE FUNCTION grievances_tally_new_spans();
CREATE TRIGGER span_tallied_when_changed AFTER UPDATE ON grievances_opinionspan
    REFERENCING OLD TABLE AS old_spans NEW TABLE AS new_spans
    FOR EACH STATEMENT EXECUTE FUNCTION grievances_tally_changed_spans();
CREATE TRIGGER span_tallied_when_deleted AFTER DELETE ON grievances_opinionspan
    REFERENCING OLD TABLE AS old_spans
    FOR EACH STATEMENT EXECUTE FUNCTION grievances_tally_deleted_spans();
"""
)

NO_TRIGGERS = """
DROP TRIGGER span_tallied_when_new ON grievances_opinionspan;
DROP TRIGGER span_tallied_when_changed ON grievances_opinionspan;
DROP TRIGGER span_tallied_when_deleted ON grievances_opinionspan;
DROP FUNCTION grievances_tally_new_spans();
DROP FUNCTION grievances_tally_changed_spans();
DROP FUNCTION grievances_tally_deleted_spans();
"""

# By what a change is told apart: dimension, key, and the only count that is kept there ("" for all). Weeks are
# numbered from the Monday 2000-01-03.
KEYS_OF = """
CREATE FUNCTION grievances_tally_keys(
    category_code text, unit bigint, source text, recorded_week date, answered_week date, took integer
) RETURNS TABLE (dimension text, key text, only_count text) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT told.dimension, told.key, told.only_count FROM (VALUES
        ('all', '', ''),
        ('category', category_code, ''),
        ('unit', unit::text, ''),
        ('source', source, ''),
        ('recorded', ((recorded_week - '2000-01-03'::date) / 7)::text, 'collected'),
        ('answered', ((answered_week - '2000-01-03'::date) / 7)::text, 'resolved'),
        ('took', took::text, 'resolved')
    ) told(dimension, key, only_count)
    WHERE told.key IS NOT NULL
$$;
"""

# Where a change counts: in its district, town and village. Those whom it accuses stay apart, and once more all
# together in the district ("*"), which is all that leaves it.
PLACES_OF = """
CREATE FUNCTION grievances_tally_places(region text, signature text)
RETURNS TABLE (place text, accused text) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT left(region, digits), side.accused
    FROM (VALUES (6), (9), (12)) level(digits) CROSS JOIN (VALUES (signature), ('*')) side(accused)
    WHERE length(region) >= digits AND (side.accused <> '*' OR signature <> '' AND digits = 6)
$$;
"""

# The year, month, ten days and day in which a change counts.
PERIODS_OF = """
CREATE FUNCTION grievances_tally_periods(day date) RETURNS TABLE (period text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT part.name FROM (SELECT
            lpad(extract(year FROM day)::int::text, 4, '0'), lpad(extract(month FROM day)::int::text, 2, '0'),
            extract(day FROM day)::int
        ) cut(year, month, day_of_month)
    CROSS JOIN LATERAL (VALUES
        (year),
        (year || '-' || month),
        (year || '-' || month || '-' || least((day_of_month - 1) / 10 + 1, 3)),
        (year || '-' || month || '-' || lpad(day_of_month::text, 2, '0'))
    ) part(name)
$$;
"""

MASKED = ", ".join(
    f"CASE WHEN told.only_count IN ('', '{name}') THEN change.{name} END AS {name}" for name in COUNTS
)
# What folding would add to the tallies: read together with them, figures are exact at every moment.
CELLS = f"""
CREATE VIEW grievances_tallycell AS
    SELECT change.id, change.day, spot.place, told.dimension, change.campaign, told.key, spot.accused, {MASKED}
    FROM grievances_tallychange change JOIN grievances_category category ON category.id = change.category
    CROSS JOIN LATERAL grievances_tally_places(change.region, change.accused) spot
    CROSS JOIN LATERAL grievances_tally_keys(
        category.code, change.unit, change.source, change.recorded_week, change.answered_week, change.took) told
"""

NO_VIEWS = """
DROP VIEW grievances_tallycell;
DROP VIEW grievances_spanchange;
DROP FUNCTION grievances_tally_periods(date);
DROP FUNCTION grievances_tally_places(text, text);
DROP FUNCTION grievances_tally_keys(text, bigint, text, date, date, integer);
DROP FUNCTION grievances_span_changes(timestamptz, timestamptz, timestamptz, text, text, text, boolean, integer,
    boolean, boolean, boolean, boolean);
"""

# What was there before: as changes, which the next folding takes.
FILL = """
INSERT INTO grievances_tallychange ({names})
SELECT {keys}, {sums} FROM grievances_spanchange GROUP BY {keys}
""".format(
    names=", ".join(KEYS + COUNTS),
    keys=", ".join(KEYS),
    sums=", ".join(f"nullif(sum({name}), 0)" for name in COUNTS),
)

LOCK = "INSERT INTO grievances_tallymoment (district, folded_at) VALUES ('', 'epoch')"


class Migration(migrations.Migration):
    dependencies = [("grievances", "0009_spans_know_when_and_whom")]

    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("collected", models.IntegerField(null=True)),
                ("at_collected", models.IntegerField(null=True)),
                ("at_assigned", models.IntegerField(null=True)),
                ("at_objected", models.IntegerField(null=True)),
                ("at_handling", models.IntegerField(null=True)),
                ("at_resolved", models.IntegerField(null=True)),
                ("at_explained", models.IntegerField(null=True)),
                ("at_closed", models.IntegerField(null=True)),
                ("at_withdrawn", models.IntegerField(null=True)),
                ("assigned", models.IntegerField(null=True)),
                ("resolved", models.IntegerField(null=True)),
                ("explained", models.IntegerField(null=True)),
                ("policy", models.IntegerField(null=True)),
                ("planned", models.IntegerField(null=True)),
                ("court", models.IntegerField(null=True)),
                ("outside", models.IntegerField(null=True)),
                ("gave_up", models.IntegerField(null=True)),
                ("noted", models.IntegerField(null=True)),
                ("attempted", models.IntegerField(null=True)),
                ("contacted", models.IntegerField(null=True)),
                ("asked", models.IntegerField(null=True)),
                ("solved", models.IntegerField(null=True)),
                ("satisfied", models.IntegerField(null=True)),
                ("late", models.IntegerField(null=True)),
                ("call_back_late", models.IntegerField(null=True)),
                ("reopened", models.IntegerField(null=True)),
                ("supervised", models.IntegerField(null=True)),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "place",
                        "dimension",
                        "period",
                        "campaign",
                        "key",
                        "accused",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("place", models.CharField(db_collation="C", max_length=12)),
                (
                    "dimension",
                    models.CharField(
                        choices=[
                            ("all", "All"),
                            ("category", "Category"),
                            ("unit", "Unit"),
                            ("source", "Source"),
                            ("recorded", "Recorded"),
                            ("answered", "Answered"),
                            ("took", "Took"),
                        ],
                        db_collation="C",
                        max_length=8,
                    ),
                ),
                ("period", models.CharField(db_collation="C", max_length=10)),
                ("campaign", models.BigIntegerField(default=0)),
                ("key", models.CharField(blank=True, db_collation="C", max_length=50)),
                ("accused", models.TextField(blank=True, db_collation="C")),
            ],
        ),
        migrations.CreateModel(
            name="TallyChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("collected", models.IntegerField(null=True)),
                ("at_collected", models.IntegerField(null=True)),
                ("at_assigned", models.IntegerField(null=True)),
                ("at_objected", models.IntegerField(null=True)),
                ("at_handling", models.IntegerField(null=True)),
                ("at_resolved", models.IntegerField(null=True)),
                ("at_explained", models.IntegerField(null=True)),
                ("at_closed", models.IntegerField(null=True)),
                ("at_withdrawn", models.IntegerField(null=True)),
                ("assigned", models.IntegerField(null=True)),
                ("resolved", models.IntegerField(null=True)),
                ("explained", models.IntegerField(null=True)),
                ("policy", models.IntegerField(null=True)),
                ("planned", models.IntegerField(null=True)),
                ("court", models.IntegerField(null=True)),
                ("outside", models.IntegerField(null=True)),
                ("gave_up", models.IntegerField(null=True)),
                ("noted", models.IntegerField(null=True)),
                ("attempted", models.IntegerField(null=True)),
                ("contacted", models.IntegerField(null=True)),
                ("asked", models.IntegerField(null=True)),
                ("solved", models.IntegerField(null=True)),
                ("satisfied", models.IntegerField(null=True)),
                ("late", models.IntegerField(null=True)),
                ("call_back_late", models.IntegerField(null=True)),
                ("reopened", models.IntegerField(null=True)),
                ("supervised", models.IntegerField(null=True)),
                ("day", models.DateField()),
                ("region", models.CharField(db_collation="C", max_length=12)),
                ("campaign", models.BigIntegerField(default=0)),
                ("source", models.CharField(max_length=14)),
                ("category", models.BigIntegerField()),
                ("unit", models.BigIntegerField(default=0)),
                ("accused", models.TextField(blank=True, db_collation="C")),
                ("recorded_week", models.DateField()),
                ("answered_week", models.DateField(null=True)),
                ("took", models.IntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="TallyMoment",
            fields=[
                (
                    "district",
                    models.CharField(
                        blank=True, db_collation="C", max_length=6, primary_key=True, serialize=False
                    ),
                ),
                ("folded_at", models.DateTimeField()),
            ],
        ),
        migrations.AddConstraint(
            model_name="tally",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("dimension__in", ["all", "category", "unit", "source", "recorded", "answered", "took"])
                ),
                name="tally_dimension_known",
            ),
        ),
        migrations.RunSQL(UNSAFE, migrations.RunSQL.noop),
        migrations.RunSQL(
            SPAN_CHANGES + KEYS_OF + PLACES_OF + PERIODS_OF + SPAN_CHANGE + ";" + CELLS, NO_VIEWS
        ),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(LOCK, migrations.RunSQL.noop),
        migrations.RunSQL(migrations.RunSQL.noop, UNSAFE),
    ]
