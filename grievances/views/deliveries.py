"""The administrator's list of messages that did not leave, to try them again."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from grievances.messaging.channel import why_not_sent
from grievances.messaging.channels import channels
from grievances.messaging.kinds import kind_of
from grievances.messaging.sending import retrying, try_again, try_all_again, try_now
from grievances.models import Delivery, DeliveryState
from villages.models import Role
from villages.paging import page_of
from villages.policy import for_roles
from villages.templatetags.looks import number

_LARGEST = 2**63 - 1


class AgainForm(forms.Form):
    delivery = forms.IntegerField(min_value=1, max_value=_LARGEST, required=False)
    every = forms.BooleanField(required=False)
    now = forms.BooleanField(required=False)

    def clean(self) -> dict[str, object]:
        data = super().clean()
        if not any(data.get(name) for name in ("every", "now", "delivery")):
            raise forms.ValidationError(_("One failed message, or all of them."))
        return data


@for_roles(Role.ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def delivery_list(request: HttpRequest) -> HttpResponse:
    """What failed, to whom and why: neither of which case, nor what it said."""
    if request.method == "POST":
        return _try_again(request)
    failed = Delivery.objects.filter(state=DeliveryState.FAILED).select_related("cadre", "notice")
    page = page_of(failed.order_by("-id"), request)
    for delivery in page.rows:
        delivery.label = kind_of(delivery.notice.kind).label
        delivery.why = why_not_sent(delivery.error)
    again = retrying()
    context = {
        "page": page, "leaves": [channel.name for channel in channels()], "retrying": again,
        "why": why_not_sent(again.error) if again else "",
    }  # fmt: skip
    return render(request, "grievances/delivery_list.html", context)


def _try_again(request: HttpRequest) -> HttpResponse:
    form = AgainForm(request.POST)
    if not form.is_valid():
        raise Http404
    if form.cleaned_data["every"] or form.cleaned_data["now"]:
        n = try_all_again() if form.cleaned_data["every"] else try_now()
        said = ngettext("%(n)s message waits to be sent again.", "%(n)s messages wait to be sent again.", n)
        messages.success(request, said % {"n": number(n)})
    elif try_again(form.cleaned_data["delivery"]):
        messages.success(request, _("The message waits to be sent again."))
    else:
        messages.info(request, _("This message waits already, or is sent."))
    return redirect("delivery-list")
