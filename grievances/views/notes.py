"""Internal notes on a case."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from grievances.answering import notes
from grievances.errors import RequestReused
from grievances.forms.note import NoteForm
from grievances.models import Opinion
from grievances.views.opinions import opened


@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
def opinion_notes(request: HttpRequest, number: str) -> HttpResponse:
    """The notes on a case, and the form for another one; in the desk's panel, the form or the notes alone."""
    opinion = opened(request, number)
    if not notes.may_read(opinion, request.user):
        raise Http404
    may_note = notes.may_write(opinion, request.user)
    if request.method == "POST":
        if not may_note:
            raise PermissionDenied
        return _add(request, opinion)
    return _show(request, opinion, NoteForm(opinion=opinion, by=request.user) if may_note else None)


def _add(request: HttpRequest, opinion: Opinion) -> HttpResponse:
    form = NoteForm(request.POST, opinion=opinion, by=request.user)
    if not form.is_valid():
        return _show(request, opinion, form, status=422)
    data = form.cleaned_data
    try:
        notes.write(
            opinion, by=request.user, text=data["text"], mentioned=data.get("mentioned", []), key=data["key"]
        )
    except RequestReused as error:
        form.add_error(None, str(error))
        return _show(request, opinion, form, status=409)
    if request.htmx:
        return _show(request, opinion, None, part="grievances/_notes.html")
    return redirect("opinion-notes", opinion.number)


def _show(
    request: HttpRequest,
    opinion: Opinion,
    form: NoteForm | None,
    *,
    status: int = 200,
    part: str = "grievances/_note_form.html",
) -> HttpResponse:
    context = {"opinion": opinion, "form": form, "may_note": True}
    if request.htmx and form:
        response = render(request, part, context, status=status)
        response["HX-Retarget"], response["HX-Reswap"] = "#note", "innerHTML"
        return response
    context |= {"notes": notes.of(opinion, request.user), "may_note": notes.may_write(opinion, request.user)}
    return render(request, part if request.htmx else "grievances/opinion_notes.html", context, status=status)
