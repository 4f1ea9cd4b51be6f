"""How many rows views have, each for its reader: in one question to the database, whatever their number."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import EmptyResultSet
from django.db import OperationalError, connection, transaction
from django.db.models import Model, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from psycopg2.errors import QueryCanceled

from grievances.desk import queues
from grievances.filters import OpinionFilter
from grievances.measures import figures
from grievances.models import Campaign, Category
from grievances.saved.finding import Asking, View, filter_class, gone_filters
from villages.models import Cadre, Unit
from villages.paging import EXACT_TO

# Milliseconds that all counts together may take: they are a pleasure, not the page.
PATIENCE = 3000
_CHOSEN: dict[str, type[Model]] = {"category": Category, "unit": Unit, "campaign": Campaign}
Reading = tuple[Cadre, View]


@dataclass(frozen=True)
class Count:
    """How many rows; unless it is exact, more than a thousand."""

    number: int

    @property
    def is_exact(self) -> bool:
        return self.number <= EXACT_TO


def counts(
    readings: Sequence[Reading], *, patience: int = PATIENCE, divide: bool = False
) -> list[Count | None]:
    """The number of rows of each view for its reader, in their order. None where a view has to be looked at
    first, as its filter no longer fits; where it looks for words, which takes a list's own ways; and for all,
    where counting takes too long. With ``divide`` the slow ones are found, so that the others are still told."""
    known, bases = _known_choices(readings), _Bases()
    asked = [_limited(cadre, view, known, bases) for cadre, view in readings]
    wanted = [(n, one) for n, one in enumerate(asked) if isinstance(one, tuple)]
    told = _told(wanted, patience, divide)
    return [Count(0) if one == 0 else Count(told[n]) if n in told else None for n, one in enumerate(asked)]


def rows_of(
    cadre: Cadre, view: View, known: dict[str, dict[str, Model]], bases: "_Bases"
) -> OpinionFilter | None:
    """The view's list as its reader has it now; None where its filter no longer fits."""
    data = QueryDict(view.query)
    found = filter_class(view.queue)(data, bases.of(cadre, view.queue, data), request=Asking(cadre))
    for name, choices in known.items():
        if name in found.form.fields:
            found.form.fields[name].known = choices
    return found if found.form.is_valid() and not gone_filters(view) else None


class _Bases:
    """The lists to which filters are added; a reader's queue is asked for once."""

    def __init__(self) -> None:
        self.queues: dict[tuple[int, str], QuerySet] = {}

    def of(self, cadre: Cadre, queue: str, data: QueryDict) -> QuerySet:
        if not queue:
            at = timezone.now() if data.get("figure") in figures.FIGURES else None
            return figures.rows(cadre=cadre, at=at)
        key = (cadre.pk, queue)
        if key not in self.queues:
            chosen = next(one for one in queues.QUEUES if one.name == queue)
            self.queues[key] = queues.rows(chosen, cadre)
        return self.queues[key]


def _limited(
    cadre: Cadre, view: View, known: dict[str, dict[str, Model]], bases: _Bases
) -> tuple[str, tuple] | int | None:
    """The question for one view, 0 where no answer is needed, None where there is none."""
    asked = QueryDict(view.query)
    if asked.get("text") or asked.get("as_of"):
        return None
    found = rows_of(cadre, view, known, bases)
    if found is None:
        return None
    plain = found.qs.select_related(None).order_by().values("pk")[: EXACT_TO + 1]
    try:
        return plain.query.sql_with_params()
    except EmptyResultSet:
        return 0


def _told(wanted: list[tuple[int, tuple[str, tuple]]], patience: int, divide: bool) -> dict[int, int]:
    if not wanted:
        return {}
    # The SQL is Django's own, its values go apart.
    parts = [f"SELECT {n}, count(*) FROM ({sql}) AS part" for n, (sql, _params) in wanted]  # noqa: S608
    params = [param for _n, (_sql, of_one) in wanted for param in of_one]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = %s", [patience])
            cursor.execute(" UNION ALL ".join(parts), params)
            return dict(cursor.fetchall())
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
    if not divide or len(wanted) == 1:
        return {}
    half = len(wanted) // 2
    return _told(wanted[:half], patience, divide) | _told(wanted[half:], patience, divide)


def _known_choices(readings: Sequence[Reading]) -> dict[str, dict[str, Model]]:
    """What the filters name, by id and where it has one by code, read once for all views."""
    asked = [QueryDict(view.query) for _cadre, view in readings]
    found: dict[str, dict[str, Model]] = {}
    for name, model in _CHOSEN.items():
        values = {query[name] for query in asked if query.get(name)}
        ids = {int(value) for value in values if value.isascii() and value.isdigit() and len(value) < 19}
        condition = Q(pk__in=ids) | (Q(code__in=values - {*map(str, ids)}) if name == "category" else Q())
        rows = model.objects.filter(condition) if values else ()
        found[name] = {str(row.pk): row for row in rows}
        if name == "category":
            found[name] |= {row.code: row for row in rows}
    return found
