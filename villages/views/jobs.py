"""The administrator's page of background jobs: what runs, what waits, what failed and why."""

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_tasks_db.models import DBTaskResult

from villages import jobs as work
from villages.models import Role
from villages.policy import for_roles

_MOST = 50


class AgainForm(forms.Form):
    job = forms.UUIDField()


@for_roles(Role.ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def jobs(request: HttpRequest) -> HttpResponse:
    """What runs, what waits and what failed, each with since when; a failed one can be run again."""
    if request.method == "POST":
        return _run_again(request)
    context = {
        "running": _shown(work.running()),
        "waiting": _shown(work.waiting()),
        "failed": _shown(work.failed()),
        "most": _MOST,
    }
    return render(request, "villages/jobs.html", context)


def _shown(found: QuerySet[DBTaskResult]) -> list[DBTaskResult]:
    rows = list(found.defer("args_kwargs", "return_value")[:_MOST])
    for row in rows:
        row.label = work.label_of(row)
        row.kind, row.message = work.why_failed(row)
        row.again = work.may_run_again(row)
    return rows


def _run_again(request: HttpRequest) -> HttpResponse:
    form = AgainForm(request.POST)
    if not form.is_valid():
        raise Http404
    if work.run_again(form.cleaned_data["job"]):
        messages.success(request, _("The job waits to be run again."))
    else:
        messages.info(request, _("This job runs or waits already, or is done."))
    return redirect("jobs")
