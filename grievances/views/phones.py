"""What phones ask that work without a network, and the pages on which people look after their phones."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST, require_safe

from grievances.models import Phone
from grievances.phones import along, both, contact, wire
from villages.models import Role
from villages.policy import for_phones, for_script


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
