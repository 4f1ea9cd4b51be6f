"""Lists of opinions, and the list behind every figure, today or on a past day."""

from datetime import date, datetime
from functools import partial

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from config.replica import may_be_a_second_old
from grievances.filters import OpinionFilter
from grievances.flow import deadlines
from grievances.lists.lengths import is_told_by_units, own_length
from grievances.measures import figures
from grievances.saved.around import around
from grievances.tallies.totals import total_of
from villages.models import Role
from villages.paging import AT, page_of, without_place
from villages.policy import for_roles
from villages.sealing import seal, unseal

# So many rows are gathered and put in order sooner than found in their order.
_FEW = 2000
EVERYBODY = tuple(set(Role) - {Role.ADMINISTRATOR})


class DayForm(forms.Form):
    """The day as on which a list or dashboard is read."""

    as_of = forms.DateField(required=False, error_messages={"invalid": _("This is no day; today is shown.")})

    def clean_as_of(self) -> date | None:
        day = self.cleaned_data["as_of"]
        if day and day > timezone.localdate():
            raise forms.ValidationError(_("This day lies in the future; today is shown."))
        return day

    def day(self) -> date | None:
        """The day asked for; None where there is none, or none that makes sense."""
        self.is_valid()
        return self.cleaned_data.get("as_of")


def _is_behind_a_figure(request: HttpRequest) -> bool:
    """Whether somebody who only looks opened a number; others work with their lists."""
    return "figure" in request.GET and request.user.roles <= {Role.LEADER, Role.AUDITOR}


def listed(request: HttpRequest) -> tuple[OpinionFilter, date | None, datetime | None]:
    """All opinions that the cadre may see, filtered; with a past day, as they stood then; the day asked for, and
    the moment as of which they are read, None where that is now."""
    as_of = DayForm(request.GET).day()
    at = _moment(request, as_of)
    rows = figures.rows(cadre=request.user, as_of=as_of, at=at)
    return OpinionFilter(request.GET, rows.for_rows(), request=request, moment=at), as_of, at


def total_known(request: HttpRequest, found: OpinionFilter) -> int | None:
    """How long the list is, where its address or the tallies tell."""
    total = _carried(request)[1]
    return total_of(found, request.user) if total is None else total


def in_order(found: OpinionFilter, total: int | None) -> QuerySet:
    """The rows of the list, read in the way that is quickest for so many."""
    return found.gathered() if total and total <= _FEW else found.qs


@for_roles(*EVERYBODY)
@require_safe
@vary_on_headers("HX-Request", "HX-Target")
@may_be_a_second_old(when=_is_behind_a_figure)
def opinion_list(request: HttpRequest) -> HttpResponse:
    """All opinions that the cadre may see, filtered; with a past day, as they stood then.

    The list behind a figure is read as of one moment, on all its pages, so that what changes meanwhile neither
    comes twice nor is left out.
    """
    found, as_of, at = listed(request)
    total = total_known(request, found)
    carried = {}
    if at and not figures.is_past(as_of):
        known = "" if total is None else total
        carried[AT] = seal(f"{at.isoformat()} {known} {_whose(request)}", purpose=AT)
    frame = around(request, found)
    everything = is_told_by_units(request.user) and not (at or as_of or found.is_set())
    page = page_of(
        frame.look.reading(in_order(found, total)), request, total=total, carried=carried,
        count=partial(own_length, request.user) if everything else None,
    )  # fmt: skip
    deadlines.show_on(page.rows, now=found.moment)
    context = {
        "filter": found,
        "around": frame,
        "page": page,
        "exact": page.total if found.chosen("figure") and page.is_exact else None,
        "as_of": as_of if figures.is_past(as_of) else None,
    }
    only_rows = request.htmx and request.htmx.target != "filters"
    template = "grievances/_opinion_rows.html" if only_rows else "grievances/opinion_list.html"
    return render(request, template, context)


def _moment(request: HttpRequest, as_of: date | None) -> datetime | None:
    """The moment as of which the list is read; None where it is today's list of no figure."""
    if figures.is_past(as_of):
        return figures.moment_of(as_of)
    if request.GET.get("figure") not in figures.FIGURES:
        return None
    return _carried(request)[0] or timezone.now()


def _carried(request: HttpRequest) -> tuple[datetime | None, int | None]:
    """The moment of the first page; and how long this list was then for this person, where tallies told: to anybody
    else who is handed the link, the number would tell of what only the first may count."""
    carried = unseal(request.GET.get(AT, ""), purpose=AT)
    if carried is None:
        return None, None
    moment, total, whose = carried.split(" ", 2)
    return datetime.fromisoformat(moment), int(total) if total and whose == _whose(request) else None


def _whose(request: HttpRequest) -> str:
    """The list and its reader."""
    return f"{request.user.pk}?{without_place(request.GET).urlencode()}"
