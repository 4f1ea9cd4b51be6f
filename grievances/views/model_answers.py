"""Model answers: listed, written, changed, retired."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from grievances.answering import filling
from grievances.answering.model_answers import may_change
from grievances.forms.model_answer import ModelAnswerForm
from grievances.models import ModelAnswer
from villages.models import Role
from villages.paging import page_of
from villages.policy import for_roles

KEEPERS = (Role.HANDLER, Role.HEAD, Role.COORDINATOR)


@for_roles(*KEEPERS)
@require_safe
def model_answer_list(request: HttpRequest) -> HttpResponse:
    """Those that reach my units, or that I keep; those no longer offered apart."""
    retired = "retired" in request.GET
    found = ModelAnswer.objects.readable_by(request.user).filter(retired=retired)
    found = found.select_related("unit", "region", "category").order_by("title", "id")
    context = {"page": page_of(found, request), "retired": retired}
    return render(request, "grievances/model_answer_list.html", context)


@for_roles(*KEEPERS)
@require_http_methods(["GET", "POST"])
def model_answer_edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Write one, or change one that is mine to change; others are only read."""
    found = get_object_or_404(_readable(request), pk=pk) if pk else ModelAnswer()
    mine = pk is None or may_change(found, request.user)
    if request.method == "POST":
        if not mine:
            raise PermissionDenied
        return _save(request, found)
    form = ModelAnswerForm(instance=found, by=request.user) if mine else None
    return _show(request, found, form)


def _readable(request: HttpRequest) -> object:
    return ModelAnswer.objects.readable_by(request.user).select_related("unit", "region", "category")


@transaction.atomic
def _save(request: HttpRequest, found: ModelAnswer) -> HttpResponse:
    """Whoever saves second sees the first one's text beside their own."""
    if found.pk:
        ModelAnswer.objects.select_for_update(of=("self",)).get(pk=found.pk)
        found = _readable(request).get(pk=found.pk)
    theirs = found.version if found.pk else 0
    text, by = found.text, found.changed_by if found.pk else None
    form = ModelAnswerForm(request.POST, instance=found, by=request.user)
    if not form.is_valid():
        return _show(request, found, form, status=422)
    if theirs and form.cleaned_data["version"] != theirs:
        form.add_error(
            None, _("Changed meanwhile by %s. What you typed is still here.") % (by.label if by else "–")
        )
        form.data = form.data.copy()
        form.data["version"] = theirs
        return _show(request, found, form, status=409, theirs=text)
    found.changed_by, found.changed_at, found.version = request.user, timezone.now(), theirs + 1
    form.save()
    messages.success(request, _("Saved: %s") % found.title)
    return redirect("model-answer-list")


def _show(
    request: HttpRequest,
    found: ModelAnswer,
    form: ModelAnswerForm | None,
    *,
    status: int = 200,
    theirs: str = "",
) -> HttpResponse:
    context = {"model_answer": found, "form": form, "names": filling.names(), "theirs": theirs}
    return render(request, "grievances/model_answer.html", context, status=status)
