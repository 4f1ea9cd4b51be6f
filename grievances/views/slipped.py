"""What slipped, for heads of units and coordinators."""

from dataclasses import dataclass, replace

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from grievances.flow import deadlines
from grievances.measures.slipped import Moment, Slip, ids, rows, scope, slips_of
from grievances.models import Opinion
from villages.models import Cadre, Role
from villages.paging import EXACT_TO, page_of
from villages.policy import for_roles

LOOKS_AFTER = (Role.HEAD, Role.COORDINATOR)
_FIRST = 5


@dataclass(frozen=True)
class Section:
    """One kind on the page: its first rows, and how many there are in all, unless there are more than can be
    counted exactly."""

    slip: Slip
    rows: list[Opinion]
    total: int
    is_exact: bool

    @property
    def is_cut(self) -> bool:
        return self.total > len(self.rows)


@for_roles(*LOOKS_AFTER)
@require_safe
def slipped(request: HttpRequest) -> HttpResponse:
    """Each way in which cases slip, with how many there are and those that have waited longest."""
    slips, asked = slips_of(request.user), {"whose": scope(request.user), "when": Moment.of_now()}
    # One more than is counted exactly tells that there are more.
    found = ids(slips, request.user, **asked, most=EXACT_TO + 1)
    first = {name: keys[:_FIRST] for name, keys in found.items()}
    shown = {row.pk: row for row in _shown(request.user, [pk for keys in first.values() for pk in keys])}
    sections = [
        Section(
            slip,
            [shown[pk] for pk in first[slip.name] if pk in shown],
            len(found[slip.name]),
            len(found[slip.name]) <= EXACT_TO,
        )
        for slip in slips
    ]
    deadlines.show_on([row for section in sections for row in section.rows])
    is_well = not any(section.total for section in sections)
    return render(request, "grievances/slipped.html", {"sections": sections, "is_well": is_well})


@for_roles(*LOOKS_AFTER)
@require_safe
def slipped_list(request: HttpRequest, kind: str) -> HttpResponse:
    """All cases that slipped in one way."""
    slip, found = slipped_as(request.user, kind)
    # The keys alone, in the order of an index that holds all that is asked of them; the rows are read for the page.
    page = page_of(found.only(slip.order), request)
    shown = _shown(request.user, [row.pk for row in page.rows])
    page = replace(page, rows=shown)
    deadlines.show_on(page.rows)
    return render(request, "grievances/slipped_list.html", {"slip": slip, "page": page})


def _shown(cadre: Cadre, keys: list[int]) -> list[Opinion]:
    """The rows of these cases, as far as they can still be seen, in the order of the keys."""
    rows = Opinion.objects.visible_to(cadre).for_rows().in_bulk(keys)
    return [rows[pk] for pk in dict.fromkeys(keys) if pk in rows]


def slipped_as(cadre: Cadre, kind: str) -> tuple[Slip, QuerySet[Opinion]]:
    """One way in which cases slip, and those that did. Raises Http404 for a way that is none of the cadre's."""
    slip = next((slip for slip in slips_of(cadre) if slip.name == kind), None)
    if slip is None:
        raise Http404
    return slip, rows(slip, cadre, whose=scope(cadre), when=Moment.of_now())
