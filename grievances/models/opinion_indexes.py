"""By which indexes opinions are found: what each list and figure asks, without reading what it doesn't count."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Left

from grievances.workflow import OPEN, State
from villages.models import CODE_LENGTH, Level
from villages.search import Pairs

# Since when it lies in one of the ways in which cases slip (``grievances.measures.slipped``): null while it doesn't.
SLIP_FIELDS = ("untouched_since", "untold_since", "promised_for")

# An order and, behind it, place and state: a list of any place is walked in its order, and what does
# not fit is passed over within the index, until the page is full.
INDEXES = [
    models.Index(fields=["-recorded_at", "-id", "region", "state"], name="opinion_newest"),
    models.Index(
        fields=["due_at", "id", "region", "state"],
        name="opinion_due",
        condition=Q(due_at__isnull=False),
    ),
    models.Index(fields=["number", "region", "state"], name="opinion_by_number"),
    models.Index(fields=["region", "id", "state"], name="opinion_by_place"),
    models.Index(fields=["unit", "state", "due_at"], name="opinion_unit_state_due"),
    # With what a unit's workload counts by, and sight asks of a row: the rows themselves are not read for it.
    models.Index(
        fields=["unit", "-recorded_at", "-id"],
        include=["state", "accusing", "region"],
        name="opinion_unit_came",
    ),
    models.Index(fields=["person", "state"], name="opinion_person_state"),
    models.Index(fields=["campaign", "-recorded_at", "-id"], name="opinion_campaign_newest"),
    models.Index(fields=["category", "-recorded_at", "-id"], name="opinion_category_newest"),
    models.Index(fields=["desk", "state", "was_assigned", "accusing"], name="opinion_desk_state"),
    models.Index(fields=["recorded_by", "-id"], name="opinion_recorded_by"),
    models.Index(
        fields=["recorded_by", "-news_at", "-id"],
        name="opinion_news",
        condition=Q(news_at__isnull=False),
    ),
    models.Index(
        fields=["due_at", "id"],
        name="opinion_reopened",
        condition=Q(round__gt=1, state__in=sorted(OPEN)),
    ),
    models.Index(
        fields=["recorded_at", "id", "region"],
        name="opinion_unassigned",
        condition=Q(state=State.COLLECTED),
    ),
    models.Index(
        fields=["unit", "answered_at"],
        include=["recorded_at", "accusing", "id", "region"],
        name="opinion_unit_went",
        condition=Q(answered_at__isnull=False),
    ),
    # What slipped, with all that its counts ask of a row.
    *(
        models.Index(
            fields=[since, "id", "region", "unit", "accusing"],
            name=f"opinion_{since.partition('_')[0]}",
            condition=Q(**{f"{since}__isnull": False}),
        )
        for since in SLIP_FIELDS
    ),
    # Promises that nobody takes up stay for ever: a unit's own by an index that others' don't lengthen.
    models.Index(
        fields=["unit", "promised_for", "id"],
        name="opinion_unit_promised",
        condition=Q(promised_for__isnull=False),
    ),
    # What is in a common problem, with all that sight asks of a row: by the unit that leads it, and by itself,
    # as those who assist ask.
    models.Index(
        fields=["unit", "problem", "id", "accusing", "recorded_at"],
        name="opinion_in_a_problem",
        condition=Q(problem__isnull=False),
    ),
    models.Index(
        fields=["id"],
        include=["problem", "unit", "accusing", "recorded_at"],
        name="opinion_with_a_problem",
        condition=Q(problem__isnull=False),
    ),
    models.Index(
        fields=["unit", "waits_until"],
        name="opinion_put_aside",
        condition=Q(waits_until__isnull=False),
    ),
    models.Index(
        fields=["category", "region", "recorded_at"],
        name="opinion_open_by_matter",
        condition=Q(state__in=sorted(OPEN), accusing=False),
    ),
    models.Index(fields=["due_at", "id"], name="opinion_supervised", condition=Q(supervised=True)),
    models.Index(fields=["accusing", "region"], name="opinion_accusing", condition=Q(accusing=True)),
    models.Index(fields=["due_at", "id"], name="opinion_back_twice", condition=Q(back_twice=True)),
    # How cases of a category were dispatched in a town lately, the newest first.
    models.Index(
        F("category"),
        Left("region_id", CODE_LENGTH[Level.TOWN]),
        F("recorded_at").desc(),
        F("id").desc(),
        name="opinion_like",
        condition=Q(unit__isnull=False, accusing=False),
    ),
    GinIndex(Pairs("search_text"), name="opinion_words"),
]
