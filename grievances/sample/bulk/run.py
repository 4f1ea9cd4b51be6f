"""The stages of a bulk run; each can be taken up again."""

from collections.abc import Callable
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import AutoField, Max

from grievances.models import Opinion
from grievances.sample import district
from grievances.sample.bulk import ground, ledger, tables
from grievances.sample.bulk.casting import Caster, Moulds
from grievances.sample.bulk.days import Days
from grievances.sample.bulk.lives import Narrator
from grievances.sample.bulk.loading import WORKERS, load
from grievances.sample.bulk.moulds import Moulder
from grievances.sample.bulk.places import Place, place
from grievances.tallies.rebuilding import rebuild, rebuild_in_parallel

_LATELY = timedelta(days=14)
# With fewer, starting processes takes longer than the tallies.
_WORTH_SEVERAL = 100_000
_ACCUSED_HOLD = """
SELECT count(*) FROM grievances_opinion o WHERE o.accusing AND o.state NOT IN ('closed', 'withdrawn')
AND grievances_accuses(o.id, o.unit_id, o.person_id)
"""


def run(
    *,
    opinions: int,
    seed: int,
    password: str,
    say: Callable[[str], None],
    workers: int = WORKERS,
    most_parts: int | None = None,
) -> bool:
    """Fill an empty database, or go on with an unfinished run of the same order.

    Does at most ``most_parts`` parts now, and says whether all is done. Raises Refused.
    """
    order = _order(opinions, seed, password, say)
    left = ledger.parts_left(order)
    here = ground.read(order)
    if left:
        caster = _caster(order, here, say)
        if not ledger.is_stripped():
            tables.strip()
        load(caster, left[:most_parts], workers=workers, say=say)
        if ledger.parts_left(order):
            return False
    tables.restore(say)
    _finish(order, here, say)
    return True


def _order(opinions: int, seed: int, password: str, say: Callable[[str], None]) -> ledger.Order:
    if ledger.exists():
        return ledger.begun(opinions=opinions, seed=seed)
    order = ledger.Order.new(opinions=opinions, seed=seed)
    say("making people, units and households")
    with transaction.atomic():
        ledger.make(order)
        ground.make(order, password=password)
    return order


def _caster(order: ledger.Order, here: ground.Ground, say: Callable[[str], None]) -> Caster:
    """Tell the lives and make their moulds."""
    say("telling lives")
    places: dict[str, Place] = {}
    for grid in sorted({grid for _pk, grid, _head in here.homes}):
        places[grid] = place(here.office, grid)
    told = Narrator(here, order.opinions).tell()
    moulds = [(age, Moulder(call, places[call.home.grid_id]).mould()) for age, call in told]
    say(f"{len(moulds):,} moulds")
    return Caster(order, here, Moulds(moulds), places)


def _finish(order: ledger.Order, here: ground.Ground, say: Callable[[str], None]) -> None:
    """Sequences, notices and figures; at last the run's own tables go."""
    say("sequences, notices, figures")
    _check_accused()
    if order.opinions >= _WORTH_SEVERAL:
        rebuild_in_parallel(jobs=WORKERS)
    else:
        rebuild()
    with transaction.atomic():
        _advance_ids(order)
        district.advance_numbers(Days(order.today, order.opinions).last_number)
        district.notices(here.office.people, now=here.office.now, since=here.office.now - _LATELY)
        ledger.drop()


def _check_accused() -> None:
    """The triggers that keep cases from the accused slept while the rows came in."""
    with connection.cursor() as cursor:
        cursor.execute(_ACCUSED_HOLD)
        if found := cursor.fetchone()[0]:
            raise ledger.Refused(f"{found} cases are held by those whom they accuse.")


def _advance_ids(order: ledger.Order) -> None:
    with connection.cursor() as cursor:
        for model in tables.loaded():
            if not isinstance(model._meta.pk, AutoField):
                continue
            # The ids of anonymous opinions lie far above those in a row, their rows' below.
            last = order.opinions if model is Opinion else model.objects.aggregate(last=Max("pk"))["last"]
            serial = [model._meta.db_table, model._meta.pk.column, max(last or 1, 1)]
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, %s), %s)", serial)
