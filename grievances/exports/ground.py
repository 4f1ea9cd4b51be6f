"""Households, visits and the coverage of a campaign as columns."""

from django.utils.translation import gettext as _

from grievances.exports.sheet import Cell, Column, day_of, minute_of
from grievances.measures.goals import PlaceRow
from grievances.models import Visit
from villages.models import Household


def household_columns() -> list[Column]:
    """As the list of households shows them: who lives there, and no telephone number."""
    return [
        Column(_("Village"), 16, lambda row: row.grid.parent.label),
        Column(_("Grid"), 14, lambda row: row.grid.label),
        Column(_("Code of the place"), 17, lambda row: row.grid_id),
        Column(_("House number"), 12, lambda row: row.number),
        Column(_("Head of the household"), 14, lambda row: row.head),
        Column(_("Members"), 9, lambda row: row.members),
        Column(_("Party member's centre household"), 12, lambda row: _("yes") if row.is_centre else ""),
        Column(_("Needs"), 24, _needs),
        Column(_("Visited"), 9, lambda row: _("yes") if row.visited else _("no")),
        Column(_("Went in vain"), 10, lambda row: row.attempts),
    ]


def _needs(row: Household) -> Cell:
    return "; ".join(need.label for need in row.needs.all())


def visit_columns() -> list[Column]:
    return [
        Column(_("Day"), 11, lambda row: day_of(row.said_at)),
        Column(_("Recorded"), 16, lambda row: minute_of(row.recorded_at)),
        Column(_("Place"), 18, lambda row: row.region.place_label),
        Column(_("Code of the place"), 17, lambda row: row.region_id),
        Column(_("House number"), 12, lambda row: row.household.number if row.household else ""),
        Column(_("Kind"), 18, lambda row: row.get_kind_display()),
        Column(_("Who went"), 20, _who_went),
        Column(_("Nobody at home"), 10, lambda row: _("yes") if row.nobody_home else ""),
    ]


def _who_went(row: Visit) -> Cell:
    return "; ".join(cadre.label for cadre in row.cadres.all())


def coverage_columns() -> list[Column]:
    return [
        Column(_("Village"), 18, lambda row: row.place.label),
        Column(_("Code of the place"), 17, lambda row: row.place.pk),
        Column(_("Households visited"), 12, lambda row: row.visited.value),
        Column(_("Households"), 12, lambda row: row.total.value),
        Column(_("Share (%)"), 10, _share),
    ]


def _share(row: PlaceRow) -> Cell:
    return None if row.share is None else round(100 * row.share, 1)
