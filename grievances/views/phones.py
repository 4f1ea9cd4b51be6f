"""What phones ask that work without a network, and the pages on which people look after their phones."""

import uuid

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grievances.models import Phone
from grievances.phones import along, both, contact, keys, wire
from villages.models import Cadre, Role
from villages.policy import for_phones, for_roles, for_script

_ENDED_SHOWN = 10


@require_safe
@for_phones(signed_out=contact.told_to_a_stranger)
def phone_contact(request: HttpRequest) -> HttpResponse:
    """Before it sends or takes along anything. Also for those whose post has ended: what is unsent still arrives."""
    return JsonResponse(contact.told(request))


@require_POST
@for_phones(Role.VISITOR)
def phone_enrol(request: HttpRequest) -> HttpResponse:
    """Offline use is turned on, on a phone."""
    asked = wire.read(request.body)
    key, label = contact.identity(asked.get("phone")), contact.label_of(asked.get("label"))
    try:
        _phone, is_new = contact.enrol(
            request.user, key=key, label=label, session=request.session.session_key
        )
    except contact.NotEnrolled as error:
        return for_script(error.state, status=409, reason=error.reason)
    return for_script("enrolled", status=201 if is_new else 200)


@require_POST
@for_phones(Role.VISITOR)
def phone_along(request: HttpRequest) -> HttpResponse:
    """What is taken along of grids; of what the phone holds already only what changed."""
    body = wire.read(request.body)
    phone = Phone.objects.filter(key=contact.identity(body.get("phone"))).first()
    asked = along.Asked.read(body)
    if not contact.is_in_use_by(phone, request.user):
        erase = contact.must_erase(phone, signed_in=request.user)
        return for_script("not_enrolled", status=409, erase=erase)
    try:
        found = along.taken(request.user, asked)
    except along.TooMany:
        reason = both.said(along.too_many)
        return for_script("too_many", status=422, most=along.MOST_HOUSEHOLDS, reason=reason)
    contact.note_contact(phone, session=request.session.session_key)
    return JsonResponse(found, json_dumps_params={"ensure_ascii": False})


@require_safe
def phone_list(request: HttpRequest) -> HttpResponse:
    """One's own phones."""
    return _phones_of(request, request.user)


@for_roles(Role.ADMINISTRATOR)
@require_safe
def cadre_phones(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody's phones, to end one that is lost."""
    return _phones_of(request, get_object_or_404(Cadre, pk=pk))


def _phones_of(request: HttpRequest, cadre: Cadre) -> HttpResponse:
    phones = cadre.phones.select_related("ended_by")
    context = {
        "cadre": cadre,
        "used": phones.in_use(),
        "ended": phones.exclude(ended_at=None).order_by("-ended_at")[:_ENDED_SHOWN],
        "off": "" if keys.given_out() else keys.WHY_OFF,
        "here": request.session.session_key,
    }
    return render(request, "grievances/phone_list.html", context)


@require_http_methods(["GET", "POST"])
def phone_end(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """End offline use on a phone: first what that means, then the deed."""
    looked_after = Phone.objects.looked_after_by(request.user).select_related("cadre")
    phone = get_object_or_404(looked_after, key=key)
    mine = phone.cadre_id == request.user.pk
    back = reverse("phone-list") if mine else reverse("cadre-phones", args=[phone.cadre_id])
    if request.method == "POST" or phone.is_ended:
        if not phone.is_ended and phone.end(by=request.user):
            messages.success(request, _("Offline use has ended on %s.") % phone.label)
        else:
            messages.info(request, _("Offline use had ended on it already."))
        if phone.session == request.session.session_key:
            logout(request)
        return redirect(back)
    context = {"phone": phone, "mine": mine, "back": back, "here": request.session.session_key}
    return render(request, "grievances/phone_end.html", context)
