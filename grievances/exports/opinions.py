"""A list of opinions as a sheet: today's, a desk's, or as it stood on a past day."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import cached_property

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from grievances.exports.sheet import Cell, Column, day_of
from grievances.flow.calendar import last_day
from grievances.models import Category, Informant, InformantKind, Kind, Opinion, OpinionSpan, Source, Urgency
from grievances.workflow import OPEN, Ground, Outcome, State
from villages.models import CODE_LENGTH, Cadre, Level, Region, Unit

_TOWN, _VILLAGE = CODE_LENGTH[Level.TOWN], CODE_LENGTH[Level.VILLAGE]
_AT_ONCE = 2000

Row = Opinion | OpinionSpan
Value = Callable[[Row], Cell]


class OpinionColumns:
    """The columns, with what all rows share read once: a hundred thousand rows have the same few places, units
    and people."""

    def __init__(self, moment: datetime) -> None:
        """``moment`` is the one as of which the rows are late or not."""
        self.moment = moment

    def all(self) -> list[Column]:
        return [
            Column(_("Number"), 16, lambda row: row.case.number),
            Column(_("Town"), 14, lambda row: self._town(row.region_id)),
            Column(_("Place"), 18, lambda row: self._place(row.region_id)),
            Column(_("Code of the place"), 17, lambda row: row.region_id),
            Column(_("Where exactly"), 18, lambda row: "" if row.case.is_protected else row.case.place),
            Column(_("Group"), 16, lambda row: self._categories[row.category_id][0]),
            Column(_("About"), 20, lambda row: self._categories[row.category_id][1]),
            Column(_("What was said"), 60, lambda row: row.case.words_in_lists),
            Column(_("Source"), 12, _labels(Source, lambda row: row.source)),
            Column(_("Kind"), 10, _labels(Kind, lambda row: row.case.kind)),
            Column(_("Urgency"), 9, _labels(Urgency, lambda row: row.case.urgency)),
            Column(_("Informant"), 13, _labels(InformantKind, lambda row: row.case.informant_kind)),
            Column(_("Number of people"), 9, lambda row: row.case.people),
            Column(_("Now"), 14, _labels(State, lambda row: row.state)),
            Column(_("Outcome"), 11, _labels(Outcome, lambda row: row.outcome)),
            Column(_("Ground"), 22, _labels(Ground, lambda row: row.ground)),
            Column(_("Lead unit"), 20, lambda row: self._units.get(row.unit_id, "")),
            Column(_("Responsible person"), 12, lambda row: self._people.get(row.person_id, "")),
            Column(_("Deadline"), 11, lambda row: last_day(row.due_at) if row.due_at else None),
            Column(_("Late"), 7, self._late),
            Column(_("Said"), 11, lambda row: day_of(row.case.said_at)),
            Column(_("Recorded"), 11, lambda row: day_of(row.recorded_at)),
            Column(_("Answered"), 11, lambda row: day_of(row.answered_at)),
            Column(_("Round"), 7, lambda row: row.round),
            Column(_("Reached"), 9, _yes_no(lambda row: row.contacted)),
            Column(_("Solved"), 9, _yes_no(lambda row: row.solved)),
            Column(_("Satisfied"), 9, _yes_no(lambda row: row.satisfied)),
        ]

    @cached_property
    def _regions(self) -> dict[str, Region]:
        return Region.objects.only("code", "name", "name_en", "level").in_bulk()

    def _town(self, code: str) -> str:
        town = self._regions.get(code[:_TOWN]) if len(code) >= _TOWN else None
        return town.label if town else ""

    def _place(self, code: str) -> str:
        """The village of a grid, which says little by itself; else the place's own name."""
        return self._regions[code[:_VILLAGE]].label

    @cached_property
    def _categories(self) -> dict[int, tuple[str, str]]:
        found = Category.objects.exclude(parent=None).select_related("parent")
        return {one.pk: (one.parent.label, one.label) for one in found}

    @cached_property
    def _units(self) -> dict[int, str]:
        return {unit.pk: unit.label for unit in Unit.objects.all()}

    @cached_property
    def _people(self) -> dict[int, str]:
        return {cadre.pk: cadre.label for cadre in Cadre.objects.only("name", "username")}

    def _late(self, row: Row) -> Cell:
        late = row.state in OPEN and row.due_at is not None and row.due_at <= self.moment
        return _("yes") if late else ""


def rows_of(found: QuerySet) -> Iterator[Row]:
    """The rows of a list in its order, read as they are written: they need not fit into memory."""
    plain = found.select_related(None)
    with_case = plain.select_related("opinion") if found.model is OpinionSpan else plain
    return with_case.iterator(chunk_size=_AT_ONCE)


def _labels(choices: Iterable, value: Callable[[Row], str]) -> Value:
    labels = {choice.value: str(choice.label) for choice in choices}
    return lambda row: labels.get(value(row), "")


def _yes_no(value: Callable[[Row], bool | None]) -> Value:
    words = {True: _("yes"), False: _("no"), None: ""}
    return lambda row: words[value(row)]


def call_columns(people: dict[int, list[Informant]]) -> list[Column]:
    """Whom to telephone, by the opinion's id."""
    return [
        Column(_("Who spoke"), 14, lambda row: "; ".join(one.name for one in people.get(row.pk, ()))),
        Column(_("Telephone"), 16, lambda row: "; ".join(one.telephone for one in people.get(row.pk, ()))),
    ]
