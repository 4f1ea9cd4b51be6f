"""Who spoke: shown by a click that leaves a trace, for a confidential informant with a reason."""

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from grievances.sight import looks
from grievances.views.opinions import opened


class RevealForm(forms.Form):
    """The reason that stands beside the look, for the auditor."""

    reason = forms.CharField(
        label=_("Why do you need to know?"), max_length=400, widget=forms.Textarea(attrs={"rows": 2})
    )


@never_cache
@require_http_methods(["GET", "POST"])
def opinion_informant(request: HttpRequest, number: str) -> HttpResponse:
    """Name, telephone and address of the informants; 403 for whom they are none of their business."""
    opinion = opened(request, number)
    allowed = looks.shown(opinion, request.user)
    if not allowed.may_reveal:
        raise PermissionDenied
    form = RevealForm(request.POST if request.method == "POST" else None)
    form.fields["reason"].required = allowed.needs_reason
    informants = None
    if form.is_valid():
        informants = looks.reveal(opinion, request.user, reason=form.cleaned_data["reason"])
    context = {"opinion": opinion, "form": form, "allowed": allowed, "informants": informants}
    status = 422 if form.errors else 200
    return render(request, "grievances/opinion_informant.html", context, status=status)
