"""Papers: a case with its history, its dispatch slip, the letter with its answer, and a desk's queue, to print or
as a PDF file."""

from io import BytesIO

from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from grievances.bulk import calling
from grievances.desk.queues import Queue
from grievances.filters import DeskFilter
from grievances.forms.paper import PDF, PaperForm
from grievances.models import Opinion
from grievances.papers import lists
from grievances.papers.answers import answer_letter
from grievances.papers.pdf import NoPaper, pdf_of, what_is_missing
from grievances.papers.slips import dispatch_slip
from grievances.sight import looks
from grievances.views.desk import STAFF, queued
from grievances.views.opinions import case_context, opened
from villages.paging import without_place
from villages.policy import for_roles


@require_http_methods(["GET", "HEAD", "POST"])
def opinion_paper(request: HttpRequest, number: str) -> HttpResponse:
    """The case with its history; posted, as a file. It names no informant. Leaves the trace of opening the case."""
    opinion = opened(request, number)
    context = case_context(request, opinion)
    return _paper_of(request, opinion, "grievances/opinion_paper.html", context, opinion.number)


@require_http_methods(["GET", "HEAD", "POST"])
def opinion_dispatch_slip(request: HttpRequest, number: str) -> HttpResponse:
    """The slip for the lead unit; posted, as a file. Leaves the trace of opening the case; 409 where nobody
    answers for the case."""
    opinion = opened(request, number)
    slip = dispatch_slip(opinion)
    if slip is None:
        why = _(
            "No unit answers for this case now: there is no slip to print. It can be printed as soon as the case is "
            "assigned."
        )
        return _no_paper(request, opinion, _("Dispatch slip"), why)
    name = f"{opinion.number}-slip"
    template = "grievances/opinion_dispatch_slip.html"
    return _paper_of(request, opinion, template, {"opinion": opinion, "slip": slip}, name)


@require_http_methods(["GET", "HEAD", "POST"])
def opinion_answer_letter(request: HttpRequest, number: str) -> HttpResponse:
    """The letter for the informant; posted, as a file. It names whom the reader sees named, but nobody who accuses.
    Leaves the trace of opening the case; 409 where no answer stands."""
    opinion = opened(request, number)
    found = answer_letter(opinion, looks.named_on_paper(opinion, request.user))
    if found is None:
        why = _("No answer stands now: the letter can be printed as soon as the case is answered.")
        return _no_paper(request, opinion, _("Letter with the answer"), why)
    context, name = {"opinion": opinion, "letter": found}, f"{opinion.number}-letter"
    return _paper_of(request, opinion, "grievances/opinion_answer_letter.html", context, name)


def _no_paper(request: HttpRequest, opinion: Opinion, title: str, why: str) -> HttpResponse:
    context = {"opinion": opinion, "title": title, "why": why}
    return render(request, "grievances/opinion_no_paper.html", context, status=409)


def _paper_of(
    request: HttpRequest, opinion: Opinion, template: str, context: dict[str, object], name: str
) -> HttpResponse:
    problem = ""
    if request.method == "POST":
        try:
            return _file(request, template, context, name)
        except NoPaper as error:
            problem = str(error)
    context |= {"problem": problem, "missing": what_is_missing()}
    return render(request, template, context, status=503 if problem else 200)


def _file(request: HttpRequest, template: str, context: dict[str, object], name: str) -> FileResponse:
    """The paper as a PDF file. Raises NoPaper."""
    made = pdf_of(render_to_string(template, context | {"is_file": True}, request))
    return FileResponse(BytesIO(made), as_attachment=True, filename=f"{name}.pdf")


@for_roles(*STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def desk_paper(request: HttpRequest, queue: str) -> HttpResponse:
    """A queue of the desk on paper: asked for here, sent when the form is posted, and recorded like an export."""
    chosen, found = queued(request, queue)
    offers_names = chosen.name in lists.CALLED
    form = PaperForm(request.POST if request.method == "POST" else None, offers_names=offers_names)
    failed = False
    if form.is_valid() and found.form.is_valid():
        try:
            return _list(request, chosen, found, form)
        except lists.TooMany:
            words = _("More than %(most)s rows: narrow the list, by a place or by days.")
            form.add_error(None, words % {"most": lists.MOST})
        except NoPaper as error:
            form.add_error(None, str(error))
            failed = True
    status = 503 if failed else 422 if form.errors or found.form.errors else 200
    context = {
        "form": form, "filter": found, "queue": chosen, "most": lists.MOST, "missing": what_is_missing(),
        "list": _list_of(request),
    }  # fmt: skip
    return render(request, "grievances/desk_paper.html", context, status=status)


def _list_of(request: HttpRequest) -> str:
    """The address of the queue that the paper shows, with its filters."""
    return f"{request.path.removesuffix('paper/')}?{without_place(request.GET).urlencode()}"


def _list(request: HttpRequest, queue: Queue, found: DeskFilter, form: PaperForm) -> HttpResponse:
    """The paper; its trace is written when it is made, and before it is sent."""
    names, reason = bool(form.cleaned_data.get("names")), form.cleaned_data.get("reason", "")
    rows = lists.rows_of(found.qs)
    about = [(str(label), value) for label, value in found.told()]
    context = {"queue": queue, "about": about, "rows": rows, "names": names, "now": found.moment}
    template = "grievances/desk_paper_list.html"
    named: list[Opinion] = []
    if queue.name in lists.CALLED:
        template = "grievances/desk_paper_calls.html"
        context["printed"] = calling.keep_list(rows, by=request.user) if rows else None
        context["calls"] = lists.calls_of(rows, named_to=request.user if names else None)
        named = [call.case for call in context["calls"] if call.people]
    if form.cleaned_data["made"] == PDF:
        answer = _file(request, template, context, f"{queue.name}-{timezone.localdate():%Y-%m-%d}")
    else:
        answer = render(request, template, context | {"list": _list_of(request)})
    with transaction.atomic():
        looks.note_export(request.user, rows=len(rows), reason=reason if names else "")
        looks.note_reveals(named, request.user, reason=reason)
    return answer
