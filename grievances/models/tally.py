"""Tallies: how many opinions stand how, by place and by day, kept exact in the same transaction.

Triggers on ``OpinionSpan`` append what a step changes (``TallyChange``); appends of two villages never
wait for each other. Folding adds the changes up into ``Tally``. Whoever reads takes both together, so a
figure is exact at every moment, whether folding has run or not. See docs/decisions/08.
"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact

# What is counted, in the order of the database's columns; each is explained in ``grievances.tallies.columns``.
COUNTS = (
    "collected",
    "at_collected", "at_assigned", "at_objected", "at_handling",
    "at_resolved", "at_explained", "at_closed", "at_withdrawn",
    "assigned", "resolved", "explained",
    "policy", "planned", "court", "outside", "gave_up", "noted",
    "attempted", "contacted", "asked", "solved", "satisfied",
    "late", "call_back_late", "reopened", "supervised",
)  # fmt: skip


# What tells tallies apart, in the order of their key: a viewer reads few values of ``accused``, a board many keys.
KEYS = ("place", "dimension", "accused", "period", "key", "campaign")


class Dimension(models.TextChoices):
    """By what the opinions of a place are told apart."""

    ALL = "all"
    CATEGORY = "category"
    UNIT = "unit"
    SOURCE = "source"
    # Only ``collected`` is counted by the first, only ``resolved`` by the others.
    RECORDED = "recorded"
    ANSWERED = "answered"
    TOOK = "took"


class Counted(models.Model):
    """The counts themselves; negative ones take away what was counted before. Empty is zero, and takes no room."""

    class Meta:
        abstract = True


for _name in COUNTS:
    Counted.add_to_class(_name, models.IntegerField(null=True))


class Tally(Counted):
    """The change of every count in a place during a year, a month, ten days (旬) or a day.

    The figure on a day is the sum over the years before it, the months of its year before it, the tens of its
    month before it, and the days up to it; in the second half of a year, over all of that year less what comes after
    the day: a few dozen rows, whatever the day and however many opinions there are.

    ``place`` is a district, town or village (6, 9 or 12 digits); ``key`` says which category (code), unit (id),
    source, week (its number, counted from Monday 2000-01-03) or number of days; ``campaign`` is 0 without one.
    ``accused`` is "" for opinions that accuse nobody, else the signature of those whom they accuse
    (``OpinionSpan.accused``), or one of three sums: all that accuse somebody, those of them that a viewer below the
    district may know of (none accuses somebody not known yet), and, in the rows of a district only, what leaves it:
    signatures never do.
    """

    ACCUSING, RELEASED, LEAVING = "+", "!", "*"

    pk = models.CompositePrimaryKey(*KEYS)
    place = models.CharField(max_length=12, db_collation="C")
    dimension = models.CharField(max_length=8, choices=Dimension.choices, db_collation="C")
    period = models.CharField(
        max_length=10, db_collation="C"
    )  # 2026, 2026-11, 2026-11-3 (from the 21st on) or 2026-11-25
    campaign = models.BigIntegerField(default=0)
    key = models.CharField(max_length=50, db_collation="C", blank=True)
    accused = models.TextField(db_collation="C", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="tally_dimension_known", condition=Q(dimension__in=Dimension.values))
        ]
        indexes = [
            # Which signatures there are: a few of each year.
            models.Index(
                name="tally_signatures",
                fields=["accused"],
                condition=Q(Exact(Length("place"), 6), Exact(Length("period"), 4), dimension="all"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.dimension} {self.key} {self.period}"


class TallyChange(Counted):
    """What one statement changed on one day for opinions that are alike; appended by triggers, taken by folding.

    No foreign keys: appending must never wait.
    """

    day = models.DateField()
    region = models.CharField(max_length=12, db_collation="C")
    campaign = models.BigIntegerField(default=0)
    source = models.CharField(max_length=14)
    category = models.BigIntegerField()
    unit = models.BigIntegerField(default=0)
    accused = models.TextField(db_collation="C", blank=True)
    recorded_week = models.DateField()
    answered_week = models.DateField(null=True)
    took = models.IntegerField(null=True)  # days

    def __str__(self) -> str:
        return f"{self.day} {self.region}"


class TallyMoment(models.Model):
    """When the changes of a district were last folded: what a province shows as the age of its figures.

    Whoever folds holds the row ``LOCK``: one at a time.
    """

    LOCK = ""

    district = models.CharField(primary_key=True, max_length=6, db_collation="C", blank=True)
    folded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.district} {self.folded_at:%Y-%m-%d %H:%M:%S}"
