"""Lists as files to take along: what stands on the page, whole, and a trace of who took it."""

from collections.abc import Iterator
from contextlib import closing
from tempfile import TemporaryFile

from django import forms
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from grievances.exports.opinions import OpinionColumns, Row, rows_of
from grievances.exports.sheet import Sheet
from grievances.exports.writing import FORMATS
from grievances.filters import OpinionFilter
from grievances.looks import note_export
from grievances.views.desk import STAFF, queued
from grievances.views.lists import EVERYBODY, listed
from villages.paging import without_place
from villages.policy import for_roles

# As many as are written before a patient person gives up.
MOST = 100_000


class TooMany(Exception):
    """The list is longer than a file may be."""


class ExportForm(forms.Form):
    format = forms.ChoiceField(
        label=gettext_lazy("Format"),
        choices=[("xlsx", gettext_lazy("Excel (XLSX)")), ("csv", gettext_lazy("text (CSV)"))],
        initial="xlsx",
        widget=forms.RadioSelect,
    )


@for_roles(*EVERYBODY)
@require_http_methods(["GET", "POST"])
def opinion_export(request: HttpRequest) -> HttpResponse:
    """The list of opinions that the address asks for, as on its page, as a file."""
    found, _as_of, _at = listed(request)
    return _export(request, found, _("Opinions"), "opinions")


@for_roles(*STAFF)
@require_http_methods(["GET", "POST"])
def desk_export(request: HttpRequest, queue: str) -> HttpResponse:
    """A queue of the desk as a file."""
    chosen, found = queued(request, queue)
    return _export(request, found, str(chosen.label), chosen.name)


def _export(request: HttpRequest, found: OpinionFilter, title: str, name: str) -> HttpResponse:
    form = ExportForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and found.form.is_valid():
        try:
            return _file(request, found, title, name, form.cleaned_data["format"])
        except TooMany:
            problem = _("More than %(most)s rows: narrow the list, by a place or by days.")
            form.add_error(None, problem % {"most": f"{MOST:,}"})
    context = {
        "form": form, "filter": found, "title": title, "most": MOST,
        "list": f"{request.path.removesuffix('export/')}?{without_place(request.GET).urlencode()}",
    }  # fmt: skip
    status = 422 if form.errors or found.form.errors else 200
    return render(request, "grievances/export.html", context, status=status)


@transaction.atomic
def _file(request: HttpRequest, found: OpinionFilter, title: str, name: str, chosen: str) -> FileResponse:
    """The whole file, written before its first byte is sent: it is complete, and its trace is there, or there is
    neither."""
    write, media_type = FORMATS[chosen]
    moment = f"{timezone.localtime(found.moment):%Y-%m-%d %H:%M}"
    about = [*found.told(), (_("As it stood on"), moment), (_("Taken by"), request.user.label)]
    out = TemporaryFile()  # noqa: SIM115 – the response closes it
    with closing(rows_of(found.qs)) as rows:
        counted = _Counted(rows)
        write(Sheet(title, about, OpinionColumns(found.moment).all(), counted), out)
    note_export(request.user, rows=counted.number)
    out.seek(0)
    day = f"{timezone.localdate():%Y-%m-%d}"
    response = FileResponse(out, as_attachment=True, filename=f"{slugify(name)}-{day}.{chosen}")
    response["Content-Type"] = media_type
    return response


class _Counted:
    """Rows, counted as they pass. Raises TooMany."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self.rows, self.number = rows, 0

    def __iter__(self) -> Iterator[Row]:
        for row in self.rows:
            self.number += 1
            if self.number > MOST:
                raise TooMany
            yield row
