"""My files: those that were ordered, how far they are, and the download, for their owner alone."""

import uuid

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from grievances.exports import making
from grievances.models import KEPT, FileFormat, MadeFile
from villages.paging import page_of

_TYPES = {
    FileFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileFormat.CSV: "text/csv; charset=utf-8",
    FileFormat.PDF: "application/pdf",
}


@require_safe
@never_cache
def made_file_list(request: HttpRequest) -> HttpResponse:
    """The files of the one who looks, the newest first."""
    page = page_of(making.mine(request.user).order_by("-made_at", "-pk"), request)
    return render(request, "grievances/made_file_list.html", {"page": page})


def _mine(request: HttpRequest, key: uuid.UUID) -> MadeFile:
    """A file of one's own; nobody else's is found, and none that is over."""
    return get_object_or_404(making.mine(request.user), key=key)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@vary_on_headers("HX-Request")
def made_file(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """How far a file is; posted, it is deleted."""
    made = _mine(request, key)
    if request.method == "POST":
        making.remove(made)
        return redirect("made-file-list")
    context = {
        "made": made,
        "still": making.stands_still(made),
        "may_fetch": making.may_fetch(made, request.user),
        "until": made.finished_at and made.finished_at + KEPT,
    }
    template = "grievances/_made_file.html" if request.htmx else "grievances/made_file.html"
    return render(request, template, context)


@require_safe
def made_file_get(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The file itself; 404 while it isn't ready, and to an owner who has other posts by now."""
    made = _mine(request, key)
    if not making.may_fetch(made, request.user):
        raise Http404
    try:
        content = made.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    name = slugify(made.title, allow_unicode=True) or _("file")
    response = FileResponse(content, as_attachment=True, filename=f"{name}.{made.format}")
    response["Content-Type"] = _TYPES[made.format]
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
