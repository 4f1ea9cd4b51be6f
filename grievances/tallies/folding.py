"""Folding: what triggers appended is added up into the tallies, by one at a time, without anybody waiting.

Figures are exact before and after: readers take both in one statement. Only their speed, and the age of what a
province sees, depends on it.
"""

import logging

from django.db import Error, connection, transaction
from django.utils import timezone

from grievances.models import COUNTS, KEYS, TallyChange, TallyMoment
from villages.models import Level, Region

logger = logging.getLogger(__name__)
# Enough to be quick, few enough to be done in the time of a click.
_AT_ONCE = 2000
# Every so many steps, the step that comes by folds.
EVERY = 64

_KEYS = ", ".join(KEYS)
_COUNTS = ", ".join(COUNTS)
_SUMS = ", ".join(f"nullif(sum({name}), 0)" for name in COUNTS)
_ANY = " OR ".join(f"sum({name}) <> 0" for name in COUNTS)
# To add a row to one that is there; empty is zero.
ADD = ", ".join(
    f"{name} = nullif(coalesce(t.{name}, 0) + coalesce(excluded.{name}, 0), 0)" for name in COUNTS
)
_FOLD = f"""
    INSERT INTO grievances_tally AS t ({_KEYS}, {_COUNTS})
    SELECT {_KEYS}, {_SUMS} FROM grievances_tallycell CROSS JOIN LATERAL grievances_tally_periods(day)
    WHERE id = ANY(%s) GROUP BY {_KEYS} HAVING {_ANY}
    ON CONFLICT ({_KEYS}) DO UPDATE SET {ADD}
"""  # noqa: S608 – names of columns only


def fold_all() -> int:
    """Fold until nothing waits; how many changes were taken."""
    taken = 0
    while some := fold():
        taken += some
    return taken


@transaction.atomic
def fold(*, most: int = _AT_ONCE) -> int:
    """Fold the oldest changes; how many were taken: 0 also when somebody else is folding."""
    if not TallyMoment.objects.select_for_update(skip_locked=True).filter(pk=TallyMoment.LOCK):
        return 0
    waiting = list(TallyChange.objects.order_by("pk").values_list("pk", flat=True)[:most])
    if waiting:
        with connection.cursor() as cursor:
            cursor.execute(_FOLD, [waiting])
            cursor.execute("DELETE FROM grievances_tallychange WHERE id = ANY(%s)", [waiting])
    if len(waiting) < most:
        _note_moment()
    return len(waiting)


def _note_moment() -> None:
    """Note that every district's tallies are complete up to now."""
    districts = Region.objects.level(Level.DISTRICT).order_by("pk").values_list("pk", flat=True)
    TallyMoment.objects.bulk_create(
        [TallyMoment(district=code, folded_at=timezone.now()) for code in districts],
        update_conflicts=True,
        unique_fields=["district"],
        update_fields=["folded_at"],
    )


def connect() -> None:
    from grievances.steps.step import step_done

    step_done.connect(_now_and_then, dispatch_uid="folding")


def _now_and_then(*, event: object, **_kwargs: object) -> None:
    if event.pk % EVERY:
        return
    try:
        fold()
    except Error:
        # The step is done, and its figures are exact without it; the next fold takes its changes too.
        logger.exception("The tallies could not be folded.")
