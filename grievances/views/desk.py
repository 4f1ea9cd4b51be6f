"""The staff desk: queues, a filterable list, and the case beside it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from grievances.bulk import actions
from grievances.bulk.choosing import MOST
from grievances.desk import queues, waiting
from grievances.desk.queues import Queue
from grievances.filters import DeskFilter
from grievances.flow import deadlines
from grievances.forms.where import WRITES
from grievances.papers.lists import CALLED
from grievances.people import absences
from grievances.people.leaving import handed_to
from grievances.saved.around import around
from villages.models import Role
from villages.paging import page_of
from villages.policy import for_roles

STAFF = (Role.HANDLER, Role.HEAD, Role.COORDINATOR, Role.CALLER, Role.LEADER)


@for_roles(*STAFF)
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """The first queue in which something waits."""
    counted = waiting.counts(request.user)
    first = next((queue for queue, count in counted if count), counted[0][0])
    return redirect("desk-queue", first.name)


def queued(request: HttpRequest, name: str) -> tuple[Queue, DeskFilter]:
    """A queue of the cadre's and its cases, filtered. Raises Http404 for a queue that is none of theirs."""
    chosen = next((queue for queue in queues.queues_of(request.user) if queue.name == name), None)
    if chosen is None:
        raise Http404
    cases = queues.rows(chosen, request.user).for_rows().order_by("due_at", "pk")
    return chosen, DeskFilter(request.GET, cases, request=request)


@for_roles(*STAFF)
@require_safe
@vary_on_headers("HX-Request")
def desk_queue(request: HttpRequest, queue: str) -> HttpResponse:
    """One queue; an htmx request gets the queues and rows again, after a step."""
    counted = waiting.counts(request.user)
    chosen, found = queued(request, queue)
    total = None if any(found.chips()) else dict(counted)[chosen]
    frame = around(request, found, queue=chosen.name, panel=True)
    page = page_of(frame.look.reading(found.qs), request, total=total)
    deadlines.show_on(page.rows)
    absences.mark_lent(page.rows, chosen, request.user)
    context = {
        "queues": counted, "queue": chosen, "filter": found, "page": page,
        "actions": actions.offered(request.user, chosen), "most": MOST, "around": frame,
        "writes": not request.user.roles.isdisjoint(WRITES), "calls": chosen.name in CALLED,
    }  # fmt: skip
    if request.htmx:
        return render(request, "grievances/_desk_list.html", context)
    context |= {"kept": absences.kept_by(request.user), "handed": handed_to(request.user)}
    return render(request, "grievances/desk.html", context)
