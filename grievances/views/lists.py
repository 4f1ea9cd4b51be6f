"""Lists of opinions, and the list behind every figure, today or on a past day."""

from datetime import date

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from config.replica import may_be_a_second_old
from grievances import deadlines, figures
from grievances.filters import OpinionFilter
from grievances.models import Opinion
from villages.models import Role
from villages.paging import page_of
from villages.policy import for_roles

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


@for_roles(*EVERYBODY)
@require_safe
@vary_on_headers("HX-Request")
@may_be_a_second_old(when=_is_behind_a_figure)
def opinion_list(request: HttpRequest) -> HttpResponse:
    """All opinions that the cadre may see, filtered; with a past day, as they stood then."""
    as_of = DayForm(request.GET).day()
    rows = figures.rows(cadre=request.user, as_of=as_of)
    if rows.model is Opinion:
        rows = rows.for_rows().order_by("-recorded_at", "-pk")
    else:
        rows = rows.select_related("opinion", "region__parent", "category", "unit", "person").order_by(
            "-opinion__recorded_at", "-opinion_id"
        )
    found = OpinionFilter(request.GET, rows, request=request)
    exact = found.qs.order_by().count() if found.chosen("figure") else None
    page = page_of(found.qs, request, total=exact)
    deadlines.show_on(page.rows, now=figures.moment_of(as_of))
    context = {
        "filter": found,
        "page": page,
        "exact": exact,
        "as_of": as_of if figures.is_past(as_of) else None,
    }
    template = "grievances/_opinion_rows.html" if request.htmx else "grievances/opinion_list.html"
    return render(request, template, context)
