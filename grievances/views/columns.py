"""Which columns lists show to somebody, and how close their rows stand."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from grievances.forms.saved import ListLookForm
from grievances.lists.columns import settings_of
from grievances.models import DeskSettings
from grievances.views.lists import EVERYBODY
from villages.policy import for_roles


@for_roles(*EVERYBODY)
@require_http_methods(["GET", "HEAD", "POST"])
def list_columns(request: HttpRequest) -> HttpResponse:
    """The same choice for all lists of opinions; back to the list from which it was opened."""
    back = _back(request)
    form = ListLookForm(
        request.POST if request.method == "POST" else None, instance=settings_of(request.user)
    )
    if form.is_valid():
        chosen = {name: form.cleaned_data[name] for name in ("columns", "density")}
        DeskSettings.objects.update_or_create(cadre=request.user, defaults=chosen)
        return redirect(back)
    context = {"form": form, "next": back}
    return render(request, "grievances/list_columns.html", context, status=422 if form.errors else 200)


def _back(request: HttpRequest) -> str:
    asked = request.POST.get("next") or request.GET.get("next") or ""
    own = url_has_allowed_host_and_scheme(asked, None) and asked.startswith("/")
    return asked if own else "/opinions/"
