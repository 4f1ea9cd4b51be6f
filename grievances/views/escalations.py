"""Which cases reached me by escalation, and why."""

from django import forms
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from grievances.escalating.reaching import reaches_of
from grievances.flow import deadlines
from grievances.models import Opinion
from grievances.views.lists import EVERYBODY
from villages.paging import page_of
from villages.policy import for_roles


class DayForm(forms.Form):
    """The day on which cases came."""

    day = forms.DateField(
        label=_("day"), required=False, error_messages={"invalid": _("This is no day; all are shown.")}
    )


@for_roles(*EVERYBODY)
@require_safe
def escalation_list(request: HttpRequest) -> HttpResponse:
    """The newest first; with a day exactly those that a message of that day counts."""
    form = DayForm(request.GET)
    day = form.cleaned_data["day"] if form.is_valid() else None
    # To join eight tables takes ten times longer to plan than to do.
    cases = Prefetch("escalation__opinion", Opinion.objects.for_rows())
    found = reaches_of(request.user).select_related("escalation__rule").prefetch_related(cases)
    page = page_of(found.filter(day=day) if day else found, request)
    deadlines.show_on([reach.escalation.opinion for reach in page.rows])
    context = {"page": page, "day": day, "form": form}
    return render(request, "grievances/escalation_list.html", context)
