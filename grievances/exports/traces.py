"""What the auditor and the administrator read, and what became of many cases, as columns."""

from collections.abc import Iterator
from itertools import islice

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from grievances.exports.sheet import Cell, Column, minute_of
from grievances.models import Look
from grievances.sight.audit import Deed, in_words
from villages.models import Cadre, Post

_AT_ONCE = 500


def piece_by_piece(found: QuerySet) -> Iterator:
    """The rows of a list in its order: they need not fit into memory."""
    return found.iterator(chunk_size=_AT_ONCE)


def look_columns() -> list[Column]:
    return [
        Column(_("When"), 16, lambda row: minute_of(row.at)),
        Column(_("Who"), 14, lambda row: row.cadre.label),
        Column(_("Sign-in name"), 14, lambda row: row.cadre.username),
        Column(_("What"), 22, lambda row: row.get_kind_display()),
        Column(_("At what"), 30, _at_what),
        Column(_("Rows"), 9, lambda row: row.rows),
        Column(_("Reason"), 40, lambda row: row.reason),
    ]


def _at_what(row: Look) -> Cell:
    if row.opinion:
        return row.opinion.number
    if row.household is None:
        return ""
    grid = row.household.grid
    return " · ".join([grid.parent.label, grid.label, row.household.number])


def withdrawn_columns() -> list[Column]:
    return [
        Column(_("When"), 16, lambda row: minute_of(row.recorded_at)),
        Column(_("Who"), 14, lambda row: row.actor.label),
        Column(_("Number"), 16, lambda row: row.opinion.number),
        Column(_("Reason"), 60, lambda row: row.text),
    ]


def deeds(found: QuerySet) -> Iterator[Deed]:
    """The entries of the log in words, so many at once as one question to each table tells."""
    entries = piece_by_piece(found)
    while some := list(islice(entries, _AT_ONCE)):
        yield from in_words(some)


def right_columns() -> list[Column]:
    return [
        Column(_("When"), 16, lambda row: minute_of(row.entry.action_time)),
        Column(_("Who"), 14, lambda row: row.entry.user.label),
        Column(_("Sign-in name"), 14, lambda row: row.entry.user.username),
        Column(_("What"), 26, lambda row: row.what),
        Column(_("Whom or what"), 44, lambda row: row.to),
        Column(_("What was set"), 40, lambda row: row.values),
    ]


def people_columns() -> list[Column]:
    return [
        Column(_("Sign-in name"), 16, lambda row: row.username),
        Column(_("Name"), 14, lambda row: row.label),
        Column(_("May sign in"), 10, lambda row: _("yes") if row.is_active else _("no")),
        Column(_("Posts in force"), 60, _posts),
    ]


def _posts(row: Cadre) -> Cell:
    return "; ".join(_post(post) for post in row.current_posts)


def _post(post: Post) -> str:
    until = [_("until"), post.until.isoformat()] if post.until else []
    parts = [post.get_role_display(), post.unit.label, post.region.label, " ".join(until)]
    return " · ".join(str(part) for part in parts if part)


def order_columns() -> list[Column]:
    return [
        Column(_("Number"), 16, lambda row: row.opinion.number),
        Column(_("Place"), 18, lambda row: row.opinion.region.place_label),
        Column(_("Result"), 12, lambda row: row.get_result_display()),
        Column(_("Reason"), 60, lambda row: row.reason),
        Column(_("Done on"), 16, lambda row: minute_of(row.done_at)),
    ]
