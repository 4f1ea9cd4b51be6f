"""Lists as files to take along: what stands on the page, whole, and a trace of who took it."""

from collections.abc import Callable
from tempfile import TemporaryFile

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from grievances.exports import making
from grievances.exports import taken as limits
from grievances.exports.taken import Taken, TooMany
from grievances.exports.writing import FORMATS
from grievances.forms.taking import ExportForm
from grievances.models import MadeFile, Opinion
from grievances.papers import lists
from grievances.sight.looks import note_export, note_reveals
from grievances.views.exported import LISTINGS, Listing
from villages.jobs import job
from villages.models import Cadre
from villages.paging import without_place
from villages.policy import for_roles


def _export_view(listing: Listing) -> Callable[..., HttpResponse]:
    """The page that asks in which format, and sends the file or orders it."""

    @for_roles(*listing.roles)
    @require_http_methods(["GET", "POST"])
    def view(request: HttpRequest, **arguments: object) -> HttpResponse:
        taken = listing.taken(request, **arguments)
        asked = {
            "listing": listing.name,
            "arguments": {name: str(value) for name, value in arguments.items()},
            "query": without_place(request.GET).urlencode(),
        }
        place = f"{request.path.partition('export/')[0]}?{asked['query']}"
        return answer(request, taken, name_of(listing, arguments), place, asked=asked)

    view.__name__ = listing.name.replace("-", "_")
    return view


def name_of(listing: Listing, arguments: dict[str, object]) -> str:
    """What the file is called: the queue, the kind, the table, or the list's own name."""
    said = [arguments[name] for name in ("queue", "kind", "table") if name in arguments]
    return (
        said[0] if said else {"opinion-export": "opinions"}.get(listing.name, listing.name[: -len("-export")])
    )


def answer(
    request: HttpRequest, taken: Taken, name: str, place: str, *, asked: dict | None = None, **more: object
) -> HttpResponse:
    """The page, the file, or the page of the file that is being made, where ``asked`` says of what."""
    form = ExportForm(request.POST if request.method == "POST" else None, names=taken.names)
    if form.is_valid() and taken.is_sound:
        try:
            with form.ordering():
                return _made(request, taken, name, form, asked)
        except TooMany:
            problem = _("More than %(most)s rows: narrow the list, by a place or by days.")
            form.add_error(None, problem % {"most": f"{limits.MOST:,}"})
        except lists.TooMany:
            problem = _("More than %(most)s rows: narrow the list, by a place or by days.")
            form.add_error(None, problem % {"most": lists.MOST})
    context = {
        "form": form, "taken": taken, "most": limits.MOST, "later": limits.LATER, "most_named": lists.MOST,
        "list": place, "names": taken.names.name,
    } | more  # fmt: skip
    status = 422 if form.errors or not taken.is_sound else 200
    return render(request, "grievances/export.html", context, status=status)


def _made(
    request: HttpRequest, taken: Taken, name: str, form: ExportForm, asked: dict | None
) -> HttpResponse:
    given, named = form.cleaned_data, []
    if given.get("names"):
        taken, named = taken.with_names(request.user)
    many = taken.count(limits.MOST + 1)
    if many > limits.MOST:
        raise TooMany
    if asked is not None and many > limits.LATER:
        made = making.order(
            make_list, by=request.user, key=given["key"], title=taken.title, kind=given["format"], asked=asked,
            total=many, reason=form.reason_given,
        )  # fmt: skip
        return redirect("made-file", made.key)
    return _file(request, taken, name, given["format"], reason=form.reason_given, named=named)


@transaction.atomic
def _file(
    request: HttpRequest, taken: Taken, name: str, kind: str, *, reason: str, named: list[Opinion]
) -> FileResponse:
    """The whole file, written before its first byte is sent: it is complete, and its trace is there, or there is
    neither."""
    out = TemporaryFile()  # noqa: SIM115 – the response closes it
    rows = taken.write(kind, out, by=request.user)
    note_export(request.user, rows=rows, reason=reason)
    note_reveals(named, request.user, reason=reason)
    out.seek(0)
    called = f"{slugify(name)}-{timezone.localdate():%Y-%m-%d}.{kind}"
    response = FileResponse(out, as_attachment=True, filename=called)
    response["Content-Type"] = FORMATS[kind][1]
    return response


@job(gettext_lazy("Long lists as files"))
def make_list(key: str) -> None:
    making.make(key, _write_list)


def _write_list(made: MadeFile, owner: Cadre, out: object, tell: making.Told) -> int:
    """The list as its owner may see it by now."""
    listing = LISTINGS[made.asked["listing"]]
    gone = _("This list is no longer yours to take along.")
    if not owner.roles & listing.roles:
        raise making.NotMade(gone)
    try:
        request = making.asked_again(owner, made.asked["query"])
        taken = listing.taken(request, **made.asked["arguments"])
        rows = taken.write(made.format, out, by=owner, tell=tell)
    except (Http404, PermissionDenied) as error:
        raise making.NotMade(gone) from error
    except TooMany as error:
        words = _("More than %(most)s rows: narrow the list, by a place or by days.")
        raise making.NotMade(words % {"most": f"{limits.MOST:,}"}) from error
    note_export(owner, rows=rows, reason=made.reason)
    return rows


EXPORT_VIEWS = {name: _export_view(listing) for name, listing in LISTINGS.items()}
