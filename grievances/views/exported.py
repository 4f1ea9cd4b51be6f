"""Which pages can be taken along as a file, by whom, and what of them: the same as the page shows to that person."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from grievances.exports import figures as tables
from grievances.exports import ground, traces
from grievances.exports.opinions import OpinionColumns, call_columns, rows_of
from grievances.exports.taken import Names, Taken, of_query, of_rows, told
from grievances.filters import ChippedFilter, OpinionFilter
from grievances.measures import figures, goals
from grievances.measures.backlogs import backlogs
from grievances.models import Opinion
from grievances.papers import lists
from grievances.sight import looks
from grievances.views import audit, bulk, campaigns, dashboard, households, slipped, workload
from grievances.views.desk import STAFF, queued
from grievances.views.lists import EVERYBODY, listed
from villages.models import Cadre, Role
from villages.views import people


@dataclass(frozen=True)
class Listing:
    """A page that can be taken along: its address's name with ``-export``, and who may."""

    name: str
    roles: frozenset[str]
    taken: Callable[..., Taken]


LISTINGS: dict[str, Listing] = {}


def _listing(name: str, *roles: str) -> Callable[[Callable[..., Taken]], Callable[..., Taken]]:
    def register(taken: Callable[..., Taken]) -> Callable[..., Taken]:
        LISTINGS[name] = Listing(name, frozenset(roles), taken)
        return taken

    return register


def opinions(
    title: str, found: QuerySet, *, moment: datetime | None = None, read: Callable = rows_of, **more: object
) -> Taken:
    """Any list of opinions."""
    moment = moment or timezone.now()
    return of_query(title, OpinionColumns(moment).all(), found, read=read, moment=moment, **more)


def _filtered(title: str, found: OpinionFilter, **more: object) -> Taken:
    rows = found.qs if found.form.is_valid() else found.queryset.none()
    return opinions(title, rows, moment=found.moment, about=list(found.told()), form=found.form, **more)


@_listing("opinion-export", *EVERYBODY)
def _opinions(request: HttpRequest) -> Taken:
    return _filtered(_("Opinions"), listed(request)[0])


@_listing("desk-export", *STAFF)
def _queue(request: HttpRequest, queue: str) -> Taken:
    chosen, found = queued(request, queue)
    title = str(chosen.label)
    if chosen.name not in lists.CALLED:
        return _filtered(title, found)

    def with_names(cadre: Cadre) -> tuple[Taken, list[Opinion]]:
        rows = lists.rows_of(found.qs)
        people_of = looks.named_in_lists(rows, cadre)
        columns = [*OpinionColumns(found.moment).all(), *call_columns(people_of)]
        named = of_rows(title, columns, rows, moment=found.moment, about=list(found.told()))
        return named, [row for row in rows if row.pk in people_of]

    return _filtered(title, found, names=Names.IF_ASKED, with_names=with_names)


@_listing("slipped-export", *slipped.LOOKS_AFTER)
def _slipped(request: HttpRequest, kind: str) -> Taken:
    slip, found = slipped.slipped_as(request.user, kind)
    return opinions(str(slip.label), found)


@_listing("household-export", *households.VISITING)
def _households(request: HttpRequest) -> Taken:
    found, campaign = households.listed(request)
    about = [(_("Campaign"), campaign.label)] if campaign else []
    place = found.place()
    about += [(_("Place"), place.label)] if place else []
    return of_query(
        _("Households"), ground.household_columns(), found.qs, read=traces.piece_by_piece,
        about=[*about, *told(found.form)], form=found.form, names=Names.ALWAYS,
    )  # fmt: skip


@_listing("campaign-visits-export", *goals.LISTS_VISITS)
def _visits(request: HttpRequest, pk: int) -> Taken:
    campaign, found, week = campaigns.visits_of(request, pk)
    about = [(_("Campaign"), campaign.label)]
    about += [(_("Week from"), week.isoformat())] if week else []
    return of_query(_("Visits"), ground.visit_columns(), found, read=traces.piece_by_piece, about=about)


@_listing("campaign-villages-export", *EVERYBODY)
def _villages(request: HttpRequest, pk: int) -> Taken:
    campaign, rows, visited = campaigns.villages_of(request, pk)
    title = _("Villages visited") if visited else _("Villages")
    return of_rows(title, ground.coverage_columns(), rows, about=[(_("Campaign"), campaign.label)])


@_listing("dashboard-export", *dashboard.LOOKS_AFTER)
def _board(request: HttpRequest, code: str, table: str) -> Taken:
    if table not in tables.TABLES:
        raise Http404
    board, _form = dashboard.board_of(request, code)
    campaign = board.campaign.label if board.campaign else _("everything, also without a campaign")
    about = [(_("Place"), board.region.label), (_("Campaign"), campaign)]
    about += [(_("as on"), board.as_of.isoformat())] if figures.is_past(board.as_of) else []
    title = f"{board.region.label} {tables.TABLES[table]}"
    rows = tables.rows_of(board, table)
    return of_rows(
        title, tables.columns_of(table), rows, about=about, others=_other_tables(request, code, table)
    )


def _other_tables(request: HttpRequest, code: str, table: str) -> list[tuple[str, str]]:
    """The other tables of a dashboard, of the same campaign and day."""
    return [
        (str(label), f"{reverse('dashboard-export', args=[code, name])}?{request.GET.urlencode()}")
        for name, label in tables.TABLES.items()
        if name != table
    ]


@_listing("workload-export", *workload.LOOKS_AFTER)
def _workload(request: HttpRequest) -> Taken:
    return of_rows(_("Workload of the units"), tables.workload_columns(), backlogs(request.user))


def _traced(
    title: str, columns: list, found: ChippedFilter, *, read: Callable = traces.piece_by_piece
) -> Taken:
    rows = found.qs if found.form.is_valid() else found.queryset.none()
    return of_query(title, columns, rows, read=read, about=list(found.told()), form=found.form)


@_listing("audit-export", Role.AUDITOR)
def _looks(request: HttpRequest) -> Taken:
    title = _("Looks at what is protected")
    return _traced(title, traces.look_columns(), audit.listed_looks(request))


@_listing("audit-withdrawn-export", Role.AUDITOR)
def _withdrawn(request: HttpRequest) -> Taken:
    return _traced(_("Withdrawn opinions"), traces.withdrawn_columns(), audit.listed_withdrawn(request))


@_listing("audit-rights-export", Role.AUDITOR)
def _rights(request: HttpRequest) -> Taken:
    title = _("Posts, accounts and units")
    return _traced(title, traces.right_columns(), audit.listed_rights(request), read=traces.deeds)


@_listing("people-export", Role.ADMINISTRATOR)
def _people(request: HttpRequest) -> Taken:
    found = people.listed(request)
    return of_query(
        _("People and posts"), traces.people_columns(), found.qs, read=traces.piece_by_piece,
        about=told(found.form), form=found.form,
    )  # fmt: skip


@_listing("bulk-order-export", *STAFF)
def _order(request: HttpRequest, key: uuid.UUID) -> Taken:
    order = bulk.own_order(request, key)
    title = f"{order.get_verb_display()} {timezone.localtime(order.made_at):%Y-%m-%d %H:%M}"
    found = bulk.seen_items(order, request)
    return of_query(title, traces.order_columns(), found, read=traces.piece_by_piece)
